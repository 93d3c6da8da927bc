//! Names of columns on the command line. Comes in: `age,district`, or `"weight, kg",age` where a name has a comma. Goes out: the
//! names. Deliberately absent: whether there are such columns.

/// The names of one argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names(Vec<String>);

/// All names of all arguments, in their order.
pub(super) fn all(arguments: &[Names]) -> Vec<String> {
    arguments.iter().flat_map(|names| names.0.clone()).collect()
}

/// Splits at commas outside quotation marks, as a line of a CSV file; within, two quotation marks are one.
///
/// # Errors
/// A sentence where a quotation mark has no end, or stands where none can.
pub(super) fn names(text: &str) -> Result<Names, String> {
    let fault = || "a name with a comma stands in quotation marks of its own: '\"weight, kg\",age'".to_owned();
    let (mut all, mut rest) = (Vec::new(), text);
    loop {
        let name = match rest.strip_prefix('"') {
            None => {
                let (name, _) = rest.split_once(',').unwrap_or((rest, ""));
                rest = &rest[name.len()..];
                name.to_owned()
            }
            Some(quoted) => {
                let (name, after) = closed(quoted).ok_or_else(fault)?;
                rest = after;
                name
            }
        };
        all.push(name);
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if rest.is_empty() => return Ok(Names(all)),
            None => return Err(fault()),
        }
    }
}

/// What stands before the closing quotation mark, and what after it.
fn closed(text: &str) -> Option<(String, &str)> {
    let (mut name, mut rest) = (String::new(), text);
    loop {
        let (part, after) = rest.split_once('"')?;
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<String>, String> {
        names(text).map(|names| all(&[names]))
    }

    #[test]
    fn names_are_parted_at_commas_unless_they_are_quoted() {
        assert_eq!(of("age,district"), Ok(vec!["age".to_owned(), "district".to_owned()]));
        assert_eq!(of("\"w, kg\",age"), Ok(vec!["w, kg".to_owned(), "age".to_owned()]));
        assert_eq!(of("\"so \"\"called\"\"\""), Ok(vec!["so \"called\"".to_owned()]));
        assert_eq!(of("5\" pipe"), Ok(vec!["5\" pipe".to_owned()]), "a mark inside a name is part of it");
        assert!(of("\"w, kg").is_err() && of("\"w\"kg").is_err());
    }
}
