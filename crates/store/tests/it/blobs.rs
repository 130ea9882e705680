//! Bytes by their hash, on files and in memory.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::stream;
use sluice_extract::page::ContentHash;
use sluice_store::{Blobs, StoreError};

fn parts(texts: &[&'static str]) -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Unpin + Send + use<> {
    let parts: Vec<_> = texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect();
    stream::iter(parts)
}

async fn check(blobs: &Blobs) {
    let hash = check_whole(blobs).await;
    check_streamed(blobs, &hash).await;
    check_swept(blobs, &hash).await;
    check_derived(blobs, &hash).await;
}

async fn check_whole(blobs: &Blobs) -> ContentHash {
    let hash = blobs.put(Bytes::from_static(b"hello world")).await.unwrap();
    assert_eq!(hash, ContentHash::of(b"hello world"));
    assert_eq!(blobs.put(Bytes::from_static(b"hello world")).await.unwrap(), hash, "twice is once");
    assert_eq!(blobs.get(&hash).await.unwrap().unwrap(), "hello world");
    assert_eq!(blobs.get(&ContentHash::of(b"other")).await.unwrap(), None);
    assert!(blobs.contains(&hash).await.unwrap());
    hash
}

async fn check_streamed(blobs: &Blobs, hash: &ContentHash) {
    let streamed = blobs.put_stream(parts(&["hello ", "world"]), 11).await.unwrap();
    assert_eq!(streamed, (hash.clone(), 11));
    assert_eq!(blobs.get(hash).await.unwrap().unwrap(), "hello world");
    let too_many = blobs.put_stream(parts(&["hello ", "world"]), 10).await;
    assert_eq!(too_many, Err(StoreError::TooLarge { bytes_max: 10 }));
    let broken = stream::iter(vec![Ok(Bytes::from_static(b"x")), Err(std::io::Error::other("gone"))]);
    assert!(blobs.put_stream(broken, 10).await.is_err());
    let empty = blobs.put_stream(parts(&[]), 10).await.unwrap();
    assert_eq!(blobs.get(&empty.0).await.unwrap().unwrap(), "");
}

async fn check_swept(blobs: &Blobs, hash: &ContentHash) {
    let unused = blobs.put(Bytes::from_static(b"unused")).await.unwrap();
    assert_eq!(blobs.sweep(&BTreeSet::new(), 0).await.unwrap(), 0, "what is young stays");
    let swept = blobs.sweep(&BTreeSet::from([hash.clone()]), u64::MAX >> 1).await.unwrap();
    assert!(swept >= 1);
    assert!(blobs.contains(hash).await.unwrap());
    assert!(!blobs.contains(&unused).await.unwrap());
}

async fn check_derived(blobs: &Blobs, hash: &ContentHash) {
    let (how, other) = (ContentHash::of(b"how"), ContentHash::of(b"other"));
    blobs.derived_put(hash, &how, Bytes::from_static(b"made")).await.unwrap();
    assert_eq!(blobs.derived_get(hash, &how).await.unwrap().unwrap(), "made");
    assert_eq!(blobs.derived_get(hash, &other).await.unwrap(), None);
    assert_eq!(blobs.derived_get(&other, &how).await.unwrap(), None);
    blobs.sweep(&BTreeSet::from([hash.clone()]), u64::MAX >> 1).await.unwrap();
    assert!(blobs.derived_get(hash, &how).await.unwrap().is_some(), "it stays with what it was made from");
    blobs.sweep(&BTreeSet::from([how.clone()]), u64::MAX >> 1).await.unwrap();
    assert_eq!(blobs.derived_get(hash, &how).await.unwrap(), None, "and goes with it");
}

#[tokio::test]
async fn in_memory() {
    check(&Blobs::in_memory()).await;
}

#[tokio::test]
async fn in_files() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(&directory.path().join("blobs")).unwrap();
    check(&blobs).await;
}

#[tokio::test]
async fn bytes_that_changed_are_not_given_out() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = Blobs::in_directory(directory.path()).unwrap();
    let hash = blobs.put(Bytes::from_static(b"hello")).await.unwrap();
    let path = directory.path().join("sha256").join(&hash.as_str()[..2]).join(hash.as_str());
    std::fs::write(path, "hallo").unwrap();
    assert!(matches!(blobs.get(&hash).await, Err(StoreError::Damaged(_))));
}
