//! Somebody's bytes become pages: words with boxes, lines in reading order, tables, marks, form fields, pictures.
//!
//! Never knows what will be asked of the pages, and never reads a file or the environment by itself. Foreign bytes are
//! parsed in a child process ([`Reader`]); [`read_here`] is the same work without that wall, for tests and tools.
//! Called by the engine's `ReadDocument` step and by the command line.

mod image_file;
mod layout;
mod limits;
mod media;
pub mod ocr;
mod pdf;
mod read;
mod reader;
mod render;
mod scan;
mod tables;
mod wire;
pub mod worker;

/// Part of the name of everything that was read: it changes when the same bytes may be read differently.
pub const VERSION: &str = "3";

pub use limits::Limits;
pub use ocr::{Ocr, OcrMode};
pub use read::{ReadError, Reading, read_here};
pub use reader::{Inspected, Reader, Stop};
pub use render::Picture;
pub use sluice_extract::selection::{PageSelection, SelectionError};
