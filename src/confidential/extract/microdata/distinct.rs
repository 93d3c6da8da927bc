//! Finds equal records. Comes in: columns of codes. Goes out: the first record of each combination, how many have it, and
//! which each record has. Deliberately absent: what the codes mean.

/// A slot of the hash table without a row.
const FREE: u32 = u32::MAX;

/// First record, number of records, and the row of each record; rows in order of first appearance.
///
/// Codes are packed into one key of 64 or 128 bits where they fit, else compared column by column.
pub(in crate::extract) fn distinct(columns: &[&[u32]]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let bits: Vec<u32> = columns.iter().map(|codes| width(codes)).collect();
    match bits.iter().sum::<u32>() {
        0..=64 => {
            let keys: Vec<u64> = pack(columns, &bits);
            group(&keys, |key| mix(*key))
        }
        65..=128 => {
            let keys: Vec<u128> = pack(columns, &bits);
            group(&keys, |key| mix(low(*key) ^ mix(low(*key >> 64))))
        }
        _ => {
            let records = columns.first().map_or(0, |codes| codes.len());
            let row = |record| columns.iter().filter_map(|codes| codes.get(record).copied()).collect();
            let keys: Vec<Box<[u32]>> = (0..records).map(row).collect();
            group(&keys, |key| key.iter().fold(0, |hash, code| mix(hash ^ u64::from(*code))))
        }
    }
}

/// Bits that hold every code of a column.
fn width(codes: &[u32]) -> u32 {
    u32::BITS - codes.iter().max().map_or(u32::BITS, |most| most.leading_zeros())
}

/// One key a record.
fn pack<K>(columns: &[&[u32]], bits: &[u32]) -> Vec<K>
where
    K: Copy + From<u32> + std::ops::Shl<u32, Output = K> + std::ops::BitOr<Output = K>,
{
    let records = columns.first().map_or(0, |codes| codes.len());
    let mut keys = vec![K::from(0); records];
    for (codes, bits) in columns.iter().zip(bits) {
        // A column's width is 32 at most, so no shift is as wide as the key.
        for (key, code) in keys.iter_mut().zip(*codes) {
            *key = (*key << *bits) | K::from(*code);
        }
    }
    keys
}

fn group<K: PartialEq>(keys: &[K], hash: impl Fn(&K) -> u64) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let mask = (keys.len() * 2).next_power_of_two().max(2) - 1;
    let mut slots = vec![FREE; mask + 1];
    let (mut firsts, mut counts, mut of_record): (Vec<u32>, Vec<u32>, Vec<u32>) =
        (Vec::new(), Vec::new(), Vec::with_capacity(keys.len()));
    for (key, record) in keys.iter().zip(0_u32..) {
        let mut at = low_bits(hash(key)) & mask;
        let row = loop {
            let row = slots[at];
            if row == FREE {
                let next = u32::try_from(firsts.len()).unwrap_or(FREE);
                slots[at] = next;
                firsts.push(record);
                counts.push(0);
                break next;
            }
            if firsts.get(row as usize).and_then(|first| keys.get(*first as usize)).is_some_and(|known| known == key) {
                break row;
            }
            at = (at + 1) & mask;
        };
        if let Some(count) = counts.get_mut(row as usize) {
            *count += 1;
        }
        of_record.push(row);
    }
    (firsts, counts, of_record)
}

/// Spreads a key over all bits; decides about speed only.
const fn mix(key: u64) -> u64 {
    let key = (key ^ (key >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    key ^ (key >> 29)
}

#[allow(clippy::cast_possible_truncation)]
const fn low(key: u128) -> u64 {
    key as u64
}

#[allow(clippy::cast_possible_truncation)]
const fn low_bits(hash: u64) -> usize {
    hash as usize
}
