//! What `deploy/` offers, held against the schemas and rules of those who take it. It is not run here: there is no Docker
//! and no cluster.

use std::process::Command;

use crate::run::root;

/// A program of the venv that `./setup` makes accepts a file.
fn check(program: &str, arguments: &[&str]) {
    let path = root().join("target/clients/bin").join(program);
    let ran = Command::new(&path).args(arguments).current_dir(root()).output();
    let ran = ran.unwrap_or_else(|error| panic!("{}: {error}; run ./setup", path.display()));
    let told = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(ran.status.success(), "{program} {arguments:?}: {told}");
}

#[test]
fn what_is_offered_to_deploy_is_valid() {
    check("check-jsonschema", &["--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml"]);
    check("kubernetes-validate", &["--strict", "deploy/kubernetes.yaml"]);
    check("hadolint", &["deploy/Dockerfile"]);
}

#[test]
fn the_words_that_deploy_files_start_it_with_are_known() {
    // The words of `args` and `command` of one line each.
    let mut seen = 0;
    for file in ["deploy/compose.yaml", "deploy/kubernetes.yaml", "deploy/Dockerfile"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for line in text
            .lines()
            .filter(|line| line.contains("[serve,") || line.contains("[work,") || line.contains("[\"serve\""))
        {
            let words = line.split_once('[').unwrap().1.trim_end_matches(']');
            let words: Vec<&str> = words.split(',').map(|word| word.trim().trim_matches('"')).collect();
            // `--help` last: the words before it must be known, and nothing is started.
            let ran = Command::new(env!("CARGO_BIN_EXE_sluice")).args(&words).arg("--help").output().unwrap();
            let told = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(ran.status.success(), "{file}: {line}: {told}");
            seen += 1;
        }
    }
    assert_eq!(seen, 5, "every start is looked at");
}
