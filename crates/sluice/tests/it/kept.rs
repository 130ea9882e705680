//! `keys` and `data` on a folder of their own. What they do beside a running server is in `serve`.

use insta::assert_snapshot;

use crate::run::{Ran, folder, sluice, without};

/// Runs a command on this folder's data.
fn on(folder: &tempfile::TempDir, words: &[&str]) -> Ran {
    let data = folder.path().join("data").display().to_string();
    sluice(&[words, &["--data", &data]].concat())
}

#[test]
fn a_key_is_printed_once_and_alone_and_is_nowhere_in_the_data() {
    let folder = folder(&[]);
    let made = on(&folder, &["keys", "create", "--tenant", "acme", "--label", "the front end"]);
    let key = made.stdout.trim_end();
    assert_eq!((made.code, made.stdout.lines().count(), made.stderr.as_str()), (0, 1, ""));
    // 256 bits are 43 characters of base64.
    assert!(key.starts_with("sk_") && key.len() == 3 + 43, "{key}");
    let listed = on(&folder, &["keys", "list"]).stdout;
    assert!(listed.contains("acme") && listed.contains("the front end") && !listed.contains(key), "{listed}");
    for entry in std::fs::read_dir(folder.path().join("data")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        assert!(!bytes.windows(key.len()).any(|window| window == key.as_bytes()));
    }
    let id = listed.split_whitespace().next().unwrap();
    assert_eq!(on(&folder, &["keys", "revoke", id]).code, 0);
    assert!(on(&folder, &["keys", "list"]).stdout.contains("revoked"));
}

#[test]
fn a_key_of_no_such_name_is_not_revoked() {
    let folder = folder(&[]);
    on(&folder, &["keys", "create", "--tenant", "acme"]);
    let ran = on(&folder, &["keys", "revoke", "key_01M5VJ1JG0EW3RE1R70W3GE1R7"]);
    assert_eq!(ran.code, 2);
    assert_snapshot!(ran.stderr, @r###"
    error: no key is called key_01M5VJ1JG0EW3RE1R70W3GE1R7
    hint: `sluice keys list` shows their names
    "###);
}

#[test]
fn a_tenant_has_a_name_that_fits_everywhere() {
    assert_snapshot!(on(&folder(&[]), &["keys", "create", "--tenant", "a b"]).stderr, @r###"
    error: invalid value 'a b' for '--tenant <NAME>': a tenant's name is 1 to 64 letters, digits, '-', '_' or '.'

    For more information, try '--help'.
    "###);
}

#[test]
fn where_nothing_is_kept_that_is_said_and_nothing_is_made() {
    let folder = folder(&[]);
    let ran = on(&folder, &["jobs", "list"]);
    assert_snapshot!(without(&ran.stderr, &folder), @r###"
    error: nothing is kept in FOLDER/data
    hint: name the server's folder with `--data DIR`, or its database with `--store URL`
    "###);
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_backup_is_a_folder_that_works() {
    let folder = folder(&[]);
    on(&folder, &["keys", "create", "--tenant", "acme"]);
    let copy = folder.path().join("copy").display().to_string();
    assert_eq!(on(&folder, &["data", "backup", &copy]).code, 0);
    assert!(sluice(&["keys", "list", "--data", &copy]).stdout.contains("acme"));
    let again = on(&folder, &["data", "backup", &copy]);
    assert_eq!(again.code, 2);
    assert_snapshot!(without(&again.stderr, &folder), @r###"
    error: FOLDER/copy is there already
    hint: name a folder that is not there yet
    "###);
    assert_eq!(on(&folder, &["data", "compact"]).code, 0);
    let stats = on(&folder, &["data", "stats"]).stdout;
    assert!(stats.contains("keys                1"), "{stats}");
}
