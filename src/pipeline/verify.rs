//! Attacks what lies in folders, and where a store is at hand lets the referee compare with the truth. Comes in:
//! folders. Goes out: a verdict.
