//! The limits that one reading is held to, as a value that travels to the child.
//!
//! The numbers and their reasons stand in `sluice_extract::limits`; a caller may lower or raise them here.

use serde::{Deserialize, Serialize};
use sluice_extract::limits;

/// What one document may cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest document in bytes.
    pub bytes_max: u64,
    /// Most pages that are read.
    pub pages_max: u32,
    /// Address space of the child in bytes.
    pub memory_bytes_max: u64,
    /// Seconds of wall time for opening the document and its first page.
    pub seconds_base: f64,
    /// Seconds of wall time added for each page.
    pub seconds_per_page: f64,
    /// Seconds of wall time added for each page that is read from its picture.
    pub seconds_per_picture: f64,
    /// Bytes that the child may send for one page.
    pub page_bytes_max: u32,
    /// Largest rendered picture of a page in pixels.
    pub page_pixels_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: limits::DOCUMENT_BYTES_MAX,
            pages_max: limits::DOCUMENT_PAGES_MAX,
            memory_bytes_max: limits::READER_MEMORY_BYTES_MAX,
            seconds_base: limits::READER_SECONDS_BASE,
            seconds_per_page: limits::READER_SECONDS_PER_PAGE,
            seconds_per_picture: limits::READER_SECONDS_PER_PICTURE,
            page_bytes_max: limits::READER_PAGE_BYTES_MAX,
            page_pixels_max: limits::PAGE_PIXELS_MAX,
        }
    }
}
