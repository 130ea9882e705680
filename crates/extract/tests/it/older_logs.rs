//! A log that a release wrote is read by every later one, and means the same. `logs/v<n>.jsonl` is never changed: a new
//! version of the log gets a file of its own beside it.

use sluice_extract::event::{Recorded, decode, encode};
use sluice_extract::job::JobState;

fn log(text: &str) -> Vec<Recorded> {
    let events = text.lines().map(|line| decode(line).unwrap());
    (1..).zip(events).map(|(sequence, event)| Recorded { sequence, at_ms: 1_000 + sequence * 100, event }).collect()
}

#[test]
fn the_first_version_means_what_it_meant() {
    let log = log(include_str!("logs/v1.jsonl"));
    let state = JobState::of(&log);
    let phases: Vec<String> =
        state.subtrees.iter().map(|subtree| format!("{} {:?}", subtree.id, subtree.rows)).collect();
    insta::assert_json_snapshot!((state.status(), state.round, phases, state.metadata()), @r###"
    [
      "completed",
      2,
      [
        "s1 Rows { turns: 0, items: [], places: [], pages_covered: [], done: false }",
        "s2 Rows { turns: 1, items: [Object {\"name\": String(\"a\")}], places: [None], pages_covered: [1], done: false }",
        "s3 Rows { turns: 0, items: [], places: [], pages_covered: [], done: false }"
      ],
      {
        "usage": {
          "m": {
            "calls": 5,
            "input_tokens": 70,
            "cached_tokens": 10,
            "output_tokens": 17,
            "thinking_tokens": 1
          }
        },
        "cost_usd": 1.25,
        "duration_ms": 1500,
        "time_to_first_subtree_ms": 500,
        "pages": 3,
        "subtrees": {
          "total": 3,
          "completed": 2,
          "failed": 0,
          "remembered": 0
        },
        "failed_subtrees": [],
        "validation": {
          "valid": false,
          "findings": [
            {
              "kind": "damaged_pages",
              "page": 3,
              "message": "page 3 could not be read"
            },
            {
              "kind": "subtree_failed",
              "pointer": "/notes",
              "message": "no answer"
            },
            {
              "kind": "required_missing",
              "pointer": "/date",
              "message": "required"
            }
          ]
        },
        "partial": false
      }
    ]
    "###);
}

#[test]
fn what_is_read_is_written_again_the_same() {
    for line in include_str!("logs/v1.jsonl").lines() {
        let written = encode(&decode(line).unwrap()).unwrap();
        assert_eq!(decode(&written).unwrap(), decode(line).unwrap(), "{line}");
    }
}
