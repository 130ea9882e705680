//! The command on a small folder. The table is, character for character, what the reference scorer prints for it.

use sluice_extract::attribution::{Attribution, Match};
use tempfile::TempDir;

use super::*;

/// Three documents of two types; the predictions are right, partly right, and absent.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let schema = json!({"type": "object", "properties": {
        "number": {"type": "string"},
        "total": {"type": "number"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "text": {"type": "string"}, "net": {"type": "number"},
        }}},
    }});
    let bill =
        json!({"number": "A-1", "total": 12.5, "lines": [{"text": "Bolt", "net": 2.5}, {"text": "Nut", "net": 10}]});
    let note = json!({"number": "N-9", "total": null});
    let files = [
        ("gold/b1/gold.json", bill.clone()),
        ("gold/b1/schema.json", schema.clone()),
        ("gold/b1/meta.json", json!({"type": "bill"})),
        ("gold/b2/gold.json", bill),
        ("gold/b2/schema.json", schema.clone()),
        ("gold/b2/meta.json", json!({"type": "bill"})),
        ("gold/n1/gold.json", note),
        ("gold/n1/schema.json", schema),
        ("gold/n1/meta.json", json!({"type": "note", "absent_keys": "unlabelled"})),
        (
            "pred/b1.json",
            json!({"number": "a1", "total": "$12.50", "lines": [{"text": "Nut", "net": 10.0}, {"text": "Bolt", "net": 3}], "x": 1}),
        ),
        ("pred/n1/result.json", json!({"number": "N-9", "total": 3, "lines": [{"text": "z"}]})),
    ];
    for (path, value) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    }
    for name in ["b1", "b2", "n1"] {
        std::fs::write(folder.path().join("gold").join(name).join("document.pdf"), name).unwrap();
    }
    folder
}

fn args(folder: &TempDir) -> EvalArgs {
    EvalArgs { dir: folder.path().join("gold"), ..EvalArgs::default() }
}

async fn nothing(_: Question) -> anyhow::Result<Prediction> {
    anyhow::bail!("not asked")
}

#[tokio::test]
async fn predictions_that_are_there() {
    let folder = folder();
    let args = EvalArgs {
        predictions: Some(folder.path().join("pred")),
        docs: true,
        fields: true,
        diff: Some("b1".to_owned()),
        ..args(&folder)
    };
    let scored = evaluate(&args, nothing).await.unwrap();
    insta::assert_snapshot!(report::text(&args, &scored), @r##"
    wrong | lines[].net | 2.5 | 3
    0.000 P0.000 R0.000 tp0 wrong0 miss6 extra0 rows 0/2 bill b2
    0.667 P0.500 R1.000 tp1 wrong0 miss0 extra1 rows 0/0 note n1
    0.833 P0.833 R0.833 tp5 wrong1 miss0 extra0 rows 1/2 bill b1
    type                 docs  leaves |  microP microR microF |  macroP macroR macroF |  exact  wrong   miss extra  full rows/gold rows
    bill                    2      12 |   0.833  0.417  0.556 |   0.417  0.417  0.417 |   0.00      1      6     0  1/4
    note                    1       1 |   0.500  1.000  0.667 |   0.500  1.000  0.667 |   0.00      0      0     1  0/0
    ALL                     3      13 |   0.750  0.462  0.571 |   0.444  0.611  0.500 |   0.00      1      6     1  1/4
    MEAN OF TYPES                     |   0.667  0.708  0.611 |   0.458  0.708  0.542 |   0.00
    no prediction for 1, counted as empty:
      b2: there is no b2.json

    0.000 tp0 fp1 fn0 note:total
    0.333 tp1 fp1 fn3 bill:lines[].net
    0.667 tp2 fp0 fn2 bill:lines[].text
    0.667 tp1 fp0 fn1 bill:number
    0.667 tp1 fp0 fn1 bill:total
    1.000 tp1 fp0 fn0 note:number
    "##);
}

/// Answers the second bill, with proofs, and fails for the others.
async fn second_bill(question: Question) -> anyhow::Result<Prediction> {
    assert!(question.schema.is_object());
    anyhow::ensure!(question.bytes == b"b2", "encrypted: a password is needed to open it");
    let proof = |matched, confidence| Attribution {
        matched,
        confidence,
        reasoning: None,
        page_numbers: vec![],
        locations: vec![],
    };
    Ok(Prediction {
        data: json!({"number": "A-1", "total": 13, "lines": [{"text": "Bolt"}]}),
        attributions: AttributionMap::from([
            ("/number".to_owned(), proof(Match::Exact, 0.95)),
            ("/total".to_owned(), proof(Match::Missing, 0.3)),
        ]),
    })
}

#[tokio::test]
async fn confidence_and_proof_are_held_against_the_gold() {
    let folder = folder();
    let args = EvalArgs { save: Some(folder.path().join("saved")), ..args(&folder) };
    let scored = evaluate(&args, second_bill).await.unwrap();
    insta::assert_snapshot!(report::text(&args, &scored), @r##"
    type                 docs  leaves |  microP microR microF |  macroP macroR macroF |  exact  wrong   miss extra  full rows/gold rows
    bill                    2      12 |   0.667  0.167  0.267 |   0.333  0.167  0.222 |   0.00      1      9     0  0/4
    note                    1       1 |   0.000  0.000  0.000 |   0.000  0.000  0.000 |   0.00      0      1     0  0/0
    ALL                     3      13 |   0.667  0.154  0.250 |   0.222  0.111  0.148 |   0.00      1     10     0  0/4
    MEAN OF TYPES                     |   0.333  0.083  0.133 |   0.167  0.083  0.111 |   0.00
    no prediction for 2, counted as empty:
      b1: encrypted: a password is needed to open it
      n1: encrypted: a password is needed to open it

    confidence    values  of all   right   share
    < 0.50             1   0.500       0   0.000
    0.50 - 0.75        0   0.000       0       -
    0.75 - 0.90        0   0.000       0       -
    >= 0.90            1   0.500       1   1.000

    match         values  of all   right   share
    exact              1   0.333       1   1.000
    close              0   0.000       0       -
    missing            1   0.333       0   0.000
    no proof           1   0.333       1   1.000
    "##);
    let figures = report::figures(&scored);
    let values = figures["docs"]["b2"]["values"].as_array().unwrap();
    let total = values.iter().find(|value| value["pointer"] == "/total").unwrap();
    let confidence = total["confidence"].as_f64().unwrap();
    assert!((confidence - 0.3).abs() < 1e-6, "{total}");
    assert_eq!((&total["right"], &total["match"]), (&json!(false), &json!("missing")));
    let saved: Vec<_> =
        std::fs::read_dir(folder.path().join("saved")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(saved, ["b2.json"], "only what was extracted is kept");
}

#[tokio::test]
async fn figures_as_json() {
    let folder = folder();
    let args = EvalArgs { predictions: Some(folder.path().join("pred")), only: vec!["n1".to_owned()], ..args(&folder) };
    let figures = report::figures(&evaluate(&args, nothing).await.unwrap());
    assert_eq!(figures["docs"]["n1"]["tp"], 1);
    assert_eq!(figures["fields"], json!({"note:number": [1, 0, 0], "note:total": [0, 1, 0]}));
    assert_eq!(figures["summary"]["ALL"]["micro_p"], 0.5);
}

#[tokio::test]
async fn names_that_are_not_there() {
    let folder = folder();
    let told = async |args: EvalArgs| evaluate(&args, nothing).await.err().unwrap().to_string();
    let only = told(EvalArgs { only: vec!["b7".to_owned()], ..args(&folder) }).await;
    assert!(only.starts_with("--only b7: "), "{only}");
    let diff = told(EvalArgs { diff: Some("b7".to_owned()), ..args(&folder) }).await;
    assert!(diff.starts_with("--diff b7: "), "{diff}");
    let none = told(EvalArgs { predictions: Some(folder.path().join("none")), ..args(&folder) }).await;
    assert!(none.starts_with("--predictions: there is no folder "), "{none}");
    let empty = told(EvalArgs { dir: folder.path().join("pred"), ..EvalArgs::default() }).await;
    assert!(empty.contains("holds no labelled documents"), "{empty}");
}

/// The figures of a run over predictions, written as `--json` writes them.
async fn kept(folder: &TempDir, args: &EvalArgs) -> PathBuf {
    let path = folder.path().join("before.json");
    let figures = report::figures(&evaluate(args, nothing).await.unwrap());
    std::fs::write(&path, figures.to_string()).unwrap();
    path
}

#[tokio::test]
async fn what_changed_is_told_document_by_document() {
    let folder = folder();
    let args = EvalArgs { predictions: Some(folder.path().join("pred")), ..args(&folder) };
    let before = kept(&folder, &EvalArgs { only: vec!["b1".to_owned(), "b2".to_owned()], ..args.clone() }).await;
    let now =
        json!({"number": "A-1", "total": 13, "lines": [{"text": "Nut", "net": 10.0}, {"text": "Bolt", "net": 2.5}]});
    std::fs::write(folder.path().join("pred/b1.json"), now.to_string()).unwrap();
    let scored = evaluate(&args, nothing).await.unwrap();
    insta::assert_snapshot!(Baseline::load(&before).unwrap().text(&scored), @r###"
    +0.000  0.833 -> 0.833  b1: 1 faults gone, 1 new
        gone wrong | lines[].net | 2.5 | 3
        new  wrong | total | 12.5 | 13
    not in the earlier run: n1
    1 changed, 1 as before; micro F1 of both 0.556 -> 0.556
    "###);
    let same = Baseline::load(&kept(&folder, &args).await).unwrap().text(&scored);
    assert_eq!(same, "0 changed, 3 as before; micro F1 of both 0.571 -> 0.571\n\n");
    let error = Baseline::load(&folder.path().join("pred/b1.json")).err().unwrap().to_string();
    assert!(error.contains("is no report of an earlier run"), "{error}");
}
