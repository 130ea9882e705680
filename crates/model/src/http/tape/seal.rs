//! Bytes that can be read only by who has a document: AES-256-GCM with a key that is derived from its text (HKDF).
//!
//! Whoever guesses the whole text of the document can prove the guess, and nobody else learns anything. Called by `file`.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom as _, SystemRandom};

/// Bytes of chance in each file, so that no two of them have the same key.
const SALT_BYTES: usize = 16;

/// What the key is for.
const PURPOSE: &[u8] = b"sluice recording 1";

/// Seals; gives the salt and what is sealed. `None` where the system has no chance to give.
pub(super) fn seal(document: &str, plain: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut salt = vec![0; SALT_BYTES];
    SystemRandom::new().fill(&mut salt).ok()?;
    let mut bytes = plain.to_vec();
    key(document, &salt)?.seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes).ok()?;
    Some((salt, bytes))
}

/// Opens; `None` with another document, or where a byte was changed.
pub(super) fn open(document: &str, salt: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = sealed.to_vec();
    Some(key(document, salt)?.open_in_place(nonce(), Aad::empty(), &mut bytes).ok()?.to_vec())
}

fn key(document: &str, salt: &[u8]) -> Option<LessSafeKey> {
    let derived = Salt::new(HKDF_SHA256, salt).extract(document.as_bytes());
    let derived = derived.expand(&[PURPOSE], &AES_256_GCM).ok()?.into();
    let key: UnboundKey = derived;
    Some(LessSafeKey::new(key))
}

/// Each key seals once, so this never repeats.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_document_opens_it() {
        let (salt, sealed) = seal("Invoice 7", b"12.50").unwrap();
        assert_eq!(open("Invoice 7", &salt, &sealed).unwrap(), b"12.50");
        assert_eq!(open("Invoice 8", &salt, &sealed), None);
        assert_eq!(open("Invoice 7", &salt, &sealed[1..]), None);
        assert_ne!(seal("Invoice 7", b"12.50").unwrap().1, sealed, "the same twice looks different");
    }
}
