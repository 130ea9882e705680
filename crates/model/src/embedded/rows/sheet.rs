//! A table as this model works with it: heads and rows of cells, wherever it came from.
//!
//! Two ways lead here: the reader's own tables, and bands of words under a line of heads (`aligned`). Nothing here
//! knows what a column is asked for.

use sluice_extract::page::{Cell, Page, Rect, Table};

use super::frame::{Frame, Piece};

/// A table on one page.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Index into the frames.
    pub(crate) frame: usize,
    /// Box in the upright frame.
    pub(crate) rect: Rect,
    /// Where the heads stand: rows above it belong to a table that grows upwards.
    pub(crate) heads_y: f32,
    /// One head for each column; its text is empty where nothing names the column.
    pub(crate) heads: Vec<Head>,
    /// Rows below the heads, top to bottom.
    pub(crate) rows: Vec<SheetRow>,
    /// The rows are the table's own: no need to join lines into rows.
    pub(crate) whole_rows: bool,
}

/// The head of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Head {
    /// All levels, from the top down, joined by spaces.
    pub(crate) text: String,
    /// The lowest level alone.
    pub(crate) own: String,
    /// Left edge of the column.
    pub(crate) x0: f32,
    /// Right edge of the column.
    pub(crate) x1: f32,
}

/// A row, or a line that may be part of one.
#[derive(Clone, Debug)]
pub(crate) struct SheetRow {
    /// Index into the frames: rows of later pages may have been joined.
    pub(crate) frame: usize,
    /// Box in the upright frame.
    pub(crate) rect: Rect,
    /// One for each head.
    pub(crate) cells: Vec<CellText>,
    /// Some words go across the edge between two columns: prose, a note, a section's title.
    pub(crate) crosses: bool,
}

/// What stands in one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CellText {
    /// Words joined by spaces, lines by line breaks.
    pub(crate) text: String,
    /// Indices into the page's words.
    pub(crate) words: Vec<u32>,
    /// Box around the words, if any.
    pub(crate) rect: Option<Rect>,
    /// Width of the first word.
    pub(crate) first_width: f32,
    /// Every word is bold.
    pub(crate) bold: bool,
}

impl CellText {
    /// Nothing stands here.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Adds a word on the same line.
    pub(crate) fn push(&mut self, piece: &Piece) {
        if self.words.is_empty() {
            self.first_width = piece.rect.width();
            self.bold = piece.bold;
        } else {
            self.text.push(' ');
        }
        self.bold &= piece.bold;
        self.text.push_str(&piece.text);
        self.words.push(piece.word);
        self.rect = Some(self.rect.map_or(piece.rect, |rect| rect.union(&piece.rect)));
    }

    /// Adds the cell of a line below.
    pub(crate) fn append(&mut self, below: &Self) {
        if below.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = below.clone();
            return;
        }
        self.text.push('\n');
        self.text.push_str(&below.text);
        self.words.extend_from_slice(&below.words);
        self.rect = match (self.rect, below.rect) {
            (Some(a), Some(b)) => Some(a.union(&b)),
            (a, b) => a.or(b),
        };
    }
}

impl SheetRow {
    /// All cells as one text.
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> =
            self.cells.iter().filter(|cell| !cell.is_empty()).map(|cell| cell.text.as_str()).collect();
        texts.join(" ")
    }

    /// How many cells hold something.
    pub(crate) fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }
}

/// A table of the reader's with its first `header_rows` rows as heads.
pub(crate) fn from_table(
    frames: &[Frame],
    frame: usize,
    page: &Page,
    table: &Table,
    header_rows: u32,
) -> Option<Sheet> {
    let parted = frames.get(frame).and_then(|frame| super::parted::parted(frame, table, header_rows));
    let table = parted.as_ref().unwrap_or(table);
    let columns = table.columns as usize;
    if columns == 0 || columns > 400 || table.rows > 20_000 {
        return None;
    }
    let sheet_frame = frames.get(frame)?;
    let mut heads = vec![Head::default(); columns];
    let mut rows: Vec<SheetRow> = Vec::new();
    for cell in &table.cells {
        let text = cell_text(sheet_frame, cell);
        if cell.row < header_rows {
            add_head(&mut heads, cell, page, &text);
        } else {
            add_cell(&mut rows, frame, columns, header_rows, cell, &text);
        }
    }
    rows.retain(|row| row.filled() > 0);
    rows.sort_by(|a, b| a.rect.y0.total_cmp(&b.rect.y0));
    Some(Sheet { frame, rect: table.rect, heads_y: table.rect.y0 - 1.0, heads, rows, whole_rows: table.ruled })
}

/// The same for a table that grows upwards: its last row holds the heads.
pub(crate) fn from_upward_table(frames: &[Frame], frame: usize, page: &Page, table: &Table) -> Option<Sheet> {
    let mut flipped = table.clone();
    for cell in &mut flipped.cells {
        cell.row = table.rows.saturating_sub(cell.row + cell.row_span.max(1));
    }
    let mut sheet = from_table(frames, frame, page, &flipped, 1)?;
    sheet.heads_y = table.rect.y1;
    Some(sheet)
}

fn add_head(heads: &mut [Head], cell: &Cell, page: &Page, text: &CellText) {
    let text = if text.is_empty() { page.text_of(&cell.words) } else { text.text.replace('\n', " ") };
    let first = cell.column as usize;
    for column in first..(first + cell.column_span.max(1) as usize).min(heads.len()) {
        let head = &mut heads[column];
        if !text.is_empty() {
            head.text = format!("{} {text}", head.text).trim().to_owned();
            head.own.clone_from(&text);
        }
        if cell.column_span <= 1 {
            (head.x0, head.x1) = (cell.rect.x0, cell.rect.x1);
        }
    }
}

fn add_cell(rows: &mut Vec<SheetRow>, frame: usize, columns: usize, header_rows: u32, cell: &Cell, text: &CellText) {
    let first = cell.row.saturating_sub(header_rows) as usize;
    let last = (first + cell.row_span.clamp(1, 1000) as usize).min(20_000);
    while rows.len() < last {
        rows.push(SheetRow { frame, rect: cell.rect, cells: vec![CellText::default(); columns], crosses: false });
    }
    for row in &mut rows[first..last] {
        row.crosses |= cell.column_span > 1 && !text.is_empty();
        if let Some(slot) = row.cells.get_mut(cell.column as usize) {
            *slot = text.clone();
        }
    }
    if cell.row_span <= 1 && !text.is_empty() {
        let row = &mut rows[first];
        row.rect = Rect {
            y0: cell.rect.y0,
            y1: cell.rect.y1,
            x0: row.rect.x0.min(cell.rect.x0),
            x1: row.rect.x1.max(cell.rect.x1),
        };
    }
}

/// The words of a cell, line by line.
fn cell_text(frame: &Frame, cell: &Cell) -> CellText {
    let mut whole = CellText::default();
    let mut line = CellText::default();
    for &word in &cell.words {
        let Ok(at) = frame.pieces.binary_search_by_key(&word, |piece| piece.word) else { continue };
        let piece = &frame.pieces[at];
        if line.rect.is_some_and(|rect| piece.rect.center_y() > rect.y1) {
            whole.append(&std::mem::take(&mut line));
        }
        line.push(piece);
    }
    whole.append(&line);
    whole
}
