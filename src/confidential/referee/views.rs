//! The same bytes as different readers see them. Comes in: bytes. Goes out: texts, folded. Deliberately absent: what to
//! look for, and containers.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// A text without case, accents and unseen letters; other than letters and digits only ASCII is left.
pub(crate) struct Folded {
    pub(crate) text: String,
    /// Where folded and original places drift apart: folded byte, original byte.
    drift: Vec<(usize, usize)>,
}

impl Folded {
    /// The byte of the original that stands at a byte of the folded text.
    pub(crate) fn original(&self, place: usize) -> usize {
        let known = self.drift.partition_point(|(folded, _)| *folded <= place);
        let (folded, original) = known.checked_sub(1).map_or((0, 0), |at| self.drift[at]);
        original + (place - folded)
    }
}

/// Bytes as text; each byte that belongs to no letter becomes one sign that separates words, so that places stay.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1A}'));
    }
    Cow::Owned(text)
}

/// Folds a text, so that one spelling finds all.
pub(crate) fn fold(text: &str) -> Folded {
    let mut folded = Folded { text: String::with_capacity(text.len()), drift: Vec::new() };
    let mut at = 0;
    while at < text.len() {
        let plain = ascii(&text.as_bytes()[at..]);
        let start = folded.text.len();
        folded.text.push_str(&text[at..at + plain]);
        if let Some(added) = folded.text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
        at += plain;
        let Some(letter) = text[at..].chars().next() else { break };
        if is_seen(letter) {
            for part in letter.nfkd().flat_map(char::to_lowercase).filter(|part| !is_combining_mark(*part)) {
                // A no-break space or a dash separates words as a plain one does.
                folded.text.push(if part.is_ascii() || part.is_alphanumeric() { part } else { ' ' });
            }
        }
        at += letter.len_utf8();
        folded.drift.push((folded.text.len(), at));
    }
    folded
}

/// How many bytes are ASCII before the first that is not.
fn ascii(bytes: &[u8]) -> usize {
    // Many bytes at a time are one step of the processor.
    let blocks = bytes.as_chunks::<64>().0.iter().take_while(|block| block.is_ascii()).count() * 64;
    blocks + bytes[blocks..].iter().take_while(|byte| byte.is_ascii()).count()
}

/// Not a soft hyphen, a zero-width space or joiner, or a byte order mark.
const fn is_seen(letter: char) -> bool {
    !matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// Entities, percent signs and JSON escapes decoded, twice over; none where there are none.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let once = decoded_once(text)?;
    Some(decoded_once(&once).unwrap_or(once))
}

fn decoded_once(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'%' | b'\\')) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((letters, length)) = entity(rest).or_else(|| percent(rest)).or_else(|| escape(rest)) {
            out.push_str(&letters);
            rest = &rest[length..];
            changed = true;
        } else {
            // All three signs are one byte long.
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    changed.then_some(out)
}

const ENTITIES: [(&str, &str); 9] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("commat", "@"),
    ("period", "."),
    ("hyphen", "-"),
];

fn entity(text: &str) -> Option<(String, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.bytes().take(12).position(|byte| byte == b';')?;
    let name = &body[..end];
    let length = end + 2;
    if let Some(number) = name.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((char::from_u32(number)?.to_string(), length));
    }
    if let Some((_, letters)) = ENTITIES.iter().find(|(entity, _)| *entity == name) {
        return Some(((*letters).to_owned(), length));
    }
    // `&eacute;`: the letter without its accent is what the folded text has.
    let accents = ["acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "caron", "slash"];
    let letter = accents.iter().find_map(|accent| name.strip_suffix(accent)).filter(|letter| letter.len() == 1)?;
    Some((letter.to_owned(), length))
}

fn percent(text: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    let mut length = 0;
    // A letter may take several signs.
    while let Some(byte) = text[length..].strip_prefix('%').and_then(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok())
    {
        bytes.push(byte);
        length += 3;
    }
    (!bytes.is_empty()).then(|| (String::from_utf8_lossy(&bytes).into_owned(), length))
}

fn escape(text: &str) -> Option<(String, usize)> {
    let number = u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    Some((char::from_u32(number)?.to_string(), 6))
}

/// The text with Latin letters in place of letters that look like them; none where there are none. A view of its own: names that
/// are written in other scripts are looked for as they are.
/// Source: Unicode Technical Standard 39, confusable detection.
pub(crate) fn in_latin(text: &str) -> Option<String> {
    let mut changed = false;
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let latin: String =
            if letter.is_ascii() { String::new() } else { skeleton(letter.encode_utf8(&mut [0; 4])).collect() };
        if !latin.is_empty() && latin.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            out.push_str(&latin);
            changed = true;
        } else {
            out.push(letter);
        }
    }
    changed.then_some(out)
}

/// The text from its end to its start.
pub(crate) fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// Whether tags stand in a text.
pub(crate) fn is_markup(text: &str) -> bool {
    text.contains("</") || text.contains("/>")
}

/// Attributes whose values people read.
const READ: [&str; 9] =
    ["name", "title", "alt", "aria-label", "aria-description", "label", "content", "summary", "descr"];

/// What a reader of the page sees: no tags, styles and scripts; a tag leaves a mark that is no space, so that two cells
/// are not two words of a sentence.
pub(crate) fn without_tags(text: &str) -> String {
    untagged(text, &[])
}

/// Elements within a word: looks of a part of a text, on pages, in drawings and in workbooks.
const WITHIN: [&str; 30] = [
    "b",
    "i",
    "u",
    "s",
    "em",
    "strong",
    "small",
    "big",
    "sub",
    "sup",
    "span",
    "a",
    "mark",
    "font",
    "abbr",
    "code",
    "wbr",
    "bdi",
    "bdo",
    "tspan",
    "text:span",
    "text:a",
    "r",
    "t",
    "rpr",
    "color",
    "sz",
    "rfont",
    "family",
    "scheme",
];

/// The same where such elements leave no mark; none where there are none. `<b>Sm</b>ith` is a name that no reader sees parted.
pub(crate) fn glued(text: &str) -> Option<String> {
    let is_within = |at: usize| WITHIN.contains(&element(&text[at..]).as_str());
    text.match_indices('<').any(|(at, _)| is_within(at)).then(|| untagged(text, &WITHIN))
}

/// The name of the element that a tag opens or closes, in small letters.
fn element(tag: &str) -> String {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != ':').unwrap_or(name.len());
    name[..end].to_ascii_lowercase()
}

fn untagged(text: &str, within: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            // Unseen on the page, and read by whoever looks.
            out.push('\u{1}');
            rest = comment;
            continue;
        }
        let unread = ["style", "script"].into_iter().find(|name| is_tag(rest, name));
        let end = match unread.and_then(|name| rest.find(&format!("</{name}"))) {
            Some(end) => rest[end..].find('>').map(|length| end + length),
            None => rest.find('>'),
        };
        // A lone sign in a text is no tag.
        let Some(end) = end else { break };
        if !within.contains(&element(rest).as_str()) {
            out.push('\u{1}');
            if unread.is_none() {
                read_attributes(&rest[..end], &mut out);
            }
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

/// The values that people read, each followed by a mark.
fn read_attributes(tag: &str, out: &mut String) {
    let mut rest = tag;
    while let Some(at) = rest.bytes().position(|byte| byte == b'=') {
        let name = rest[..at].rsplit([' ', '\n', '\t', '\r', '/']).next().unwrap_or_default();
        let value = &rest[at + 1..];
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let Some((value, after)) = quote.and_then(|quote| value[1..].split_once(quote)) else {
            rest = value;
            continue;
        };
        if READ.contains(&name) {
            out.push_str(value);
            out.push('\u{1}');
        }
        rest = after;
    }
}

fn is_tag(text: &str, name: &str) -> bool {
    let tag = text.get(1..1 + name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
    tag && !text[1 + name.len()..].starts_with(char::is_alphanumeric)
}

/// Text in two bytes a letter, from either end first: runs of four Latin letters and more. At an odd place the one order
/// reads as the other at an even one.
pub(crate) fn in_two_bytes(bytes: &[u8]) -> Option<String> {
    if !bytes.contains(&0) {
        return None;
    }
    let mut out = String::new();
    for offset in 0..2 {
        let mut run = String::new();
        for pair in bytes.get(offset..).unwrap_or_default().chunks(2) {
            // The last byte of the order that begins with the high one has its zero before it.
            let high = pair.get(1).copied().unwrap_or(0);
            let letter = char::from_u32(u32::from(u16::from_le_bytes([pair[0], high])));
            match letter.filter(|letter| (' '..'\u{250}').contains(letter)) {
                Some(letter) => run.push(letter),
                None => end_run(&mut out, &mut run),
            }
        }
        end_run(&mut out, &mut run);
    }
    (!out.is_empty()).then_some(out)
}

fn end_run(out: &mut String, run: &mut String) {
    if run.chars().count() >= 4 {
        out.push_str(run);
        out.push('\n');
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_unseen_letters_fold_away_and_places_are_kept() {
        let folded = fold("ZOË\u{AD} Ünal\u{A0}x");
        assert_eq!(folded.text, "zoe unal x");
        assert_eq!(folded.original(4), "ZOË\u{AD} ".len());
        assert_eq!(folded.original(9), "ZOË\u{AD} Ünal\u{A0}".len());
    }

    #[test]
    fn escapes_of_pages_addresses_and_programs_are_read() {
        assert_eq!(decoded("J&#97;ne&nbsp;&#x45;x").as_deref(), Some("Jane Ex"));
        assert_eq!(decoded("Jane%20%C3%89x &amp;#97;").as_deref(), Some("Jane Éx a"));
        assert_eq!(decoded(r"Jane\u0020Ex").as_deref(), Some("Jane Ex"));
        assert_eq!(decoded("100 % & more \\ é"), None);
    }

    #[test]
    fn a_page_without_tags_is_what_is_read() {
        let page = "<style>rose{}</style><p class=\"rose\" title=\"Hello\">A <b>b</b></p><td>1</td><td>2</td>";
        assert_eq!(without_tags(page).replace('\u{1}', "|"), "||Hello|A |b|||1||2|");
        assert_eq!(without_tags("1 < 2").replace('\u{1}', "|"), "1 < 2");
    }

    #[test]
    fn a_tag_within_a_word_parts_nothing_and_one_between_cells_does() {
        let read = |text: &str| glued(text).map(|text| text.replace('\u{1}', "|"));
        assert_eq!(read("<p>S<b class=\"x\">m</b>ith</p>").as_deref(), Some("|Smith|"));
        assert_eq!(read("<si><r><t>Sm</t></r><r><rPr><b/></rPr><t>ith</t></r></si>").as_deref(), Some("|Smith|"));
        assert_eq!(read("<td>Sm</td><td>ith</td>"), None);
    }

    #[test]
    fn letters_that_look_like_latin_ones_are_read_as_those() {
        assert_eq!(in_latin("J\u{430}n\u{435} \u{415}xemplar").as_deref(), Some("Jane Exemplar"));
        assert_eq!(in_latin("Zo\u{eb}, 5 \u{20ac}"), None);
    }

    #[test]
    fn text_in_two_bytes_is_read_in_both_orders() {
        let little: Vec<u8> = "Jane".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Jane".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(in_two_bytes(&little).as_deref(), Some("Jane\n"));
        assert_eq!(in_two_bytes(&big).as_deref(), Some("Jane\n"));
    }
}
