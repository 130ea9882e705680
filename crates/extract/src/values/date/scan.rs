//! Finds dates: cuts the text into pieces (digits, letters, marks) and tries each pattern at each piece.
//!
//! Called by `date::scan`. Every pattern looks at a bounded number of pieces, so the time grows with the text alone.

use super::super::{Found, skip_spaces};
use super::clock::{Time, time_at};
use super::months::month_of;
use super::{Date, DateReading, DayOrder};

/// A piece of text.
#[derive(Clone, Copy)]
struct Piece<'a> {
    kind: PieceKind,
    start: usize,
    text: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    Digits,
    Letters,
    Space,
    Mark,
}

impl Piece<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn number(&self) -> Option<u16> {
        (self.kind == PieceKind::Digits && self.text.len() <= 4).then(|| self.text.parse().ok()).flatten()
    }

    /// A number of one or two digits.
    fn small(&self) -> Option<u8> {
        if self.text.len() <= 2 { self.number().and_then(|number| u8::try_from(number).ok()) } else { None }
    }

    /// A year of four digits, or of two: 70..99 are the last century's.
    fn year(&self) -> Option<u16> {
        match (self.number()?, self.text.len()) {
            (year @ 1000..=2999, 4) => Some(year),
            (year, 2) => Some(if year < 70 { 2000 + year } else { 1900 + year }),
            _ => None,
        }
    }
}

fn kind(c: char) -> PieceKind {
    match c {
        '0'..='9' => PieceKind::Digits,
        // The signs of East Asian dates stand between digits as marks do.
        '年' | '月' | '日' | '년' | '월' | '일' => PieceKind::Mark,
        c if c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) => PieceKind::Letters,
        c if c.is_whitespace() => PieceKind::Space,
        _ => PieceKind::Mark,
    }
}

/// Runs of digits, of letters, of spaces; marks one by one.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out: Vec<Piece<'_>> = Vec::new();
    for (at, c) in text.char_indices() {
        let kind = kind(c);
        let end = at + c.len_utf8();
        match out.last_mut() {
            Some(last) if last.kind == kind && kind != PieceKind::Mark => {
                last.text = text.get(last.start..end).unwrap_or_default();
            }
            _ => out.push(Piece { kind, start: at, text: text.get(at..end).unwrap_or_default() }),
        }
    }
    out
}

/// Reads pieces one after another.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    pieces: &'a [Piece<'a>],
    at: usize,
    /// Byte after the last piece that was taken and was not a space.
    end: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<&'a Piece<'a>> {
        self.pieces.get(self.at)
    }

    fn take<T>(&mut self, read: impl Fn(&Piece<'a>) -> Option<T>) -> Option<T> {
        let piece = self.peek()?;
        let value = read(piece)?;
        self.at += 1;
        if piece.kind != PieceKind::Space {
            self.end = piece.end();
        }
        Some(value)
    }

    fn mark(&mut self, marks: &[&str]) -> Option<&'a str> {
        self.take(|piece| marks.contains(&piece.text).then_some(piece.text))
    }

    /// A mark with at most a space on either side.
    fn spaced_mark(&mut self, marks: &[&str]) -> Option<&'a str> {
        let mut probe = *self;
        probe.space();
        let mark = probe.mark(marks)?;
        probe.space();
        *self = probe;
        Some(mark)
    }

    fn space(&mut self) -> bool {
        self.take(|piece| (piece.kind == PieceKind::Space).then_some(())).is_some()
    }

    fn month(&mut self) -> Option<u8> {
        let month = self.take(|piece| (piece.kind == PieceKind::Letters).then(|| month_of(piece.text)).flatten())?;
        self.mark(&["."]);
        Some(month)
    }

    /// What stands between the parts of a date in words: spaces, `-`, `,`, `'`, `of`, `de`.
    fn filler(&mut self) -> bool {
        let from = self.at;
        for _ in 0..4 {
            let word =
                |piece: &Piece<'_>| matches!(piece.text, "of" | "de" | "del" | "do" | "di" | "the").then_some(());
            let mark = |piece: &Piece<'_>| matches!(piece.text, "-" | "," | "'" | "’" | "/" | "\u{2011}").then_some(());
            if !self.space() && self.take(mark).is_none() && self.take(word).is_none() {
                break;
            }
        }
        self.at > from
    }

    /// `3`, `3.`, `3rd`, `1er`, `3ème`, `3º`
    fn day(&mut self) -> Option<u8> {
        let day = self.take(Piece::small)?;
        let ordinal = |piece: &Piece<'_>| {
            let known = ["st", "nd", "rd", "th", "er", "re", "ème", "e", "ª", "º", "°", "ter", "ten", "te", "."];
            known.iter().any(|ending| piece.text.eq_ignore_ascii_case(ending)).then_some(())
        };
        self.take(ordinal);
        Some(day)
    }
}

type Pattern = fn(&mut Cursor<'_>) -> Option<DateReading>;

const PATTERNS: &[Pattern] = &[
    year_first,
    east_asian,
    three_numbers,
    day_name_year,
    name_day_year,
    year_name_day,
    name_year,
    month_and_year,
    year_and_month,
];

/// Every date in a text.
pub(super) fn dates(text: &str) -> Vec<Found<DateReading>> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let start = piece.start;
        // A range: what joins the second date to the first is not inside of a date.
        let ranged = found.last().is_some_and(|last: &Found<DateReading>| last.span.end + 1 == start);
        let hit = if ranged || may_start(&pieces, at) { date_at(&pieces, at) } else { None };
        let Some((mut reading, next, end)) = hit else {
            at += 1;
            continue;
        };
        at = next;
        let mut span = start..end;
        if let Some(time) = time_beside(text, end).filter(|_| reading.date.day.is_some()) {
            span.end = time.span.end;
            reading.time = Some(time.value);
            while pieces.get(at).is_some_and(|piece| piece.start < span.end) {
                at += 1;
            }
        }
        found.push(Found::new(span, reading));
    }
    found
}

/// A date starts at digits or letters that go on nothing.
fn may_start(pieces: &[Piece<'_>], at: usize) -> bool {
    let kind_at = |at: usize| pieces.get(at).map(|piece| piece.kind);
    let before = at.checked_sub(1).and_then(|at| pieces.get(at));
    let joins = before.is_some_and(|piece| {
        let glue = matches!(piece.text, "." | "/" | "-" | ",");
        let beyond = at.checked_sub(2).and_then(kind_at);
        match (piece.kind, kind_at(at)) {
            (PieceKind::Letters, Some(PieceKind::Digits)) => true,
            (PieceKind::Mark, Some(PieceKind::Digits)) => glue && beyond == Some(PieceKind::Digits),
            _ => false,
        }
    });
    matches!(kind_at(at), Some(PieceKind::Digits | PieceKind::Letters)) && !joins
}

fn date_at(pieces: &[Piece<'_>], at: usize) -> Option<(DateReading, usize, usize)> {
    let whole = whole_date_at(pieces, at);
    whole.or_else(|| {
        let mut cursor = Cursor { pieces, at, end: 0 };
        let reading = head_of_range(&mut cursor)?;
        Some((reading, cursor.at, cursor.end))
    })
}

/// The first day of a range that leaves its year or month to the last: `12.10.–21.10.2026`, `3–5 May 2026`,
/// `28 Feb to 3 March 2026`.
fn head_of_range(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let named = cursor.peek().is_some_and(|piece| piece.kind == PieceKind::Letters);
    let mut month = if named { Some(cursor.month()?) } else { None };
    if named {
        cursor.filler();
    }
    let day = cursor.take(Piece::small)?;
    let mut marked = named || cursor.mark(&["."]).is_some();
    if !named {
        let mut probe = *cursor;
        let point = if marked { probe.take(Piece::small).filter(|_| probe.mark(&["."]).is_some()) } else { None };
        if let Some(number) = point {
            month = Some(number);
            *cursor = probe;
        } else {
            let mut probe = *cursor;
            probe.filler();
            if let Some(name) = probe.month() {
                (month, marked) = (Some(name), true);
                *cursor = probe;
            }
        }
    }
    let mut probe = *cursor;
    let spaced = probe.space();
    let joint = |piece: &Piece<'_>| {
        let joins = matches!(
            piece.text,
            "-" | "–" | "—" | "\u{2011}" | "bis" | "to" | "until" | "through" | "au" | "al" | "tot" | "hasta" | "a"
        );
        joins.then_some(())
    };
    probe.take(joint)?;
    let spaced = probe.space() || spaced;
    // `2 - 3.4.2020` may be a number and a date; a day alone stands close to its range.
    if !marked && spaced {
        return None;
    }
    let (last, ..) = whole_date_at(probe.pieces, probe.at)?;
    let first =
        |last: Date| Date::new(last.year, month.unwrap_or(last.month), day).filter(|first| before(*first, last));
    let date = first(last.date)?;
    Some(DateReading { date, other: last.other.and_then(first), order: DayOrder::Unknown, time: None })
}

fn before(first: Date, last: Date) -> bool {
    last.day.is_some() && (first.month, first.day) < (last.month, last.day)
}

fn whole_date_at(pieces: &[Piece<'_>], at: usize) -> Option<(DateReading, usize, usize)> {
    PATTERNS.iter().find_map(|pattern| {
        let mut cursor = Cursor { pieces, at, end: 0 };
        let reading = pattern(&mut cursor)?;
        ends_well(&cursor, at).then_some((reading, cursor.at, cursor.end))
    })
}

/// A date does not end where its last number goes on: `12/2024/5`, `03.2024.17`, `5.6.20x`. A full date may be the head
/// of a range (`1/2/2024-5/2/2024`), which another mark shows than the one inside of it.
fn ends_well(cursor: &Cursor<'_>, from: usize) -> bool {
    let Some(next) = cursor.peek() else { return true };
    let taken = cursor.pieces.get(from..cursor.at).unwrap_or_default();
    let whole = taken.iter().filter(|piece| matches!(piece.kind, PieceKind::Digits | PieceKind::Letters)).count() >= 3;
    let before_digits = cursor.pieces.get(cursor.at + 1).is_some_and(|piece| piece.kind == PieceKind::Digits);
    match next.kind {
        PieceKind::Digits => false,
        PieceKind::Letters => matches!(next.text, "T" | "t" | "г" | "r"),
        PieceKind::Mark if before_digits && matches!(next.text, "/" | "-" | ".") => {
            whole && taken.iter().all(|piece| piece.text != next.text)
        }
        PieceKind::Mark | PieceKind::Space => true,
    }
}

fn certain(date: Date) -> DateReading {
    DateReading { date, other: None, order: DayOrder::Unknown, time: None }
}

/// `2024-03-15`, `2024/3/15`, `2024.03.15`
fn year_first(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let year = cursor.take(|piece| piece.year().filter(|_| piece.text.len() == 4))?;
    let mark = cursor.spaced_mark(&["-", "/", ".", "\u{2011}"])?;
    let month = cursor.take(Piece::small)?;
    cursor.spaced_mark(&[mark])?;
    Date::new(year, month, cursor.take(Piece::small)?).map(certain)
}

/// `2024年3月15日`
fn east_asian(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let year = cursor.take(Piece::year)?;
    cursor.spaced_mark(&["年", "년"])?;
    let month = cursor.take(Piece::small)?;
    cursor.spaced_mark(&["月", "월"])?;
    let day = cursor.take(Piece::small)?;
    cursor.mark(&["日", "일"])?;
    Date::new(year, month, day).map(certain)
}

/// `15/03/2024`, `3/15/24`, `15.3.2024`, `15-03-24`
fn three_numbers(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let first = cursor.take(Piece::small)?;
    let mark = cursor.spaced_mark(&["/", ".", "-", "\u{2011}"])?;
    let second = cursor.take(Piece::small)?;
    cursor.spaced_mark(&[mark])?;
    let year = cursor.take(Piece::year)?;
    let by_day = Date::new(year, second, first);
    // Nobody prints the month first with points.
    let by_month = if mark == "." { None } else { Date::new(year, first, second) };
    let (date, other, order) = match (by_day, by_month) {
        (Some(day), Some(month)) if day == month => (day, None, DayOrder::Unknown),
        (Some(day), None) => (day, None, if mark == "." { DayOrder::Unknown } else { DayOrder::DayFirst }),
        (Some(day), month) => (day, month, DayOrder::Unknown),
        (None, Some(month)) => (month, None, DayOrder::MonthFirst),
        (None, None) => return None,
    };
    Some(DateReading { date, other, order, time: None })
}

/// `3. März 2024`, `3 mars 2024`, `03-MAR-24`, `3rd of March, 2024`
fn day_name_year(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let day = cursor.day()?;
    cursor.filler();
    let month = cursor.month()?;
    cursor.filler();
    Date::new(cursor.take(Piece::year)?, month, day).map(certain)
}

/// `March 3rd, 2024`, `Mar. 3 2024`
fn name_day_year(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let month = cursor.month()?;
    cursor.filler();
    let day = cursor.day()?;
    let apart = cursor.filler();
    let year = cursor.take(Piece::year)?;
    if apart { Date::new(year, month, day).map(certain) } else { None }
}

/// `2024-Mar-03`, `2024 March 3`
fn year_name_day(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let year = cursor.take(|piece| piece.year().filter(|_| piece.text.len() == 4))?;
    cursor.filler();
    let month = cursor.month()?;
    cursor.filler();
    Date::new(year, month, cursor.day()?).map(certain)
}

/// `September 2018`, `Sep '18`, `Sept. de 2018`; a month before two bare digits is a day of a year that is not said.
fn name_year(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let month = cursor.month()?;
    let from = cursor.at;
    cursor.filler();
    let joined = cursor.pieces.get(from..cursor.at)?.iter().any(|piece| matches!(piece.text, "'" | "’" | "-" | "/"));
    let year = cursor.take(|piece| piece.year().filter(|_| piece.text.len() == 4 || joined))?;
    Date::of_month(year, month).map(certain)
}

/// `09/2018`, `09.2018`, `09-2018`
fn month_and_year(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let month = cursor.take(Piece::small)?;
    cursor.mark(&["/", ".", "-"])?;
    let year = cursor.take(|piece| piece.year().filter(|_| piece.text.len() == 4))?;
    Date::of_month(year, month).map(certain)
}

/// `2018-09`, `2018/09`
fn year_and_month(cursor: &mut Cursor<'_>) -> Option<DateReading> {
    let year = cursor.take(|piece| piece.year().filter(|_| piece.text.len() == 4))?;
    cursor.mark(&["-", "/"])?;
    Date::of_month(year, cursor.take(|piece| piece.small().filter(|_| piece.text.len() == 2))?).map(certain)
}

/// The time behind a date: `T14:30`, ` 14:30`, `, 2 pm`, ` at 14:30`, ` - 14:30`.
fn time_beside(text: &str, end: usize) -> Option<Found<Time>> {
    let tail = text.get(end..)?;
    if tail.starts_with(['T', 't']) {
        return time_at(text, end + 1);
    }
    let mut at = skip_spaces(text, end, 2);
    for join in [",", "-", "\u{2013}", "|", "at", "um", "kl.", "à", "alle", "às", "om"] {
        if text.get(at..).is_some_and(|tail| tail.starts_with(join)) {
            at = skip_spaces(text, at + join.len(), 2);
            break;
        }
    }
    time_at(text, at).filter(|_| at > end)
}
