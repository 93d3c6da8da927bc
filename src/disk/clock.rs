//! The one clock. Comes in: nothing. Goes out: what time it is, or a watch that was started. Deliberately absent: any figure that hangs
//! on it. A time is told to people only: since when a workspace is in use, how long something took.

use std::time::{Instant, SystemTime};

/// What time it is.
#[must_use]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A watch that starts now, for [`Instant::elapsed`].
#[must_use]
pub fn start() -> Instant {
    Instant::now()
}
