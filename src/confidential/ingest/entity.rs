//! Signs that a web page's program wrote as entities. Comes in: text. Goes out: the text with the signs themselves.
//! Deliberately absent: the list of names, which is `quick-xml`'s.

use quick_xml::escape::{resolve_html5_entity, unescape_with};

/// The longest entity that is looked for, in bytes.
const LONGEST: usize = 12;

/// The text with its entities resolved, also where they were written twice; none where it has none.
pub(super) fn resolved(text: &str) -> Option<String> {
    // Most texts have no such sign.
    if !text.contains('&') || !text.contains(';') {
        return None;
    }
    let once = once(text)?;
    Some(self::once(&once).unwrap_or(once))
}

fn once(text: &str) -> Option<String> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find('&') {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b';').map(|end| end + 1);
        let sign = end.and_then(|end| unescape_with(&rest[..end], resolve_html5_entity).ok().map(|sign| (end, sign)));
        match sign {
            Some((end, sign)) if sign != rest[..end] => {
                resolved.push_str(&sign);
                rest = &rest[end..];
                found = true;
            }
            _ => {
                resolved.push('&');
                rest = &rest[1..];
            }
        }
    }
    resolved.push_str(rest);
    found.then_some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_is_its_sign_and_a_mere_ampersand_is_none() {
        for written in ["O&#039;Made", "O&#39;Made", "O&#x27;Made", "O&apos;Made", "O&amp;#039;Made"] {
            assert_eq!(resolved(written).as_deref(), Some("O'Made"), "{written}");
        }
        assert_eq!(resolved("Zo&euml; &amp; co").as_deref(), Some("Zoë & co"));
        for written in ["Smith & Jones; both", "R&D", "&;", "&unknown;", "a;b", "&#xZZ;"] {
            assert_eq!(resolved(written), None, "{written}");
        }
    }
}
