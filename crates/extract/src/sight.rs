//! What a model is shown of a document besides its text, and about how many tokens that takes.
//!
//! A page is worth a look where its text says less than the page: a scan, one without words, ticked boxes, text that runs in
//! several directions. Rules only: never draws a page. Called before a question is asked, and by the estimate.

use crate::page::{Document, Media, Page, TextSource};

use crate::limits::{MODEL_PICTURES_MAX, SIDEWAYS_WORDS_PERCENT};

/// Which pages are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Showing {
    /// None: text is all there is.
    #[default]
    Text,
    /// Those that are worth a look.
    Auto,
    /// All of them.
    Pictures,
    /// All of them; a whole PDF as it is.
    Pdf,
}

/// What a model can be shown, and what that takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Sight {
    /// Which pages.
    pub showing: Showing,
    /// It takes a PDF as it is.
    pub takes_pdf: bool,
    /// Tokens of a picture.
    pub tokens_per_picture: u64,
    /// Tokens of a page of a PDF.
    pub tokens_per_pdf_page: u64,
}

/// What is shown with a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// The document's own bytes.
    File,
    /// Pictures of these pages.
    Pictures(Vec<u32>),
}

impl Sight {
    /// What is shown of these pages, or of all that were read where none are named.
    #[must_use]
    pub fn of(&self, document: &Document, numbers: &[u32]) -> Shown {
        let asked = || document.pages.iter().filter(|page| numbers.is_empty() || numbers.contains(&page.number));
        let mut pages: Vec<u32> = match self.showing {
            Showing::Text => return Shown::Nothing,
            Showing::Auto => asked().filter(|page| is_worth_a_look(page)).map(|page| page.number).collect(),
            Showing::Pictures | Showing::Pdf => asked().map(|page| page.number).collect(),
        };
        let is_whole = asked().count() == document.page_count as usize;
        match document.media {
            _ if pages.is_empty() => return Shown::Nothing,
            // As it came it is smaller and sharper than drawn anew.
            Media::Png | Media::Jpeg | Media::Webp if is_whole && document.page_count == 1 => return Shown::File,
            Media::Pdf if is_whole && self.prefers_pdf(pages.len(), document.page_count) => return Shown::File,
            Media::Pdf | Media::Png | Media::Jpeg | Media::Tiff | Media::Webp => {}
        }
        pages.truncate(MODEL_PICTURES_MAX);
        Shown::Pictures(pages)
    }

    fn prefers_pdf(&self, pages: usize, page_count: u32) -> bool {
        let cheaper = || self.tokens_per_pdf_page * u64::from(page_count) <= self.tokens_per_picture * pages as u64;
        match self.showing {
            Showing::Text | Showing::Pictures => false,
            Showing::Auto => self.takes_pdf && cheaper(),
            Showing::Pdf => self.takes_pdf,
        }
    }

    /// About how many tokens that takes.
    #[must_use]
    pub fn tokens(&self, document: &Document, numbers: &[u32]) -> u64 {
        match self.of(document, numbers) {
            Shown::Nothing => 0,
            Shown::File if document.media == Media::Pdf => self.tokens_per_pdf_page * u64::from(document.page_count),
            Shown::File => self.tokens_per_picture,
            Shown::Pictures(pages) => self.tokens_per_picture * pages.len() as u64,
        }
    }
}

fn is_worth_a_look(page: &Page) -> bool {
    let sideways = page.words.iter().filter(|word| word.rotation != 0).count();
    page.text_source != TextSource::Native
        || !page.marks.is_empty()
        || sideways * 100 > page.words.len() * SIDEWAYS_WORDS_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{ContentHash, Mark, Rect};

    fn document(media: Media, pages: &[TextSource], page_count: u32) -> Document {
        let page = |(number, source): (u32, &TextSource)| Page {
            number,
            width: 595.0,
            height: 842.0,
            text_source: *source,
            skew: 0.0,
            words: Vec::new(),
            lines: Vec::new(),
            tables: Vec::new(),
            marks: Vec::new(),
            fields: Vec::new(),
        };
        let pages = (1..).zip(pages).map(page).collect();
        Document { hash: ContentHash::of(b"it"), media, page_count, pages }
    }

    fn sight(showing: Showing, takes_pdf: bool) -> Sight {
        Sight { showing, takes_pdf, tokens_per_picture: 1_000, tokens_per_pdf_page: 250 }
    }

    #[test]
    fn only_pages_that_say_more_than_their_text_are_shown() {
        use TextSource::{Mixed, Native, None, Ocr};
        let mut pages = document(Media::Pdf, &[Native, Ocr, Native, Mixed, None], 5);
        let auto = sight(Showing::Auto, false);
        assert_eq!(auto.of(&pages, &[]), Shown::Pictures(vec![2, 4, 5]));
        assert_eq!(auto.of(&pages, &[1, 2]), Shown::Pictures(vec![2]));
        assert_eq!((auto.of(&pages, &[1, 3]), auto.tokens(&pages, &[1, 3])), (Shown::Nothing, 0));
        pages.pages[0].marks.push(Mark { rect: Rect::default(), checked: true });
        assert_eq!(auto.of(&pages, &[1, 3]), Shown::Pictures(vec![1]));
        assert_eq!(sight(Showing::Text, true).of(&pages, &[]), Shown::Nothing);
        assert_eq!(sight(Showing::Pictures, true).of(&pages, &[1, 3]), Shown::Pictures(vec![1, 3]));
    }

    #[test]
    fn a_file_is_shown_as_it_is_where_that_is_whole_taken_and_no_dearer() {
        use TextSource::{Native, Ocr};
        let scan = document(Media::Pdf, &[Ocr, Native, Native], 3);
        assert_eq!(sight(Showing::Auto, true).of(&scan, &[]), Shown::File, "750 tokens instead of 1,000");
        assert_eq!(sight(Showing::Auto, true).tokens(&scan, &[]), 750);
        let long = document(Media::Pdf, &[Ocr, Native, Native, Native, Native], 5);
        assert_eq!(sight(Showing::Auto, true).of(&long, &[]), Shown::Pictures(vec![1]));
        assert_eq!(sight(Showing::Pdf, true).of(&long, &[]), Shown::File);
        assert_eq!(sight(Showing::Pdf, true).of(&long, &[1, 2]), Shown::Pictures(vec![1, 2]), "a part is no file");
        assert_eq!(sight(Showing::Pdf, false).of(&scan, &[]), Shown::Pictures(vec![1, 2, 3]));
        let unread = document(Media::Pdf, &[Ocr], 9);
        assert_eq!(sight(Showing::Pdf, true).of(&unread, &[]), Shown::Pictures(vec![1]), "pages that nobody asked for");
        let photo = document(Media::Jpeg, &[Ocr], 1);
        assert_eq!(sight(Showing::Auto, false).of(&photo, &[]), Shown::File);
        assert_eq!(sight(Showing::Auto, false).tokens(&photo, &[]), 1_000);
        let fax = document(Media::Tiff, &[Ocr, Ocr], 2);
        assert_eq!(sight(Showing::Auto, true).of(&fax, &[]), Shown::Pictures(vec![1, 2]));
    }
}
