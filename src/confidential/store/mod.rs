//! The encrypted store. Comes in: recordings, ledger entries, a key. Goes out: the same, to this crate.
//! Deliberately absent: plain files, and creating a store by opening one.
