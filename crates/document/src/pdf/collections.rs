//! Characters of fonts that do not say them but whose codes number a collection: Adobe's for Japanese, Chinese, Korean.
//!
//! The engine looks there only for fonts that are not embedded. Built at most once for a file, when a page has
//! characters that cannot be told otherwise. Never guesses: where two fonts of one name disagree, neither is taken.
//! Called by `pdf`, asked by `unicode`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};

/// Fonts of one file that are looked at.
const FONTS_MAX: usize = 10_000;

/// By name of the font, without the mark of a subset.
#[derive(Default)]
pub(super) struct Collections(HashMap<String, Option<Rc<Numbered>>>);

/// From codes to numbers in a collection, and from there to characters.
struct Numbered {
    encoding: Vec<u8>,
    family: CidFamily,
    numbers: CMap,
    characters: Rc<CMap>,
}

impl Collections {
    /// The fonts of a file that have no table of characters of their own.
    pub(super) fn of(pdf: &Pdf) -> Self {
        let mut loaded = HashMap::new();
        let mut fonts = HashMap::new();
        let composite = pdf.objects().into_iter().filter_map(|object| match object {
            Object::Dict(dict) if name(&dict, "Subtype").as_deref() == Some(b"Type0") => Some(dict),
            _ => None,
        });
        for font in composite.filter(|font| !font.contains_key("ToUnicode")).take(FONTS_MAX) {
            let Some(called) = name(&font, "BaseFont") else { continue };
            let called = without_subset(&String::from_utf8_lossy(&called)).to_owned();
            let Some(numbered) = numbered(&font, &mut loaded) else { continue };
            match fonts.entry(called) {
                Entry::Vacant(place) => {
                    place.insert(Some(Rc::new(numbered)));
                }
                Entry::Occupied(mut place) => {
                    if !place.get().as_deref().is_some_and(|other| other.agrees_with(&numbered)) {
                        place.insert(None);
                    }
                }
            }
        }
        Self(fonts)
    }

    /// Is there no font that numbers a collection?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a code of a font stands for.
    pub(super) fn characters(&self, font: &str, code: u32) -> Option<String> {
        let numbered = self.0.get(font)?.as_deref()?;
        let number = (1..=4).find_map(|length| numbered.numbers.lookup_cid_code(code, length))?;
        match numbered.characters.lookup_bf_string(number)? {
            BfString::Char(char) => Some(char.to_string()),
            BfString::String(text) => Some(text),
        }
    }
}

impl Numbered {
    /// Written across and written down are the same characters.
    fn agrees_with(&self, other: &Self) -> bool {
        let base = |name: &[u8]| name.strip_suffix(b"-H").or(name.strip_suffix(b"-V")).unwrap_or(name).to_vec();
        self.family == other.family && !self.encoding.is_empty() && base(&self.encoding) == base(&other.encoding)
    }
}

fn numbered(font: &Dict<'_>, loaded: &mut HashMap<CidFamily, Option<Rc<CMap>>>) -> Option<Numbered> {
    let descendant = font.get::<Array<'_>>("DescendantFonts")?.iter::<Dict<'_>>().next()?;
    let info = descendant.get::<Dict<'_>>("CIDSystemInfo")?;
    let (registry, ordering) = (info.get::<PdfString<'_>>("Registry")?, info.get::<PdfString<'_>>("Ordering")?);
    let family = CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes());
    let characters = loaded.entry(family.clone()).or_insert_with(|| Some(Rc::new(predefined(family.ucs2_cmap()?)?)));
    let characters = characters.clone()?;
    let (encoding, numbers) = match font.get::<Object<'_>>("Encoding")? {
        Object::Name(name) => (name.to_vec(), predefined(CMapName::from_bytes(&name))?),
        Object::Stream(stream) => (vec![], of_stream(&stream)?),
        _ => return None,
    };
    Some(Numbered { encoding, family, numbers, characters })
}

fn predefined(name: CMapName<'_>) -> Option<CMap> {
    match name {
        CMapName::IdentityH => Some(CMap::identity_h()),
        CMapName::IdentityV => Some(CMap::identity_v()),
        name => CMap::parse(load_embedded(name)?, load_embedded),
    }
}

fn of_stream(stream: &Stream<'_>) -> Option<CMap> {
    CMap::parse(&stream.decoded().ok()?, load_embedded)
}

fn name(dict: &Dict<'_>, key: &str) -> Option<Vec<u8>> {
    Some(dict.get::<Name<'_>>(key)?.to_vec())
}

/// `ABCDEF+Name` without the six letters that tell one subset from another, as the engine has it.
fn without_subset(name: &str) -> &str {
    match name.split_once('+') {
        Some((mark, rest)) if mark.len() == 6 => rest,
        _ => name,
    }
}
