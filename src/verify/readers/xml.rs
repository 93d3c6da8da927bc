//! XML as a tree, for drawings and workbook parts. Comes in: text. Goes out: elements in document order, and whether
//! there was a comment, an instruction or a document type. Deliberately absent: entities beyond the five of XML.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deeper nesting than this is no drawing or sheet of ours.
const DEEPEST: usize = 64;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// With its prefix, as written.
    pub name: String,
    /// As written, values unescaped.
    pub attributes: BTreeMap<String, String>,
    /// Elements inside.
    pub children: Vec<Element>,
    /// Text directly inside.
    pub text: String,
}

impl Element {
    /// The name without its prefix.
    #[must_use]
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or(&self.name)
    }

    /// An attribute's value.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// Children of one local name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.local() == name)
    }

    /// Itself and everything below, in document order.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for child in &self.children {
            all.extend(child.all());
        }
        all
    }

    /// All text inside, in document order of elements.
    #[must_use]
    pub fn whole_text(&self) -> String {
        self.all().into_iter().map(|element| element.text.as_str()).collect()
    }

    /// Whether words stand anywhere but in elements of these local names: nobody sees them who does not open the source.
    #[must_use]
    pub fn has_words_outside(&self, of: &[&str]) -> bool {
        self.all().into_iter().any(|element| !of.contains(&element.local()) && !element.text.trim().is_empty())
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The outermost element.
    pub root: Element,
    /// Comments, processing instructions and document types: nothing that a reader sees.
    pub unseen: usize,
}

/// Parses `bytes`; none where they are no well-formed XML.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Document> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut unseen = 0;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return None;
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => open.last_mut()?.children.push(element(&start)?),
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.into_inner()),
            Event::GeneralRef(entity) => open.last_mut()?.text.push_str(&resolved(&entity)?),
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => unseen += 1,
            Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    let mut outside = open.pop().filter(|_| open.is_empty())?;
    let is_lone = outside.children.len() == 1 && outside.text.trim().is_empty();
    is_lone.then(|| Document { root: outside.children.remove(0), unseen })
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut element = Element { name: start.name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
        element.attributes.insert(attribute.key.as_ref().to_owned(), value);
    }
    Some(element)
}

fn resolved(entity: &BytesRef<'_>) -> Option<String> {
    if let Some(letter) = entity.resolve_char_ref().ok()? {
        return Some(letter.to_string());
    }
    resolve_predefined_entity(&entity.xml10_content()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_attributes_and_entities_are_read() {
        let document = parse(b"<a x='1 &lt; 2'>T&#64;<b>t &amp; u</b></a>").expect("well-formed");
        assert_eq!(document.root.attribute("x"), Some("1 < 2"));
        assert_eq!(document.root.whole_text(), "T@t & u");
        assert_eq!(document.unseen, 0);
    }

    #[test]
    fn what_no_reader_sees_is_counted_and_broken_documents_are_refused() {
        assert_eq!(parse(b"<!DOCTYPE a><a><!-- n --><?p q?></a>").expect("well-formed").unseen, 3);
        for broken in ["<a>", "<a></b>", "", "text", "<a/><b/>", "<a>&unknown;</a>"] {
            assert_eq!(parse(broken.as_bytes()), None, "{broken}");
        }
    }
}
