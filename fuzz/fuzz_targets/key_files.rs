//! Key files: whatever lies in `keys/`, opening them ends in an error or a key. One input is one file; it is tried as the data key
//! under a passphrase, as the data key for people, and as a person's identity. What asks for more work than a key of ours, which the
//! reader allows for up to a bound, is left out: it is slow and nothing else.
#![no_main]

use inside_readers::store::keys::{people, unlock};
use libfuzzer_sys::fuzz_target;

/// Whether a file asks for a passphrase that costs more than next to nothing to try.
fn is_slow(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let mut stanzas = text.lines().filter_map(|line| line.strip_prefix("-> scrypt "));
    stanzas.any(|stanza| stanza.split(' ').next_back().is_some_and(|work| work.len() > 1))
}

fuzz_target!(|data: &[u8]| {
    if is_slow(data) {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let key = home.path().join(people::DATA_KEY);
    std::fs::write(&key, data).expect("ours");
    let _ = unlock(&key, "manager");
    let _ = people::open(home.path(), "manager", None);
    std::fs::write(home.path().join("manager.age"), data).expect("ours");
    let _ = people::open(home.path(), "manager", Some("manager"));
    let _ = people::public(home.path(), "manager", "manager");
});
