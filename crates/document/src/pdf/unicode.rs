//! Which characters a glyph stands for: what the file says, else what can be concluded from its font.
//!
//! Order of belief: the engine (ToUnicode, glyph names), the embedded font's own table turned round, the collection of
//! characters that a font's codes number, the character code of a Type 3 font. Called by `content` for every glyph.

mod names;
mod shapes;
mod wingdings;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use hayro_interpret::font::{FontData, Glyph, OutlineGlyph, StandardFont};
use hayro_interpret::hayro_cmap::BfString;
use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization as _;

pub(super) use self::wingdings::Signs;
use super::collections::Collections;

/// Stands for a character that cannot be told.
pub(super) const UNKNOWN: char = '\u{fffd}';

/// Remembers the tables of fonts that were turned round.
#[derive(Default)]
pub(super) struct Characters {
    inverted: HashMap<u128, HashMap<u16, char>>,
    /// Where the data of the engine's own fonts lie.
    substitutes: HashSet<usize>,
    /// Asked where the page was read without them and characters were missing.
    collections: Option<Rc<Collections>>,
}

/// The fonts that the engine brings along.
const STANDARD: [StandardFont; 14] = [
    StandardFont::Helvetica,
    StandardFont::HelveticaBold,
    StandardFont::HelveticaOblique,
    StandardFont::HelveticaBoldOblique,
    StandardFont::Courier,
    StandardFont::CourierBold,
    StandardFont::CourierOblique,
    StandardFont::CourierBoldOblique,
    StandardFont::TimesRoman,
    StandardFont::TimesBold,
    StandardFont::TimesItalic,
    StandardFont::TimesBoldItalic,
    StandardFont::ZapfDingBats,
    StandardFont::Symbol,
];

fn address(data: &FontData) -> usize {
    (**data).as_ref().as_ptr().addr()
}

impl Characters {
    /// With the collections that the file's fonts number.
    pub(super) fn with(collections: Rc<Collections>) -> Self {
        Self { collections: Some(collections), ..Self::default() }
    }

    /// The characters of a glyph of a font, of signs or of letters, or [`UNKNOWN`]; spaces of every kind as U+0020, ligatures taken apart.
    pub(super) fn of(&mut self, glyph: &Glyph<'_>, signs: Option<Signs>) -> String {
        // What files say of the signs' characters are the letters on the same keys.
        if let Some(sign) = signs.and_then(|signs| signs.sign(glyph.char_code())) {
            return sign.to_string();
        }
        let told = match glyph.as_unicode() {
            Some(BfString::Char(char)) => Some(char.to_string()),
            Some(BfString::String(text)) => Some(text),
            None => None,
        };
        let told = told.filter(|text| !text.is_empty() && !text.chars().any(is_meaningless));
        let text = told.or_else(|| self.concluded(glyph)).unwrap_or_else(|| UNKNOWN.to_string());
        let mut out = String::with_capacity(text.len());
        text.chars().for_each(|char| plain(char, &mut out));
        out
    }

    fn concluded(&mut self, glyph: &Glyph<'_>) -> Option<String> {
        match glyph {
            Glyph::Outline(outline) => {
                if self.is_substitute(outline) {
                    return self.by_collection(outline).or_else(|| space(outline));
                }
                let table = self.by_table(outline).map(String::from);
                table.or_else(|| self.by_collection(outline)).or_else(|| space(outline)).or_else(|| shape(outline))
            }
            Glyph::Type3(drawn) => {
                let printable = |char: &char| (' '..='~').contains(char);
                char::from_u32(drawn.char_code()).filter(printable).map(String::from)
            }
        }
    }

    fn by_collection(&self, glyph: &OutlineGlyph) -> Option<String> {
        let name = glyph.font_data()?.postscript_name?;
        self.collections.as_ref()?.characters(&name, glyph.char_code())
    }

    /// Is the font one that stands in for a font that is not embedded? Its glyphs say nothing about the file's.
    fn is_substitute(&mut self, glyph: &OutlineGlyph) -> bool {
        let Some(font) = glyph.font_data() else { return false };
        if self.substitutes.is_empty() {
            self.substitutes = STANDARD.iter().map(|font| address(&font.get_font_data().0)).collect();
        }
        self.substitutes.contains(&address(&font.data))
    }

    fn by_table(&mut self, glyph: &OutlineGlyph) -> Option<char> {
        let font = glyph.font_data()?;
        let table = self.inverted.entry(font.cache_key).or_insert_with(|| invert((*font.data).as_ref()));
        table.get(&u16::try_from(glyph.glyph_id().to_u32()).ok()?).copied()
    }
}

fn space(glyph: &OutlineGlyph) -> Option<String> {
    (glyph.char_code() == u32::from(' ')).then(|| String::from(' '))
}

fn shape(glyph: &OutlineGlyph) -> Option<String> {
    shapes::character(&glyph.outline()).map(String::from)
}

/// Glyph to character, from the font's own character map and from its glyph names.
fn invert(data: &[u8]) -> HashMap<u16, char> {
    let mut table = HashMap::new();
    let Ok(face) = Face::parse(data, 0) else { return by_names(data) };
    let subtables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables);
    for subtable in subtables.filter(ttf_parser::cmap::Subtable::is_unicode) {
        subtable.codepoints(|code| {
            if let (Some(glyph), Some(char)) = (subtable.glyph_index(code), char::from_u32(code))
                && glyph.0 != 0
                && !is_meaningless(char)
            {
                table.entry(glyph.0).or_insert(char);
            }
        });
    }
    for glyph in 0..face.number_of_glyphs() {
        if let Entry::Vacant(place) = table.entry(glyph)
            && let Some(char) = face.glyph_name(GlyphId(glyph)).and_then(names::character)
        {
            place.insert(char);
        }
    }
    table
}

/// The same for a font that is nothing but outlines and their names (bare CFF).
fn by_names(data: &[u8]) -> HashMap<u16, char> {
    let Some(outlines) = ttf_parser::cff::Table::parse(data) else { return HashMap::new() };
    let named = |glyph| Some((glyph, names::character(outlines.glyph_name(GlyphId(glyph))?)?));
    (1..outlines.number_of_glyphs()).filter_map(named).collect()
}

/// Control characters and noncharacters say nothing; tab and line ends are spaces.
fn is_meaningless(char: char) -> bool {
    (char.is_control() && !char.is_whitespace()) || char == UNKNOWN || char == '\u{ffff}'
}

/// Writes one character as people type it.
fn plain(char: char, out: &mut String) {
    match char {
        '\u{fb00}' => out.push_str("ff"),
        '\u{fb01}' => out.push_str("fi"),
        '\u{fb02}' => out.push_str("fl"),
        '\u{fb03}' => out.push_str("ffi"),
        '\u{fb04}' => out.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
        '\u{ad}' => out.push('-'),
        // The bullets of the Symbol and Wingdings fonts.
        '\u{f0b7}' => out.push('\u{2022}'),
        '\u{f0a7}' => out.push('\u{25aa}'),
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => {}
        other if other.is_whitespace() => out.push(' '),
        // Arabic letters in the form they take in their place, and their ligatures: the letters themselves.
        form @ ('\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') => out.extend(form.nfkc()),
        other => out.push(other),
    }
}
