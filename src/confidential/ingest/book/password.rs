//! Whether a workbook is encrypted under the password that spreadsheet programs try by themselves, so that they ask nobody
//! for it. Comes in: what a file says of its encryption. Goes out: yes or no. Nothing is decrypted but the proof that a file
//! holds of its own password. Source: Microsoft, [MS-OFFCRYPTO], 2.3.4 and 2.3.6. Deliberately absent: any other password.

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use quick_xml::events::BytesStart;
use rc4::{Rc4, StreamCipher};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::ingest::book::package;
use crate::ingest::book::text::{attribute, elements};

const PASSWORD: &str = "VelvetSweatshop";
/// Times that a password is digested; programs write 50,000 and 100,000.
const MOST_ROUNDS: u32 = 1_000_000;
/// Those that the cipher has; a file can say any other, of which nothing as long is made.
const KEY_BITS: [usize; 3] = [128, 192, 256];

fn password() -> Vec<u8> {
    PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The same of the stream `EncryptionInfo` of a workbook since 2007.
pub(super) fn is_default(info: &[u8]) -> bool {
    let Some((&[major, 0, minor, 0, _, _, _, _], rest)) = info.split_first_chunk::<8>() else { return false };
    match (major, minor) {
        (4, 4) => agile(rest).unwrap_or(false),
        (2..=4, 2) => standard(rest).unwrap_or(false),
        _ => false,
    }
}

/// The same of the record `FilePass` of an XLS workbook.
pub(super) fn is_default_of_xls(data: &[u8]) -> bool {
    /// How the oldest way of encryption writes down the password.
    const OLDEST: [u8; 2] = [0x0A, 0x9A];
    match data {
        // Before 1997 there was one way, which needed no number.
        [_, _, verifier @ ..] if data.len() == 4 => verifier == OLDEST,
        [0, 0, _, _, verifier @ ..] => verifier.starts_with(&OLDEST),
        [1, 0, 1, 0, 1, 0, rest @ ..] => rc4(rest).unwrap_or(false),
        [1, 0, 2..=4, 0, 2, 0, _, _, _, _, rest @ ..] => rc4_of_the_system(rest).unwrap_or(false),
        _ => false,
    }
}

/// Encryption since 2010: every part is named in XML.
fn agile(xml: &[u8]) -> Option<bool> {
    let mut proven = None;
    elements(&mut package::reader(Box::new(xml)), |element| {
        let is_key = element.local_name().as_ref() == "encryptedKey";
        if is_key {
            proven = match attribute(element, "hashAlgorithm").as_str() {
                "SHA1" => agile_key::<Sha1>(element),
                "SHA256" => agile_key::<Sha256>(element),
                "SHA384" => agile_key::<Sha384>(element),
                "SHA512" => agile_key::<Sha512>(element),
                _ => None,
            };
        }
        !is_key
    })?;
    proven
}

fn agile_key<D: Digest>(element: &BytesStart<'_>) -> Option<bool> {
    const INPUT: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
    const HASH: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
    let bytes = |name: &str| STANDARD.decode(attribute(element, name)).ok();
    let rounds = attribute(element, "spinCount").parse().ok().filter(|rounds| *rounds <= MOST_ROUNDS)?;
    let key_bits = attribute(element, "keyBits").parse().ok().filter(|bits| KEY_BITS.contains(bits))?;
    let salt = bytes("saltValue")?;
    let digested = digested::<D>(&salt, rounds);
    let key = |block: [u8; 8]| {
        let mut key = D::new().chain_update(&digested).chain_update(block).finalize().to_vec();
        key.resize(key_bits / 8, 0x36);
        key
    };
    let mut input = bytes("encryptedVerifierHashInput")?;
    let mut hash = bytes("encryptedVerifierHashValue")?;
    decrypt(&key(INPUT), Some(&salt), &mut input)?;
    decrypt(&key(HASH), Some(&salt), &mut hash)?;
    let input = input.get(..salt.len())?;
    Some(hash.starts_with(&D::digest(input)))
}

/// Encryption of 2007.
fn standard(info: &[u8]) -> Option<bool> {
    const ROUNDS: u32 = 50_000;
    let (header, proof) = header(info)?;
    let (salt, verifier, hash) = (proof.get(4..20)?, proof.get(20..36)?, proof.get(40..72)?);
    let digested = digested::<Sha1>(salt, ROUNDS);
    let digested = Sha1::new().chain_update(digested).chain_update([0; 4]).finalize();
    let half = |sign: u8| {
        let mut block = [sign; 64];
        block.iter_mut().zip(&digested).for_each(|(byte, other)| *byte ^= other);
        Sha1::digest(block).to_vec()
    };
    let mut key = [half(0x36), half(0x5C)].concat();
    key.truncate(key_bits(header)? / 8);
    let (mut verifier, mut hash) = (verifier.to_vec(), hash.to_vec());
    decrypt(&key, None, &mut verifier)?;
    decrypt(&key, None, &mut hash)?;
    Some(hash.starts_with(&Sha1::digest(verifier)))
}

/// Encryption of XLS since 1997.
fn rc4(data: &[u8]) -> Option<bool> {
    let (salt, proof) = (data.get(..16)?, data.get(16..48)?);
    let first = Md5::digest(password());
    let second = Md5::digest([&first[..5], salt].concat().repeat(16));
    let key = Md5::new().chain_update(&second[..5]).chain_update([0; 4]).finalize();
    let mut proof = proof.to_vec();
    Rc4::new_from_slice(&key).ok()?.apply_keystream(&mut proof);
    Some(proof[16..] == Md5::digest(&proof[..16])[..])
}

/// Encryption of XLS since 2002, by the system.
fn rc4_of_the_system(data: &[u8]) -> Option<bool> {
    let (header, proof) = header(data)?;
    let (salt, verifier, hash) = (proof.get(4..20)?, proof.get(20..36)?, proof.get(40..60)?);
    let digested = Sha1::new().chain_update(salt).chain_update(password()).finalize();
    let mut key = Sha1::new().chain_update(digested).chain_update([0; 4]).finalize().to_vec();
    // None said is the length that it had first.
    let bits = key_bits(header).filter(|bits| *bits > 0).unwrap_or(40);
    key.truncate(bits / 8);
    if bits == 40 {
        key.resize(16, 0);
    }
    let mut proof = [verifier, hash].concat();
    Rc4::new_from_slice(&key).ok()?.apply_keystream(&mut proof);
    Some(proof[16..] == Sha1::digest(&proof[..16])[..])
}

/// The header, and what follows it.
fn header(info: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = info.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

fn key_bits(header: &[u8]) -> Option<usize> {
    header.get(16..20)?.try_into().ok().map(|bits| u32::from_le_bytes(bits) as usize)
}

/// The password with the salt, digested again and again.
fn digested<D: Digest>(salt: &[u8], rounds: u32) -> Vec<u8> {
    let first = D::new().chain_update(salt).chain_update(password()).finalize();
    let again = |digest, round: u32| D::new().chain_update(round.to_le_bytes()).chain_update(digest).finalize();
    (0..rounds).fold(first, again).to_vec()
}

/// Decrypts one block in place.
type OneBlock = Box<dyn Fn(&mut [u8]) -> Option<()>>;

/// Decrypts in place; with a first block, each block is added to the one before it.
fn decrypt(key: &[u8], first: Option<&[u8]>, bytes: &mut [u8]) -> Option<()> {
    let one: OneBlock = match key.len() {
        16 => block::<Aes128>(key)?,
        24 => block::<Aes192>(key)?,
        32 => block::<Aes256>(key)?,
        _ => return None,
    };
    let mut before = first.map(<[u8]>::to_vec);
    for bytes in bytes.chunks_exact_mut(16) {
        let encrypted = bytes.to_vec();
        one(bytes)?;
        if let Some(before) = &mut before {
            bytes.iter_mut().zip(before.iter()).for_each(|(byte, other)| *byte ^= other);
            *before = encrypted;
        }
    }
    Some(())
}

fn block<C: KeyInit + BlockCipherDecrypt + 'static>(key: &[u8]) -> Option<OneBlock> {
    let cipher = C::new_from_slice(key).ok()?;
    Some(Box::new(move |bytes| {
        cipher.decrypt_block(bytes.try_into().ok()?);
        Some(())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proofs that another implementation wrote (msoffcrypto-tool), under the default password and under another one.
    const AGILE: [[&str; 3]; 2] = [
        [
            "bt7GLmBbH42qxCsJSP9n/Q==",
            "WEJNcX8dzs0rr93Uv0LqfQ==",
            "Gs7JaKqTn6artWLSm55Taug/HD68ZK9eF2fcuWDcfFVD+IqtI1g3fxIwDT8AZQlFdIakjHHscHFvf/0IukJDGg==",
        ],
        [
            "rChdUJgWINfpLMRe2xvEag==",
            "lj/L5UpgIsd02nYYNTBNCg==",
            "5/4VI6LAMKcCWWvcjqcqpGp6yJsVbhc7xhcCQuBQGcElqOz4h+/YgWOtl6SFO08cRa3yWXhCVJLdnBwljn2ebg==",
        ],
    ];
    const STANDARD_2007: [&str; 2] = [
        "7c43c736d82ad7b1385ce29faa868bc5061d0e7910a1e0330ec51b850586240c74d3bc26f5f2a7b14c79665d34320883",
        "d92ae8be4e7cf913d682334bcd6c6e28c14f932f31e7e0f6f276b21da05e42eb3da8afb87824bc9d695771b923d7174d",
    ];
    const RC4: [&str; 2] = [
        "c327238d18c0c09960c6bd7be0243ea7aa0066f8d7cf160ded8f08c23c4b78e0",
        "34a7389f579ac8127329b5df6829cc47341faade4a992c664091d7bbcac5f22e",
    ];
    const RC4_OF_THE_SYSTEM: [&str; 2] = [
        "02fe47417e9de03de42b7381516cd384850af7a9498805cbb98b81626c08d6a8a3013209",
        "f69ae2d29051fcf1ae35f657512663fbc38e509eaf4faf88c5b4f4585be45f8fd3b08a84",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    }

    /// A header of a key of 128 bits, the salt 1 to 16, and a proof.
    fn said(version: &[u8], proof: &str) -> Vec<u8> {
        let (salt, proof) = ((1..=16).collect::<Vec<u8>>(), bytes(proof));
        let header = [&[0; 16][..], &128_u32.to_le_bytes(), &[0; 12]].concat();
        let lengths = |length: u32| length.to_le_bytes().to_vec();
        [
            version.to_vec(),
            lengths(32),
            header,
            lengths(16),
            salt,
            proof[..16].to_vec(),
            lengths(20),
            proof[16..].to_vec(),
        ]
        .concat()
    }

    #[test]
    fn the_default_password_is_told_from_others_in_every_way_of_encryption() {
        let agile = AGILE.map(|[salt, input, hash]| {
            let xml = format!(
                "<encryption><keyEncryptors><keyEncryptor><p:encryptedKey spinCount=\"100000\" keyBits=\"256\" \
                 hashAlgorithm=\"SHA512\" saltValue=\"{salt}\" encryptedVerifierHashInput=\"{input}\" \
                 encryptedVerifierHashValue=\"{hash}\"/></keyEncryptor></keyEncryptors></encryption>"
            );
            is_default(&[&[4, 0, 4, 0, 0x40, 0, 0, 0], xml.as_bytes()].concat())
        });
        let standard = STANDARD_2007.map(|proof| is_default(&said(&[3, 0, 2, 0, 0x24, 0, 0, 0], proof)));
        let salted = |proof: &str| [&[1, 0, 1, 0, 1, 0][..], &(1..=16).collect::<Vec<u8>>(), &bytes(proof)].concat();
        let rc4 = RC4.map(|proof| is_default_of_xls(&salted(proof)));
        let system = RC4_OF_THE_SYSTEM.map(|proof| is_default_of_xls(&said(&[1, 0, 2, 0, 2, 0, 0, 0, 0, 0], proof)));
        let oldest = [&[0, 0, 0xB3, 0x59, 0x0A, 0x9A][..], &[0, 0, 0xB3, 0x59, 0x0B, 0x9A]].map(is_default_of_xls);
        assert_eq!([agile, standard, rc4, system, oldest], [[true, false]; 5]);
    }

    #[test]
    fn what_is_cut_off_proves_nothing() {
        let sound = said(&[1, 0, 2, 0, 2, 0, 0, 0, 0, 0], RC4_OF_THE_SYSTEM[0]);
        assert!((0..sound.len()).all(|end| !is_default_of_xls(&sound[..end])));
        let sound = said(&[3, 0, 2, 0, 0x24, 0, 0, 0], STANDARD_2007[0]);
        assert!((0..60).all(|end| !is_default(&sound[..end])));
        let long = format!(
            "<p:encryptedKey spinCount=\"1\" keyBits=\"{}\" hashAlgorithm=\"SHA512\" saltValue=\"AA==\"/>",
            usize::MAX
        );
        assert!(!is_default(&[&[4, 0, 4, 0, 0x40, 0, 0, 0], long.as_bytes()].concat()));
    }
}
