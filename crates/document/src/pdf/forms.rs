//! The fields of an interactive form that have a widget on a page: names, labels, places, values.
//!
//! Walks from each widget up to its parents, for the standard lets a field say once what all its widgets share
//! (ISO 32000-2, 12.7.4). Called by `pdf` for each page.

use std::collections::{BTreeMap, BTreeSet};

use hayro_interpret::kurbo::{Affine, Rect as Area};
use hayro_syntax::object::{Array, Dict, Name, Object, Rect as PdfRect, Stream, String as PdfString};
use hayro_syntax::page::Page as PdfPage;
use sluice_extract::page::{FieldValue, FormField, Rect};

/// Parents above a widget; a file may name itself as its own parent.
const PARENTS_MAX: usize = 32;
/// Fields of one page that are kept. The longest tax forms have a few hundred.
const FIELDS_MAX: usize = 10_000;
/// Characters of a value that are kept.
const VALUE_CHARS_MAX: usize = 100_000;
/// Flags of buttons (table 229): a radio button, a button that only does something.
const RADIO: u32 = 1 << 15;
const PUSH: u32 = 1 << 16;
/// Flag of text fields (table 231): what is written is a password.
const PASSWORD: u32 = 1 << 13;
/// Flags of annotations (table 167) that are not seen: hidden, no view.
const UNSEEN: u32 = 1 << 1 | 1 << 5;

/// The fields on a page, in the order of its annotations.
pub(super) fn fields(page: &PdfPage<'_>) -> Vec<FormField> {
    let transform = Affine::new(page.initial_transform(true).as_coeffs());
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return vec![] };
    let widgets = annotations.iter::<Dict<'_>>().filter(|it| name(it, "Subtype").as_deref() == Some("Widget"));
    groups(widgets.take(FIELDS_MAX).filter_map(|widget| field(&widget, transform)).collect())
}

/// A field, and what its widget is called when it is on.
fn field(widget: &Dict<'_>, transform: Affine) -> Option<(FormField, Option<String>)> {
    if widget.get::<u32>("F").unwrap_or(0) & UNSEEN != 0 {
        return None;
    }
    let lineage = lineage(widget);
    let place = widget.get::<PdfRect>("Rect")?;
    let place = transform.transform_rect_bbox(Area::new(place.x0, place.y0, place.x1, place.y1));
    let mut names: Vec<String> = lineage.iter().filter_map(|dict| text(dict, "T")).collect();
    names.reverse();
    #[allow(clippy::cast_possible_truncation, reason = "points on a page need no more digits")]
    let rect = Rect::new(place.x0 as f32, place.y0 as f32, place.x1 as f32, place.y1 as f32);
    let label = lineage.iter().find_map(|dict| text(dict, "TU")).filter(|label| !label.is_empty());
    let on = on_state(widget).map(|state| shown(&lineage, state));
    Some((FormField { name: names.join("."), label, rect, value: value(widget, &lineage)? }, on))
}

/// The widget and its parents, nearest first.
fn lineage<'a>(widget: &Dict<'a>) -> Vec<Dict<'a>> {
    let above = |dict: &Dict<'a>| dict.get::<Dict<'a>>("Parent");
    std::iter::successors(Some(widget.clone()), above).take(PARENTS_MAX).collect()
}

fn value(widget: &Dict<'_>, lineage: &[Dict<'_>]) -> Option<FieldValue> {
    let kind = lineage.iter().find_map(|dict| name(dict, "FT"))?;
    let flags = lineage.iter().find_map(|dict| dict.get::<u32>("Ff")).unwrap_or(0);
    match kind.as_str() {
        // The field is there; what was typed into it is nobody's business.
        "Tx" if flags & PASSWORD != 0 => Some(FieldValue::Text(String::new())),
        "Tx" => Some(FieldValue::Text(written(lineage).unwrap_or_default())),
        "Ch" => Some(FieldValue::Text(chosen(lineage))),
        "Btn" if flags & PUSH != 0 => None,
        "Btn" => Some(button(widget, lineage, flags & RADIO != 0)),
        _ => None,
    }
}

fn button(widget: &Dict<'_>, lineage: &[Dict<'_>], radio: bool) -> FieldValue {
    let state = name(widget, "AS").or_else(|| lineage.iter().find_map(|dict| name(dict, "V")));
    let on = on_state(widget).or_else(|| state.clone().filter(|state| state != "Off"));
    let chosen = state.as_ref().is_some_and(|state| state != "Off" && on.as_ref().is_none_or(|on| on == state));
    if radio {
        FieldValue::Choice { name: shown(lineage, on.unwrap_or_default()), chosen }
    } else {
        FieldValue::Checked(chosen)
    }
}

/// Checkboxes of one name that are on in different ways: one of them is chosen, as of radio buttons.
fn groups(fields: Vec<(FormField, Option<String>)>) -> Vec<FormField> {
    let mut states: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (field, on) in &fields {
        states.entry(field.name.clone()).or_default().extend(on.clone());
    }
    let is_group = |name: &str| states.get(name).is_some_and(|states| states.len() > 1);
    let grouped = fields.into_iter().map(|(mut field, on)| {
        if let (FieldValue::Checked(chosen), Some(name)) = (&field.value, on)
            && is_group(&field.name)
        {
            field.value = FieldValue::Choice { name, chosen: *chosen };
        }
        field
    });
    grouped.collect()
}

/// What a button stands for where its states are only numbers of entries in a list.
fn shown(lineage: &[Dict<'_>], state: String) -> String {
    let option = || {
        let options = lineage.iter().find_map(|dict| dict.get::<Array<'_>>("Opt"))?;
        let option = options.iter::<PdfString<'_>>().nth(state.parse().ok()?)?;
        Some(decoded(option.as_bytes())).filter(|option| !option.is_empty())
    };
    option().unwrap_or(state)
}

/// The name of the appearance that a button has when it is on.
fn on_state(widget: &Dict<'_>) -> Option<String> {
    let normal = widget.get::<Dict<'_>>("AP")?.get::<Dict<'_>>("N")?;
    normal.keys().map(|key| key.as_str().to_owned()).find(|key| key != "Off")
}

/// The text of a text field, which may be a stream where it is long.
fn written(lineage: &[Dict<'_>]) -> Option<String> {
    lineage.iter().find_map(|dict| {
        let stream = || dict.get::<Stream<'_>>("V")?.decoded_data().ok().map(|data| decoded(&data));
        text(dict, "V").or_else(stream)
    })
}

/// The chosen entries of a list, as a person sees them.
fn chosen(lineage: &[Dict<'_>]) -> String {
    let single = lineage.iter().find_map(|dict| text(dict, "V"));
    let several = || {
        let array = lineage.iter().find_map(|dict| dict.get::<Array<'_>>("V"))?;
        Some(array.iter::<PdfString<'_>>().map(|entry| decoded(entry.as_bytes())).collect())
    };
    let values: Vec<String> = single.map(|value| vec![value]).or_else(several).unwrap_or_default();
    let options = lineage.iter().find_map(|dict| dict.get::<Array<'_>>("Opt"));
    let shown = |value: String| {
        let pairs = options.iter().flat_map(|options| options.iter::<Array<'_>>());
        let mut pairs = pairs.map(|pair| pair.iter::<PdfString<'_>>().map(|it| decoded(it.as_bytes())).collect());
        let pair = pairs.find(|pair: &Vec<String>| pair.len() == 2 && pair[0] == value);
        pair.and_then(|mut pair| pair.pop()).unwrap_or(value)
    };
    values.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn name(dict: &Dict<'_>, key: &str) -> Option<String> {
    dict.get::<Name<'_>>(key).map(|name| name.as_str().to_owned())
}

fn text(dict: &Dict<'_>, key: &str) -> Option<String> {
    match dict.get::<Object<'_>>(key)? {
        Object::String(text) => Some(decoded(text.as_bytes())),
        Object::Name(name) => Some(name.as_str().to_owned()),
        _ => None,
    }
}

/// A character of PDFDocEncoding: Latin-1 but for these (ISO 32000-2, table D.2).
fn documented(byte: u8) -> char {
    const ODD: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž";
    match byte {
        0x80..=0x9e => ODD.chars().nth(usize::from(byte - 0x80)).unwrap_or(char::from(byte)),
        0xa0 => '€',
        _ => char::from(byte),
    }
}

/// A text string: UTF-16 or UTF-8 with a mark at its head, else PDFDocEncoding.
fn decoded(bytes: &[u8]) -> String {
    let text: String = match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        plain => plain.iter().map(|&byte| documented(byte)).collect(),
    };
    let shown = text.chars().filter(|char| !char.is_control() || char.is_whitespace());
    shown.take(VALUE_CHARS_MAX).collect()
}

fn utf16(bytes: &[u8], order: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
