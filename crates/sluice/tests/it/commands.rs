//! The other commands: `schema check`, `document`, `models`, `doctor`, and the help.

use insta::assert_snapshot;

use crate::run::{folder, sluice, without, word};

#[test]
fn the_help_of_extract() {
    assert_snapshot!(sluice(&["extract", "--help"]).stdout, @r###"
    Extract data from documents, as a JSON Schema asks for it

    Usage: sluice extract [OPTIONS] --schema <SCHEMA> <FILE>...

    Arguments:
      <FILE>...
              Documents (PDF, PNG, JPEG, TIFF, WebP), folders of them, or - for standard input

    Options:
          --config <FILE>
              The settings file: models by name [default: sluice.toml in this folder, if it is there]
              
              [env: SLUICE_CONFIG=]

      -s, --schema <SCHEMA>
              The JSON Schema that says what to extract

      -o, --out <DIR>
              Write files into this folder instead of standard output

      -f, --format <FORMAT>
              How to write what was found

              Possible values:
              - json:  One object, or an array of documents where there are several
              - jsonl: One line per document
              - csv:   A table of documents, and one for each array
              - xlsx:  The same tables as sheets of a workbook; needs --out
              
              [default: json]

          --table <ARRAY>
              With csv on standard output: the array to print instead of the documents, e.g. line_items

      -a, --attributions
              Give every value with its page, box, quote, match and confidence

      -m, --model <NAME>
              Who is asked; `sluice models` lists them [default: gemini-2.5-flash with a Gemini key,
              else embedded]
              
              [env: SLUICE_MODEL=]

          --pages <PAGES>
              Pages to read, e.g. 1-3,7

          --explain
              Draw what was found on the pages, with boxes and labels, and tell which pages were asked
              and why

      -j, --jobs <N>
              Documents worked on side by side [default: one per processor core]

          --max-leaves-per-subtree <N>
              Most leaves of the schema asked for in one question

          --instructions <TEXT>
              Words of your own for the model, put before the question

          --fallback-model <NAME>
              Who is asked instead where the model gives no answer

          --retries <N>
              Times that a failed question is asked again [default: 3]

          --max-cost-usd <USD>
              US dollars that one document may cost; a question that would pass it is not asked, what is
              finished is kept

          --estimate
              Say what each document would take, as a line of JSON, and ask nobody

          --ask-again
              Ask every question, even one that an earlier run had answered

          --record <DIR>
              Write every exchange with a vendor into this folder, without keys, and what is the
              document's sealed

          --replay <DIR>
              Take every answer from this folder, and ask nobody

          --ocr <WHEN>
              Which pages are read from their picture

              Possible values:
              - auto:   Those, or large parts of them, that carry no text that can be used
              - always: All, whatever text they carry
              - never:  None
              
              [default: auto]

          --ocr-models <DIR>
              The folder with the model files [default: ocr in the data folder, or beside the program]
              
              [env: SLUICE_OCR_MODELS]

          --data <DIR>
              The folder that holds everything: jobs, documents, keys [default: sluice in your data
              folder]
              
              [env: SLUICE_DATA]

      -q, --quiet
              Only errors on standard error, no progress

      -h, --help
              Print help (see a summary with '-h')

    Examples:
      sluice extract invoice.pdf --schema invoice.schema.json
      sluice extract invoice.pdf --schema invoice.schema.json --attributions --explain
      sluice extract inbox/ --schema invoice.schema.json --format jsonl > found.jsonl
      sluice extract inbox/ --schema invoice.schema.json --format xlsx --out found/

    Exit code: 0 every document gave a result, 1 at least one failed, 2 the command itself is wrong.
    "###);
}

#[test]
fn a_schema_is_shown_as_its_subtrees() {
    let ran = sluice(&["schema", "check", "examples/invoice/schema.json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stdout, @r###"
    examples/invoice/schema.json: fine, 50 leaves, asked in 3 subtrees

    s1 /, 39 leaves
      invoice_number*: string
      invoice_date*: string (date)
      due_date: string or null (date)
      delivery_date: string or null (date)
      purchase_order_number: string or null
      delivery_note_number: string or null
      customer_account: string or null
      currency*: string, one of 4
      seller*: object
        name*: string
        address*: object
          street*: string
          city*: string
          postal_code: string or null
          country: string or null
        vat_id: string or null
        company_number: string or null
        phone: string or null
        email: string or null (email)
      bill_to*: object
        name*: string
        contact: string or null
        address*: object
          street*: string
          city*: string
          postal_code: string or null
          country: string or null
      ship_to: object
        name*: string
        contact: string or null
        address*: object
          street*: string
          city*: string
          postal_code: string or null
          country: string or null
      net_total: number
      vat_total: number
      total_due*: number
      amount_paid: number or null
      payment_terms: string or null
      payment: object
        bank_name: string or null
        account_name: string or null
        iban: string or null
        bic: string or null
        reference: string or null

    s2 /line_items, 8 leaves
      product_code: string or null
      description*: string
      quantity*: number
      unit: string or null
      unit_price: number or null
      discount_percent: number or null
      vat_rate: number or null
      net_amount*: number

    s3 /vat_summary, 3 leaves
      vat_rate*: number
      net_amount*: number
      vat_amount*: number

    8 warnings
      /required: Required and never null: `invoice_number`, `invoice_date`, `currency`, `total_due`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/seller/required: Required and never null: `name`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/seller/properties/address/required: Required and never null: `street`, `city`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/bill_to/required: Required and never null: `name`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /$defs/party/properties/address/required: Required and never null: `street`, `city`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/ship_to/required: Required and never null: `name`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/line_items/items/required: Required and never null: `description`, `quantity`, `net_amount`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
      /properties/vat_summary/items/required: Required and never null: `vat_rate`, `net_amount`, `vat_amount`. Where the document does not say it, a model cannot say so. Allow null ("type": [..., "null"]), or take the name out of `required`.
    "###);
}

#[test]
fn every_problem_of_a_schema_at_once_with_its_place() {
    let schema = br##"{"type": "object", "properties": {
        "a": {"allOf": [{}]}, "b": {"type": "string", "pattern": "("}, "c": {"$ref": "#/$defs/none"}}}"##;
    let folder = folder(&[("s.json", schema)]);
    let ran = sluice(&["schema", "check", &word(&folder, "s.json")]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(without(&ran.stdout, &folder), @r###"
    FOLDER/s.json: 3 problems
      /properties/a/allOf: `allOf` is outside the supported subset: write the parts as one schema; a description may stand directly beside a `$ref`.
      /properties/b/pattern: The pattern is no regular expression that can be used: unclosed group.
      /properties/c/$ref: `$ref` "#/$defs/none" points at nothing. Add the target or correct the path.
    "###);
}

#[test]
fn what_was_read_is_shown_as_text() {
    let ran = sluice(&["document", "examples/invoice/document.pdf", "--format", "text", "--pages", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("--- page 1 of 2 ---\n"), "{}", ran.stdout);
}

#[test]
fn the_models_there_are() {
    assert_snapshot!(sluice(&["models"]).stdout, @r###"
    embedded                 embedded     Reads layout: labels, tables and typed values. No weights, no network, deterministic.  (default)
    scripted:FILE            scripted     answers, delays and failures from a file; for tests
    gemini-*                 not set up   gemini-2.5-flash, gemini-2.5-pro, gemini-3-pro-preview, gemini-3-flash-preview at https://generativelanguage.googleapis.com: set GEMINI_API_KEY or GOOGLE_API_KEY
    openai:MODEL             not set up   any model at https://api.openai.com/v1: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own
    "###);
}

#[test]
fn the_doctor_tries_things() {
    let ran = sluice(&["doctor"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(!ran.stdout.contains("broken"), "{}", ran.stdout);
}
