//! Pages as they look: how each vendor is shown them, and what becomes of a server that cannot see.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Map, Value, json};
use sluice_model::gemini::{self, Gemini};
use sluice_model::http::Secret;
use sluice_model::openai::{self, OpenAi};
use sluice_model::{Look, Model as _, PaceLimits, Question, Settings, Showing};
use sluice_testkit::vendor::{Reply, Vendor};

use crate::asked::{ask, http, question, said, shown};

fn page() -> Look {
    Look { page: Some(1), media_type: "image/png", bytes: "a picture".into() }
}

fn file() -> Look {
    Look { page: None, media_type: "application/pdf", bytes: "a file".into() }
}

fn with(look: Look) -> Question {
    Question { shown: vec![look], ..question(0, Settings::default()) }
}

fn openai(vendor: &Vendor, showing: Showing) -> OpenAi {
    let setup = openai::Setup {
        name: "mine".to_owned(),
        base_url: format!("{}/v1", vendor.base),
        key: None,
        model: "small".to_owned(),
        words_per_question_max: None,
        leaves_per_subtree_max: None,
        rows_per_answer_max: None,
        price: None,
        showing,
        thinks: false,
        token_probabilities: false,
        tokens_per_picture: None,
        limits: PaceLimits::default(),
        extra: Map::new(),
    };
    OpenAi::new(setup, http())
}

fn gemini(vendor: &Vendor, showing: Option<Showing>) -> Gemini {
    let setup = gemini::Setup {
        name: gemini::DEFAULT.to_owned(),
        base_url: vendor.base.clone(),
        key: Secret::new("AIza"),
        model: gemini::DEFAULT.to_owned(),
        price: None,
        showing,
        limits: PaceLimits::default(),
        today: "2026-11-22".to_owned(),
    };
    Gemini::new(setup, http())
}

fn whole() -> Reply {
    let choice = json!({"delta": {"content": said().to_string()}, "finish_reason": "stop"});
    Reply::events([json!({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 1}})])
}

fn heard_of_gemini(look: Look) -> Value {
    let part = json!({"content": {"parts": [{"text": said().to_string()}]}, "finishReason": "STOP"});
    let vendor = Vendor::saying(vec![Reply::events([json!({"candidates": [part]})])]);
    ask(&gemini(&vendor, None), &with(look)).unwrap();
    without_text(&vendor.heard()[0].body["contents"][0]["parts"])
}

fn heard_of_openai(look: Look) -> Value {
    let vendor = Vendor::saying(vec![whole()]);
    ask(&openai(&vendor, Showing::Auto), &with(look)).unwrap();
    without_text(&vendor.heard()[0].body["messages"][1]["content"])
}

/// The document and the question are looked at elsewhere.
fn without_text(parts: &Value) -> Value {
    let mut parts = parts.as_array().unwrap().clone();
    for (nth, begins) in [(0, "<page number=\"1\">\n[1:1] Invoice"), (parts.len() - 1, "Above is the document.")] {
        assert!(parts[nth]["text"].as_str().unwrap().starts_with(begins), "{}", parts[nth]);
        parts[nth]["text"] = json!(format!("{begins}..."));
    }
    json!(parts)
}

#[test]
fn what_gemini_is_shown() {
    assert_json_snapshot!(heard_of_gemini(page()), @r###"
    [
      {
        "text": "<page number=\"1\">\n[1:1] Invoice..."
      },
      {
        "text": "Page 1 as it looks, for what its lines do not tell:"
      },
      {
        "inlineData": {
          "mimeType": "image/png",
          "data": "YSBwaWN0dXJl"
        }
      },
      {
        "text": "Above is the document...."
      }
    ]
    "###);
    assert_json_snapshot!(heard_of_gemini(file()), @r###"
    [
      {
        "text": "<page number=\"1\">\n[1:1] Invoice..."
      },
      {
        "text": "The document as it looks, for what its lines do not tell:"
      },
      {
        "inlineData": {
          "mimeType": "application/pdf",
          "data": "YSBmaWxl"
        }
      },
      {
        "text": "Above is the document...."
      }
    ]
    "###);
}

#[test]
fn what_a_server_with_openais_words_is_shown() {
    assert_json_snapshot!(heard_of_openai(page()), @r###"
    [
      {
        "type": "text",
        "text": "<page number=\"1\">\n[1:1] Invoice..."
      },
      {
        "type": "text",
        "text": "Page 1 as it looks, for what its lines do not tell:"
      },
      {
        "type": "image_url",
        "image_url": {
          "url": "data:image/png;base64,YSBwaWN0dXJl"
        }
      },
      {
        "type": "text",
        "text": "Above is the document...."
      }
    ]
    "###);
    assert_json_snapshot!(heard_of_openai(file()), @r###"
    [
      {
        "type": "text",
        "text": "<page number=\"1\">\n[1:1] Invoice..."
      },
      {
        "type": "text",
        "text": "The document as it looks, for what its lines do not tell:"
      },
      {
        "type": "file",
        "file": {
          "filename": "document.pdf",
          "file_data": "data:application/pdf;base64,YSBmaWxl"
        }
      },
      {
        "type": "text",
        "text": "Above is the document...."
      }
    ]
    "###);
}

#[test]
fn lines_are_cited_as_ever_beside_a_picture() {
    let vendor = Vendor::saying(vec![whole()]);
    let answer = ask(&openai(&vendor, Showing::Auto), &with(page())).unwrap();
    assert_eq!(answer.evidence["/number"].places[0].words, [0, 1]);
}

#[test]
fn a_server_that_cannot_see_is_given_the_text_alone() {
    let refusals = [
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (400, "Invalid content type. image_url is only supported by certain models."),
        (404, "No endpoints found that support image input"),
    ];
    for (status, told) in refusals {
        let refused = Reply::json(status, &json!({"error": {"message": told}}));
        let vendor = Vendor::saying(vec![refused, whole()]);
        let model = openai(&vendor, Showing::Pictures);
        let answer = ask(&model, &with(page()));
        let told = "{\"number\":\"R-7\",\"cash\":true}\n  mine takes no pictures; it was given the text alone";
        assert_eq!(shown(&answer), told);
        ask(&model, &with(page())).unwrap();
        let heard = vendor.heard();
        assert_eq!(heard.len(), 3, "it is not tried again: {told}");
        assert!(heard[1..].iter().all(|request| request.body["messages"][1]["content"].is_string()));
    }
    let vendor = Vendor::saying(vec![Reply::json(500, &json!({"error": {"message": "image of the disk is full"}}))]);
    let failed = ask(&openai(&vendor, Showing::Pictures), &question(0, Settings::default()));
    assert_snapshot!(shown(&failed), @"model_unavailable: mine is in trouble (HTTP 500): image of the disk is full");
    assert_eq!(vendor.heard().len(), 1, "nothing was shown, so it is about something else");
}

#[test]
fn who_is_shown_what() {
    let vendor = Vendor::saying(vec![whole()]);
    let of = |showing| openai(&vendor, showing).card().sight;
    assert!(!of(Showing::Auto).takes_pdf && of(Showing::Pdf).takes_pdf, "only where somebody said so");
    let google = |showing| gemini(&vendor, showing).card().sight;
    assert_eq!((google(None).showing, google(None).takes_pdf), (Showing::Auto, true));
    assert!(!google(Some(Showing::Pictures)).takes_pdf);
    assert_ne!(
        gemini(&vendor, None).card().version,
        gemini(&vendor, Some(Showing::Text)).card().version,
        "an answer without a look is another answer"
    );
}
