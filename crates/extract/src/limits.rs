//! Every maximum in the system, each with its reason.
//!
//! Constants only; nothing here decides anything. Whoever enforces a limit names it from here, so that one page shows
//! what the system refuses.

/// Largest document in bytes. The vendors take 50 MB inline; ten times that is a book of scans.
pub const DOCUMENT_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Most pages of one document that are read. A 251-page contract takes about a second; 5,000 pages is a library.
pub const DOCUMENT_PAGES_MAX: u32 = 5_000;

/// Address space of the reading child in bytes. Measured: 47 MB for 1,462 ordinary files; the rest is room for scans.
pub const READER_MEMORY_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;

/// Seconds of wall time that the reading child has for opening a document and its first page.
pub const READER_SECONDS_BASE: f64 = 20.0;

/// Seconds of wall time added for each page. Measured: 6 ms a page; a heavy drawing takes a second.
pub const READER_SECONDS_PER_PAGE: f64 = 0.5;

/// Seconds of wall time added for each page that is read from its picture. Measured: 3 s for a page of a letter on one
/// core; a dense page takes four times that, and a busy machine with a debug build ten times.
pub const READER_SECONDS_PER_PICTURE: f64 = 120.0;

/// Bytes that the reading child may send for one page. A page of 20,000 words is 2 MB as JSON.
pub const READER_PAGE_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// Most glyphs of one page that are kept. The densest real page measured has under 30,000.
pub const PAGE_GLYPHS_MAX: usize = 400_000;

/// Most drawn rules of one page that are kept for finding tables.
pub const PAGE_RULES_MAX: usize = 20_000;

/// Largest picture of a page in pixels when it is rendered: an A4 page at 400 dpi.
pub const PAGE_PIXELS_MAX: u64 = 16_000_000;

/// Largest schema in bytes. The largest real one met has 60 kB.
pub const SCHEMA_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most nodes of a schema after `$ref`s are expanded: doubling references would otherwise fill the memory.
pub const SCHEMA_NODES_MAX: usize = 50_000;

/// Longest JSON pointer to a place of a schema in bytes: names of megabytes would otherwise be copied for each place.
pub const SCHEMA_POINTER_BYTES_MAX: usize = 2_048;

/// Most problems of one schema that are told; nobody reads more, and a hostile schema could make millions.
pub const SCHEMA_PROBLEMS_MAX: usize = 200;

/// Bytes that a compiled `pattern` may take: `^\p{L}{1,50}$` needs 2 MB. The `regex` crate's own limit is 10 MB.
pub const PATTERN_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of a compiled `pattern` of the usual kind.
pub const PATTERN_BYTES_USUAL: usize = 16 * 1024;

/// Bytes that all compiled patterns of a schema may take together: thousands of usual ones, or 16 large ones.
pub const SCHEMA_PATTERN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of a schema after `$ref`s are expanded: a long description behind many references would fill the memory.
pub const SCHEMA_EXPANDED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Steps back that matching a `pattern` with look-around may take before the value counts as not matching.
pub const PATTERN_STEPS_MAX: usize = 100_000;

/// Deepest nesting of a schema. Vendors take 10 levels; parsing recurses, so there must be an end.
pub const SCHEMA_DEPTH_MAX: usize = 64;

/// Leaves of an array's items above which the published API refuses; we accept and warn.
pub const ARRAY_ITEM_LEAVES_PUBLISHED: usize = 10;

/// Leaves of one subtree unless the caller says otherwise: what a model answers well in one turn.
pub const SUBTREE_LEAVES_DEFAULT: usize = 40;

/// Words of a document in one question, beyond which pages are chosen: 150,000 tokens or so, under the 200,000 that
/// many models take and at which vendors double their price.
pub const QUESTION_WORDS_MAX: usize = 100_000;

/// Seconds for a connection to a model's server.
pub const MODEL_CONNECT_SECONDS: u64 = 10;

/// Seconds from a question to the first byte of its answer. A model that runs on processors reads a long prompt for
/// minutes before its first word, and one that thinks says nothing meanwhile.
pub const MODEL_FIRST_SECONDS: u64 = 300;

/// Seconds of silence in the middle of an answer after which a model's server counts as gone. Models think again between
/// two words.
pub const MODEL_SILENCE_SECONDS: u64 = 120;

/// Seconds for a whole answer: 60,000 tokens at 40 a second, which is more than the vendors write at once.
pub const MODEL_ANSWER_SECONDS: u64 = 1_800;

/// Bytes of one answer of a model's server. A stream has some 300 bytes for each of 65,536 tokens.
pub const MODEL_ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of an error of a model's server that are looked at: pages of HTML can be long.
pub const MODEL_ERROR_BYTES_MAX: usize = 64 * 1024;

/// Characters of what a model's server says about an error that are passed on.
pub const MODEL_ERROR_CHARS_SHOWN: usize = 400;

/// Turns in which a list is asked for whose answer is cut off: 16 answers of the vendors' usual 65,536 tokens are some
/// 20,000 rows.
pub const MODEL_TURNS_MAX: u32 = 16;

/// Tokens of a document from which on a vendor keeps it for a job: the most that any of Gemini's models asks for.
pub const MODEL_KEPT_TOKENS_MIN: usize = 4_096;

/// Seconds after which what a vendor keeps ends by itself, if nobody gave it back: longer than a usual job, and short
/// enough that what a killed process left costs little.
pub const MODEL_KEPT_SECONDS: u64 = 1_800;

/// Pages that are shown as pictures in one question; the others are text only, which is told. Requests have bounds.
pub const MODEL_PICTURES_MAX: usize = 24;

/// Longer side of the picture of a page, in pixels: small type can be read, and vendors draw larger ones smaller.
pub const MODEL_PICTURE_PIXELS: f32 = 1_536.0;

/// Bytes of pictures, or of a whole file, in one question: base64 adds a third, and vendors take 20 MB and more.
pub const MODEL_SHOWN_BYTES_MAX: usize = 14 * 1024 * 1024;

/// Percent of the words of a page that stand on their side or head, from which on its text alone says too little.
pub const SIDEWAYS_WORDS_PERCENT: usize = 10;

/// Entries of a list in one answer of a model that is told what to do, unless somebody says otherwise: some 6,000 tokens
/// with their places, which all of them write without growing tired.
pub const LIST_ROWS_PER_ANSWER: usize = 60;

/// Values of an answer that are asked again at once, for they are not valid: more of them are another answer.
pub const MENDED_AT_ONCE_MAX: usize = 40;

/// Leaves of a value that is asked again.
pub const MENDED_LEAVES_MAX: usize = 40;

/// Turns in which one long list is asked for, after which what is there is taken: 60,000 entries and more.
pub const LIST_TURNS_MAX: u32 = 2_000;

/// Longest wait that a model's server can ask for, in milliseconds: an hour. Who asks for more may be asked again then.
pub const MODEL_RETRY_AFTER_MS_MAX: u64 = 3_600_000;

/// Failures of a model in a row after which it is left alone for a while: fewer happen to a server that is only busy.
pub const MODEL_FAILURES_IN_A_ROW_MAX: u32 = 5;

/// How long a model is left alone that failed again and again, in milliseconds; twice as long each time it fails again.
pub const MODEL_REST_MS_FIRST: u64 = 10_000;

/// Longest time for which a model is left alone, in milliseconds: an outage is over sooner than anybody looks.
pub const MODEL_REST_MS_MAX: u64 = 300_000;

/// How long nothing is asked of a model that said it was too much and not for how long, in milliseconds; twice as long
/// each time it says so again.
pub const MODEL_SLOWDOWN_MS_FIRST: u64 = 1_000;

/// Longest of these waits, in milliseconds: limits are of a minute.
pub const MODEL_SLOWDOWN_MS_MAX: u64 = 60_000;

/// Longest that a question waits for its model's pace in the hands of its job, in milliseconds. Longer waits are an
/// attempt that failed, which is told, and gives another model its chance.
pub const MODEL_PACE_WAIT_MS_MAX: u64 = 120_000;

/// Questions of one job that may be open at the same time: the published bound.
pub const QUESTIONS_OPEN_MAX: u32 = 20;

/// Times that a failed question may be repeated: the published bound.
pub const RETRIES_MAX: u32 = 10;

/// Highest temperature: the published bound.
pub const TEMPERATURE_MAX: f64 = 2.0;

/// Jobs that a worker has in hand at the same time. Each holds its document in memory; more of them share no more of a
/// disk's flushes: beyond 64 the writer is busy anyway.
pub const JOBS_IN_HAND_MAX: usize = 64;

/// Questions that a worker has open over all its jobs: what a vendor's usual account takes, and far more than there are
/// cores for models that run here.
pub const QUESTIONS_OPEN_OVER_ALL_MAX: usize = 64;

/// A day in milliseconds: in Unix time each has as many.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How long what jobs took is kept, in milliseconds, whatever became of them: a year, and the month before it to compare with.
pub const USAGE_KEPT_MS: u64 = USAGE_DAYS_MAX * DAY_MS;

/// Most days of usage that are told at once: all that are kept.
pub const USAGE_DAYS_MAX: u64 = 400;

/// Days of usage that are told to who names none.
pub const USAGE_DAYS_DEFAULT: u64 = 30;

/// Keys of one tenant that are worth something at the same time: one for each program that asks, and far from a list that is long.
pub const KEYS_PER_TENANT_MAX: usize = 100;

/// Values of one job that people may say something of: more than anybody looks at, and some megabytes.
pub const CORRECTIONS_MAX: usize = 20_000;

/// Dots per inch of a page that is drawn for people to look at: sharp on a screen at twice its size.
pub const PAGE_PICTURE_DPI: f32 = 144.0;
