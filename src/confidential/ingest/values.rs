//! The values of one case in as little room as they need: an import of a county holds a million of them at once. Comes in: a
//! value a field, or none. Goes out: the same. Deliberately absent: what a field is.

/// One value a field; none where blank. It cannot be printed: a recording wraps it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Values {
    /// All values, one behind the other.
    text: Box<str>,
    /// Where each ends, doubled; one more where there is a value, so that an empty one is none of no value.
    ends: Box<[u32]>,
}

impl Values {
    /// The values in the order of the source's fields. Together they are shorter than the file they come from, and no file
    /// longer than 512 MiB is read.
    pub fn of<T: AsRef<str>>(values: impl IntoIterator<Item = Option<T>>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for value in values {
            if let Some(value) = &value {
                text.push_str(value.as_ref());
            }
            let end = u32::try_from(text.len()).unwrap_or(u32::MAX >> 1);
            ends.push(end << 1 | u32::from(value.is_some()));
        }
        Self { text: text.into_boxed_str(), ends: ends.into_boxed_slice() }
    }

    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The value of the field at `place`.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before] >> 1);
        if end & 1 == 1 { self.text.get(start as usize..(end >> 1) as usize) } else { None }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// The same with another value at `place`.
    pub(crate) fn with(&self, place: usize, value: &str) -> Self {
        Self::of(self.iter().enumerate().map(|(at, own)| if at == place { Some(value) } else { own }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_came_in() {
        let written = [Some("SP-1"), None, Some(""), Some("Zoë"), None];
        let values = Values::of(written);
        assert_eq!(values.iter().collect::<Vec<_>>(), written);
        assert_eq!((values.len(), values.get(3), values.get(5)), (5, Some("Zoë"), None));
        let other = values.with(1, "F1");
        assert_eq!(other.iter().collect::<Vec<_>>(), [Some("SP-1"), Some("F1"), Some(""), Some("Zoë"), None]);
        assert!(other != values && other == Values::of(other.iter()));
    }
}
