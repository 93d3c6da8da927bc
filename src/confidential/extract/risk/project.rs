//! Classes of a subset of columns, rolled up from those of a larger one. Comes in: keys with counts, a column to leave out. Goes
//! out: the keys that are left, each once. Deliberately absent: the records; they were looked at once.

/// A key with a code a column in bits, the first column lowest.
pub(super) trait Key: Copy + Eq + Send + Sync {
    /// The bits of `width` above `at` are taken out, and those above them move down.
    fn without(self, at: u32, width: u32) -> Self;
    /// With `code` in the bits from `at`.
    fn with(self, at: u32, code: u32) -> Self;
    /// No bit set.
    const ZERO: Self;
    /// Spread over all bits; decides about speed only.
    fn hash(self) -> u64;
    /// Itself, where it is below 2^32.
    fn place(self) -> usize;
    /// The key at a place below 2^32.
    fn at_place(place: u32) -> Self;
}

macro_rules! key {
    ($kind:ty, $bits:literal, $hash:expr) => {
        impl Key for $kind {
            const ZERO: Self = 0;

            fn without(self, at: u32, width: u32) -> Self {
                if width == 0 {
                    return self;
                }
                let above = at + width;
                let low = self & ((1 << at) - 1);
                if above >= $bits { low } else { ((self >> above) << at) | low }
            }

            fn with(self, at: u32, code: u32) -> Self {
                if at >= $bits { self } else { self | (Self::from(code) << at) }
            }

            fn hash(self) -> u64 {
                $hash(self)
            }

            #[allow(clippy::cast_possible_truncation)]
            fn place(self) -> usize {
                self as usize
            }

            fn at_place(place: u32) -> Self {
                Self::from(place)
            }
        }
    };
}

key!(u64, 64, mix);
key!(u128, 128, |key: u128| mix(low(key) ^ mix(low(key >> 64))));

#[allow(clippy::cast_possible_truncation)]
const fn low(key: u128) -> u64 {
    key as u64
}

const fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    key ^ (key >> 29)
}

/// Keys, each once, with what they count.
#[derive(Debug, Clone)]
pub(super) struct Keys<K> {
    pub(super) keys: Vec<K>,
    pub(super) counts: Vec<u32>,
    /// Bits that keys have.
    pub(super) bits: u32,
}

/// What each key that is left counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// The sum of what its keys counted.
    Sum,
    /// How many keys it was.
    Keys,
}

/// A slot of the hash table without a key.
const FREE: u32 = u32::MAX;

/// Up to so many bits an array has a place for each key, where it is not much larger than the number of keys.
const DIRECT_BITS: u32 = 24;

impl<K: Key> Keys<K> {
    /// Leaves out the column of `width` bits at `at`. `slots`: memory from earlier calls.
    pub(super) fn without(&self, at: u32, width: u32, count: Count, slots: &mut Vec<u32>) -> Self {
        let bits = self.bits - width;
        let keys = self.keys.iter().map(|key| key.without(at, width));
        let counted = keys.zip(&self.counts).map(|(key, known)| match count {
            Count::Sum => (key, *known),
            Count::Keys => (key, 1),
        });
        if bits <= DIRECT_BITS && (1_usize << bits) <= (self.keys.len() * 4).max(64) {
            direct(counted, bits, slots)
        } else {
            hashed(counted, self.keys.len(), bits, slots)
        }
    }

    /// Counts that are one, their smallest, their sum, and the sum over keys of count (count - 1): pairs that are together,
    /// each twice.
    pub(super) fn tally(&self) -> (u64, u32, u64, u128) {
        let (mut ones, mut least, mut all, mut together) = (0, u32::MAX, 0_u64, 0_u128);
        for count in &self.counts {
            let many = u64::from(*count);
            ones += u64::from(many == 1);
            least = least.min(*count);
            all += many;
            // Counts are below 2^32, so their product is below 2^64.
            together += u128::from(many * many.saturating_sub(1));
        }
        (ones, least, all, together)
    }
}

fn direct<K: Key>(counted: impl Iterator<Item = (K, u32)>, bits: u32, sums: &mut Vec<u32>) -> Keys<K> {
    sums.clear();
    sums.resize(1 << bits, 0);
    for (key, count) in counted {
        if let Some(sum) = sums.get_mut(key.place()) {
            *sum += count;
        }
    }
    let (mut keys, mut counts) = (Vec::new(), Vec::new());
    for (place, sum) in (0_u32..).zip(sums.iter()).filter(|(_, sum)| **sum > 0) {
        keys.push(K::at_place(place));
        counts.push(*sum);
    }
    Keys { keys, counts, bits }
}

fn hashed<K: Key>(counted: impl Iterator<Item = (K, u32)>, most: usize, bits: u32, slots: &mut Vec<u32>) -> Keys<K> {
    let mask = (most * 2).next_power_of_two().max(2) - 1;
    slots.clear();
    slots.resize(mask + 1, FREE);
    let mut found = Keys { keys: Vec::new(), counts: Vec::new(), bits };
    for (key, count) in counted {
        let mut at = low_bits(key.hash()) & mask;
        loop {
            let row = slots[at];
            if row == FREE {
                // Keys are fewer than records, and those are below 2^32.
                slots[at] = u32::try_from(found.keys.len()).unwrap_or(FREE);
                found.keys.push(key);
                found.counts.push(count);
                break;
            }
            if found.keys[row as usize] == key {
                found.counts[row as usize] += count;
                break;
            }
            at = (at + 1) & mask;
        }
    }
    found
}

#[allow(clippy::cast_possible_truncation)]
const fn low_bits(hash: u64) -> usize {
    hash as usize
}
