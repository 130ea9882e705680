//! Random bytes from the operating system, for ids and secrets.
//!
//! Never a generator of its own. Called by whoever makes a new row's name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::StoreError;

/// As many random bytes as are asked for.
///
/// # Errors
/// The operating system has none.
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

/// A new key, which is told once and kept as a hash: `sk_` and 256 random bits.
///
/// # Errors
/// The operating system has none.
pub fn key_secret() -> Result<String, StoreError> {
    Ok(format!("sk_{}", URL_SAFE_NO_PAD.encode(random::<32>()?)))
}
