//! Spellings, ready to be found. Comes in: identifiers, the declared vocabulary. Goes out: what a run of words is.
//! Deliberately absent: texts and files; the spellings themselves are kept as hashes only.
//!
//! An automaton over 200,000 references takes longer to build than the files take to read, so a text is cut into words,
//! and runs of words are looked up; a filter of bits answers nearly all look-ups.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::referee::views::fold;
use crate::store::identifiers::{Identifier, IdentifierKind, ORDINARY, Strength};

/// Most words of a spelling; longer ones are found by their first words.
pub(crate) const WORDS_MAX: usize = 8;
/// References this long are found inside longer words too.
pub(crate) const WINDOW: usize = 8;

/// A spelling's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: IdentifierKind,
    pub(crate) strength: Strength,
    /// Whether the vocabulary has every single word of it, though not the whole.
    pub(crate) ordinary_words: bool,
}

/// A hash that is one already: another of it would cost a tenth of a scan.
#[derive(Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = mixed(self.0 ^ u64::from(*byte)));
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Hashed<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;
pub(crate) type Hashes = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// All that is looked for.
pub(crate) struct Index {
    entries: Hashed<Entry>,
    starts: Filter,
    phones: Hashes,
    /// Weak words and who bears them.
    weak: Hashed<Vec<u64>>,
    weak_filter: Filter,
    ordinary: Hashes,
    windows: Hashes,
    window_filter: Filter,
    /// Lengths of the references found by windows.
    lengths: Vec<usize>,
}

/// Whether a byte of folded text is part of a word: there every letter that is not ASCII is a letter or a digit.
const IS_PART: [bool; 256] = {
    let mut is_part = [false; 256];
    let mut byte = 0_u8;
    loop {
        is_part[byte as usize] = byte.is_ascii_alphanumeric() || !byte.is_ascii();
        if byte == u8::MAX {
            break is_part;
        }
        byte += 1;
    }
};

/// Words of folded text, with the bytes they stand at.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while !IS_PART[usize::from(*bytes.get(at)?)] {
            at += 1;
        }
        let start = at;
        while bytes.get(at).is_some_and(|byte| IS_PART[usize::from(*byte)]) {
            at += 1;
        }
        Some((start, &text[start..at]))
    })
}

/// A hash of one word, eight bytes at a time.
pub(crate) fn hash(word: &[u8]) -> u64 {
    let (eights, rest) = word.as_chunks::<8>();
    let mut hash = 0xCBF2_9CE4_8422_2325 ^ word.len() as u64;
    for eight in eights {
        hash = mixed(hash ^ u64::from_le_bytes(*eight));
    }
    let rest = rest.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte));
    mixed(hash ^ rest)
}

/// The hash of a run of words and one more.
pub(crate) const fn with_word(run: u64, word: u64) -> u64 {
    mixed(run.rotate_left(17) ^ word)
}

const fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash ^ (hash >> 29)
}

/// The first bytes of a word as a number.
pub(crate) fn window(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk::<WINDOW>().map(|chunk| mixed(u64::from_le_bytes(*chunk)))
}

impl Index {
    pub(crate) fn new(identifiers: &[Identifier], vocabulary: &[String]) -> Self {
        let declared = declared(vocabulary);
        let mut index = Self {
            entries: HashMap::with_capacity_and_hasher(identifiers.len(), BuildHasherDefault::default()),
            starts: Filter::new(),
            phones: Hashes::default(),
            weak: HashMap::default(),
            weak_filter: Filter::new(),
            ordinary: ORDINARY.split_whitespace().map(|word| hash(word.as_bytes())).collect(),
            windows: Hashes::default(),
            window_filter: Filter::new(),
            lengths: Vec::new(),
        };
        for identifier in identifiers {
            index.add(identifier, &declared);
        }
        for persons in index.weak.values_mut() {
            persons.sort_unstable();
            persons.dedup();
        }
        index
    }

    fn add(&mut self, identifier: &Identifier, declared: &HashSet<u64>) {
        let &Identifier { person, kind, strength, ref spelling } = identifier;
        let words: Vec<u64> = words(spelling).take(WORDS_MAX).map(|(_, word)| hash(word.as_bytes())).collect();
        let Some((first, rest)) = words.split_first() else { return };
        let whole = rest.iter().fold(*first, |run, word| with_word(run, *word));
        let exempt = match kind {
            IdentifierKind::Name
            | IdentifierKind::Postcode
            | IdentifierKind::Address
            | IdentifierKind::BirthDate
            | IdentifierKind::NotInspected => true,
            // These are no words of a report, whatever the configuration says.
            IdentifierKind::CaseReference
            | IdentifierKind::FamilyReference
            | IdentifierKind::Email
            | IdentifierKind::Phone => false,
        };
        if exempt && declared.contains(&whole) {
            return;
        }
        if kind == IdentifierKind::Phone {
            self.phones.insert(whole);
            return;
        }
        if strength == Strength::Weak {
            self.weak.entry(whole).or_default().push(person);
            self.weak_filter.insert(whole);
            return;
        }
        let ordinary_words = words.len() > 1 && words.iter().all(|word| declared.contains(word));
        let entry = Entry { kind, strength, ordinary_words };
        let known = self.entries.entry(whole).or_insert(entry);
        if known.strength < strength {
            *known = entry;
        }
        let mut run = *first;
        self.starts.insert(run);
        for word in rest {
            run = with_word(run, *word);
            self.starts.insert(run);
        }
        self.add_window(kind, spelling);
    }

    /// A reference of letters and digits is found inside longer words too, and one of digits alone is not: it would be
    /// found inside numbers.
    fn add_window(&mut self, kind: IdentifierKind, spelling: &str) {
        let reference = matches!(kind, IdentifierKind::CaseReference | IdentifierKind::FamilyReference);
        let one_mixed_word = spelling.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && spelling.bytes().any(|byte| byte.is_ascii_alphabetic());
        if let (true, true, Some(window)) = (reference, one_mixed_word, window(spelling.as_bytes())) {
            self.window_filter.insert(window);
            self.windows.insert(window);
            if !self.lengths.contains(&spelling.len()) {
                self.lengths.push(spelling.len());
            }
        }
    }

    /// Whether some spelling begins with this run of words. Now and then yes where none does.
    pub(crate) fn begins(&self, run: u64) -> bool {
        self.starts.may_hold(run)
    }
    /// What this run of words is.
    pub(crate) fn entry(&self, run: u64) -> Option<Entry> {
        self.entries.get(&run).copied()
    }
    /// Whether these are the digits of somebody's phone.
    pub(crate) fn is_phone(&self, digits: &str) -> bool {
        self.phones.contains(&hash(digits.as_bytes()))
    }
    /// Who bears this weak word.
    pub(crate) fn bearers(&self, word: u64) -> Option<&[u64]> {
        if !self.weak_filter.may_hold(word) {
            return None;
        }
        self.weak.get(&word).map(Vec::as_slice)
    }
    /// Whether the word is a word of the language too.
    pub(crate) fn is_ordinary(&self, word: u64) -> bool {
        self.ordinary.contains(&word)
    }
    /// Lengths and hashes of the references that may begin with these bytes.
    pub(crate) fn inside<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = (u64, Entry)> + 'a {
        let may_be = window(bytes).is_some_and(|w| self.window_filter.may_hold(w) && self.windows.contains(&w));
        let lengths = if may_be { self.lengths.as_slice() } else { &[] };
        lengths.iter().filter_map(|length| {
            let run = hash(bytes.get(..*length)?);
            let entry = self.entry(run)?;
            let reference = matches!(entry.kind, IdentifierKind::CaseReference | IdentifierKind::FamilyReference);
            reference.then_some((run, entry))
        })
    }
}

/// Every run of words of every entry of the vocabulary.
fn declared(vocabulary: &[String]) -> HashSet<u64> {
    let mut declared = HashSet::new();
    for text in vocabulary {
        let folded = fold(text).text;
        let hashes: Vec<u64> = words(&folded).map(|(_, word)| hash(word.as_bytes())).collect();
        for start in 0..hashes.len() {
            let mut run = hashes[start];
            declared.insert(run);
            for word in hashes[start + 1..].iter().take(WORDS_MAX - 1) {
                run = with_word(run, *word);
                declared.insert(run);
            }
        }
    }
    declared
}

/// A set that errs to one side: what it says it does not hold, it does not hold.
struct Filter(Vec<u64>);

impl Filter {
    const BITS: u32 = 23;

    fn new() -> Self {
        Self(vec![0; 1 << (Self::BITS - 6)])
    }
    const fn place(hash: u64) -> (usize, u64) {
        let bit = hash >> (64 - Self::BITS);
        ((bit >> 6) as usize, 1 << (bit & 63))
    }
    fn insert(&mut self, hash: u64) {
        let (word, bit) = Self::place(hash);
        self.0[word] |= bit;
    }
    fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = Self::place(hash);
        self.0[word] & bit != 0
    }
}
