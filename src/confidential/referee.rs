//! Looks for everybody in the store in the bytes that are about to be released. Comes in: files. Goes out: hits, as
//! places, kinds and strengths. Deliberately absent: the words that were found, in any answer.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use model::config::source::Source;
use model::digest::sha256;

use crate::store::identifiers::{Identifier, national};
pub use crate::store::identifiers::{IdentifierKind, Strength};
use crate::store::{Store, StoreError};

mod index;
#[cfg(test)]
mod tests;
mod unpack;
pub(crate) mod views;

use index::{Entry, Hashes, Index, WINDOW, WORDS_MAX, hash, with_word, words};
use unpack::Budget;

/// Two weak words of one person this close together name the person.
const NEAR: usize = 200;
/// Containers within containers; deeper ones are not inspected, which is a hit.
const DEPTH_MAX: usize = 4;

/// A place where somebody can be recognised. Any hit means that the files may not be released.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The file.
    pub file: String,
    /// Part of the file, reading of it, and byte of that reading.
    pub place: String,
    /// What was found.
    pub kind: IdentifierKind,
    /// How sure it is. Weak stands for two weak ones of one person.
    pub strength: Strength,
}

/// Knows everybody in the store, and every word that the report may use all the same.
pub struct Referee {
    index: Index,
    /// Runs of digits that say nothing of anybody.
    known: Hashes,
}

impl std::fmt::Debug for Referee {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Referee(..)")
    }
}

impl Referee {
    /// Reads everybody in the store. `vocabulary`: texts that the report is made of anyway: labels, titles, notes,
    /// fixed words of the pages, its own dates. A name, postcode or date that they hold is no hit; a reference, address
    /// of e-mail or phone number is one all the same.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn new(store: &Store, sources: &BTreeMap<String, Source>, vocabulary: &[String]) -> Result<Self, StoreError> {
        Ok(Self::knowing(&store.identifiers(sources)?, vocabulary))
    }

    fn knowing(identifiers: &[Identifier], vocabulary: &[String]) -> Self {
        Self { index: Index::new(identifiers, vocabulary), known: Hashes::default() }
    }

    /// Runs of letters and digits that the files may hold, beside the digests of themselves: digests of other files, and the typeface of
    /// the page in base 64, without its padding. They are letters and digits, as postcodes and references are: in the hundreds of
    /// digests of a release, and in 150,000 letters of a typeface, somebody's turns up by chance, or what looks like a container.
    #[must_use]
    pub fn with_known<'a>(mut self, runs: impl IntoIterator<Item = &'a str>) -> Self {
        self.known.extend(runs.into_iter().map(|run| hash(run.as_bytes())));
        self
    }

    /// Every hit, in order of file and place; each identifier once a part of a file. None means that nobody was found.
    #[must_use]
    pub fn scan(&self, files: &[(String, Vec<u8>)]) -> Vec<Hit> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
        // Each takes the next file that nobody has; the order of hits does not depend on who found them.
        let next = AtomicUsize::new(0);
        let own = files.iter().map(|(_, bytes)| hash(sha256(bytes).as_bytes()));
        let known: Hashes = self.known.iter().copied().chain(own).collect();
        let share = || {
            let mut hits = Vec::new();
            while let Some((file, bytes)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut scan =
                    Scan { index: &self.index, known: &known, file, hits: &mut hits, budget: Budget::of_a_file() };
                scan.part("name", file.as_bytes(), 0);
                scan.part("", bytes, 0);
            }
            hits
        };
        let mut hits: Vec<Hit> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
            let mut hits = share();
            for other in others {
                // A scan that ended early has not shown that nobody is there, so its panic is this one's too.
                hits.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            hits
        });
        hits.sort();
        hits.dedup();
        hits
    }
}

/// How a text is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As people read it: there single names count.
    Read,
    /// Words that markup is made of.
    Unread,
    /// From its end: there only full names count, and numbers are others.
    Backwards,
}

impl Way {
    const fn counts(self, entry: Entry) -> bool {
        let is_name = matches!(entry.kind, IdentifierKind::Name);
        let is_single = is_name && matches!(entry.strength, Strength::Medium);
        match self {
            Self::Read => true,
            Self::Unread => !is_single,
            Self::Backwards => is_name && !is_single,
        }
    }
}

struct Scan<'a> {
    index: &'a Index,
    /// Runs of digits that say nothing of anybody.
    known: &'a Hashes,
    file: &'a str,
    hits: &'a mut Vec<Hit>,
    budget: Budget,
}

/// A word of a view.
struct Word {
    start: usize,
    end: usize,
    hash: u64,
    digits: bool,
}

impl Scan<'_> {
    fn part(&mut self, name: &str, bytes: &[u8], depth: usize) {
        if depth > DEPTH_MAX {
            self.hit(name, IdentifierKind::NotInspected, Strength::Strong);
            return;
        }
        // Once a part: the readings of it repeat what is plain in it.
        let mut seen = HashSet::new();
        let shown = unpack::without_noise(bytes, |run| self.known.contains(&hash(run)));
        let raw = views::text_of(&shown);
        let decoded = views::decoded(&raw);
        let readable = decoded.as_deref().unwrap_or(&raw);
        let is_markup = views::is_markup(readable);
        let text = is_markup.then(|| views::without_tags(readable));
        let glued = if is_markup { views::glued(readable) } else { None };
        let wide = views::in_two_bytes(&shown);
        // In the noise of packed bytes short names turn up by chance.
        let plain = text.is_none() && !bytes.contains(&0);
        let way = |read: bool| if read { Way::Read } else { Way::Unread };
        self.view(&joined(name, ""), &raw, way(plain && decoded.is_none()), &mut seen);
        // What people read, for readings that would be chance in packed bytes.
        let people_read = text.as_deref().or_else(|| plain.then_some(readable));
        let latin = people_read.and_then(views::in_latin);
        let backwards = people_read.map(views::backwards);
        let others = [
            ("decoded, ", &decoded, way(plain)),
            ("without tags, ", &text, Way::Read),
            ("without tags within words, ", &glued, Way::Read),
            ("letters that look alike, ", &latin, Way::Read),
            ("backwards, ", &backwards, Way::Backwards),
            ("two bytes a letter, ", &wide, Way::Read),
        ];
        for (reading, text, way) in others {
            if let Some(text) = text {
                self.view(&joined(name, reading), text, way, &mut seen);
            }
        }
        for part in unpack::runs(readable).into_iter().chain(unpack::parts(bytes, &mut self.budget)) {
            let name = joined(name, &part.name);
            match part.bytes {
                Some(bytes) => self.part(&name, &bytes, depth + 1),
                None => self.hit(&name, IdentifierKind::NotInspected, Strength::Strong),
            }
        }
    }

    fn hit(&mut self, place: &str, kind: IdentifierKind, strength: Strength) {
        let place = place.trim_end_matches([',', ' ']).to_owned();
        self.hits.push(Hit { file: self.file.to_owned(), place, kind, strength });
    }

    fn view(&mut self, name: &str, text: &str, way: Way, seen: &mut HashSet<u64>) {
        let folded = views::fold(text);
        let text = folded.text.as_str();
        let words: Vec<Word> = words(text)
            .map(|(start, word)| Word {
                start,
                end: start + word.len(),
                hash: hash(word.as_bytes()),
                digits: word.bytes().all(|byte| byte.is_ascii_digit()),
            })
            .collect();
        let mut found: Vec<(usize, IdentifierKind, Strength)> = Vec::new();
        for at in 0..words.len() {
            for (run, entry) in self.phrases(text, &words[at..]) {
                if way.counts(entry) && seen.insert(run) {
                    found.push((words[at].start, entry.kind, entry.strength));
                }
            }
            if way != Way::Backwards
                && words[at].digits
                && self.phone(text, &words[at..])
                && seen.insert(words[at].hash ^ 1)
            {
                found.push((words[at].start, IdentifierKind::Phone, Strength::Strong));
            }
        }
        // References are letters and digits, so they lie within a word.
        let long = words.iter().filter(|word| way != Way::Backwards && word.end - word.start >= WINDOW);
        let long = long.filter(|word| !self.known.contains(&word.hash));
        for at in long.flat_map(|word| word.start..=word.end - WINDOW) {
            for (run, entry) in self.index.inside(&text.as_bytes()[at..]) {
                if seen.insert(run) {
                    found.push((at, entry.kind, entry.strength));
                }
            }
        }
        if way == Way::Read {
            let pairs = self.pairs(&words);
            found.extend(pairs.into_iter().map(|at| (at, IdentifierKind::Name, Strength::Weak)));
        }
        for (at, kind, strength) in found {
            self.hit(&format!("{name}byte {}", folded.original(at)), kind, strength);
        }
    }

    /// The spellings that begin with the first of these words.
    fn phrases(&self, text: &str, words: &[Word]) -> Vec<(u64, Entry)> {
        let mut found = Vec::new();
        let mut run = words[0].hash;
        for at in 0..words.len().min(WORDS_MAX) {
            if at > 0 {
                run = with_word(run, words[at].hash);
            }
            if !self.index.begins(run) {
                break;
            }
            if let Some(entry) = self.index.entry(run).filter(|entry| is_spelled(text, &words[..=at], *entry)) {
                found.push((run, entry));
            }
        }
        found
    }

    /// Whether these words begin with somebody's phone number, in one to five groups of digits.
    fn phone(&self, text: &str, words: &[Word]) -> bool {
        let mut digits = String::new();
        for (at, word) in words.iter().take(5).enumerate() {
            if at > 0 {
                let gap = &text[words[at - 1].end..word.start];
                if !word.digits || gap.len() > 3 || !gap.bytes().all(|byte| b" ().-/".contains(&byte)) {
                    return false;
                }
            }
            digits.push_str(&text[word.start..word.end]);
            // Without a leading zero or country code, groups of digits are coordinates of a drawing.
            let dialled =
                if at > 0 { digits.starts_with('0') || digits.starts_with("44") } else { !is_decimal(text, word) };
            if digits.len() > 16 {
                return false;
            }
            if digits.len() >= 7 && dialled && self.index.is_phone(&national(&digits)) {
                return true;
            }
        }
        false
    }

    /// Where two different weak words of one person stand close together.
    fn pairs(&self, words: &[Word]) -> Vec<usize> {
        let borne: Vec<(&Word, &[u64])> =
            words.iter().filter_map(|word| Some((word, self.index.bearers(word.hash)?))).collect();
        let mut found = Vec::new();
        let mut judged = BTreeSet::new();
        for (at, (word, bearers)) in borne.iter().enumerate() {
            for (other, others) in borne[..at].iter().rev().take_while(|(other, _)| word.start - other.end <= NEAR) {
                let pair = (word.hash.min(other.hash), word.hash.max(other.hash));
                let ordinary = self.index.is_ordinary(word.hash) && self.index.is_ordinary(other.hash);
                if word.hash != other.hash && !ordinary && judged.insert(pair) && have_one_in_common(bearers, others) {
                    found.push(other.start);
                }
            }
        }
        found
    }
}

fn joined(part: &str, name: &str) -> String {
    if part.is_empty() { name.to_owned() } else { format!("{part}, {name}") }
}

/// Both in order.
fn have_one_in_common(one: &[u64], other: &[u64]) -> bool {
    let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
    few.iter().any(|person| many.binary_search(person).is_ok())
}

/// Whether a number is the whole of a number, or the digits behind its point.
fn is_decimal(text: &str, word: &Word) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let point = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'.');
    (point(word.start.checked_sub(1)) && digit(word.start.checked_sub(2)))
        || (point(Some(word.end)) && digit(Some(word.end + 1)))
}

/// Whether the words are a number with its point, or one part of such a number: `21/140625` is a reference, and `21.140625` the width
/// of a column.
fn is_figure(text: &str, words: &[Word]) -> bool {
    match words {
        [one] => one.digits && is_decimal(text, one),
        [whole, part] => whole.digits && part.digits && &text[whole.end..part.start] == ".",
        _ => false,
    }
}

/// Whether what stands between the words, and around them, lets them be this kind of identifier.
fn is_spelled(text: &str, words: &[Word], entry: Entry) -> bool {
    let gaps = || words.windows(2).map(|pair| &text[pair[0].end..pair[1].start]);
    let made_of = |most: usize, letters: &str| {
        gaps().all(|gap| gap.len() <= most && gap.bytes().all(|byte| letters.as_bytes().contains(&byte)))
    };
    match entry.kind {
        // Labels that stand in neighbouring cells are no name; the same words in a sentence are.
        IdentifierKind::Name if entry.ordinary_words => gaps().all(|gap| gap == " "),
        IdentifierKind::Name | IdentifierKind::Address => gaps().all(|gap| gap.len() <= NAME_GAP_MAX),
        IdentifierKind::Postcode => made_of(2, " -+"),
        IdentifierKind::Email => made_of(2, "@.-_+"),
        // `#f03318` is a colour, and so is `val="f03318"` in the theme of a workbook.
        IdentifierKind::CaseReference | IdentifierKind::FamilyReference => {
            made_of(3, " -/._:#") && !is_figure(text, words) && !is_colour(text, words)
        }
        IdentifierKind::BirthDate if words.iter().all(|word| word.digits) => {
            made_of(1, "-/.") && !(words.len() == 1 && is_decimal(text, &words[0]))
        }
        IdentifierKind::BirthDate => made_of(2, " ,-./"),
        IdentifierKind::Phone | IdentifierKind::NotInspected => false,
    }
}

/// `Example, Jane`, `"Jane","Example"`, and two cells with their tags taken away.
const NAME_GAP_MAX: usize = 8;

fn is_colour(text: &str, words: &[Word]) -> bool {
    let [word] = words else { return false };
    word.end - word.start == 6
        && ["#", "val=\"", "clr=\""].iter().any(|before| text[..word.start].ends_with(before))
        && text[word.start..word.end].bytes().all(|byte| byte.is_ascii_hexdigit())
}
