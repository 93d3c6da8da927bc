//! A value that identifies somebody. Comes in: what an export said. Goes out: nothing by accident.

use std::fmt;

/// A case recording, or a part of one, as received. Readable only inside this crate; debug output shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identified<T>(T);

impl<T> Identified<T> {
    /// Wraps what came in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
    pub(crate) const fn expose_identified(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Identified<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identified(..)")
    }
}
