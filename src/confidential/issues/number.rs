//! Counts as real numbers, in the one place where precision could be lost. Comes in: whole numbers. Goes out: `f64`.

/// A count. Exact below 2^53, which no service reaches.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "no service has 2^53 cases")]
pub const fn real(count: u64) -> f64 {
    count as f64
}

/// A number of things in memory.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "no memory holds 2^53 series")]
pub const fn size(count: usize) -> f64 {
    count as f64
}

/// The median of numbers, none where there are none. Takes the lower of two in the middle.
#[must_use]
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied()
}
