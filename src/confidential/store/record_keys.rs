//! The key of every case for perturbation by cell keys. Comes in: source and case reference. Goes out: 32 bits. Deliberately
//! absent: a table of keys. A keyed hash of what names the case for ever is the same key in every import and correction,
//! also where the case was erased and comes back; drawn keys that are lost once would give every figure new noise.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::store::Store;
use crate::store::keys::keyed;

/// Makes record keys of one source.
pub(crate) struct RecordKeys {
    mac: Option<Hmac<Sha256>>,
}

impl Store {
    /// Record keys of the cases of `source`.
    pub(crate) fn record_keys(&self, source: &str) -> RecordKeys {
        // A key for this purpose alone, so that nothing made of the key of ties says anything of these.
        let own = keyed(&self.tie_key(), format!("record keys of {source}").as_bytes());
        // Any length is a valid HMAC key, so there always is one.
        RecordKeys { mac: Hmac::<Sha256>::new_from_slice(&own).ok() }
    }
}

impl RecordKeys {
    /// The key of the case that is called so; evenly distributed over cases.
    pub(crate) fn of(&self, reference: &str) -> u32 {
        let Some(mut mac) = self.mac.clone() else { return 0 };
        mac.update(reference.as_bytes());
        mac.finalize().into_bytes().iter().take(4).fold(0, |key, &byte| (key << 8) | u32::from(byte))
    }
}
