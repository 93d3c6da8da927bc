//! The one source of random bytes: the system's generator. Comes in: a place for bytes. Goes out: bytes that nobody can foresee.
//! Deliberately absent: a seed. A program whose keys could be made to repeat would be one whose keys could be known, so there is no
//! way to ask for it, by a variable of the environment or otherwise. The tests of kills put a generator of their own in front of the
//! system's, outside of the program.
//!
//! What `age` and SQLCipher draw, for identities and for pages, they draw themselves from the same generator of the system.

use std::io;

/// Fills `bytes`.
///
/// # Errors
/// What the system says where it gives none; then nothing may be made of `bytes`.
pub fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}
