//! Who is who: each address block is somebody's, and so are the name and the numbers beside it.
//!
//! A block belongs to the role that its label or the heading above it says; a block nobody introduces is the sender's
//! when it stands like a letterhead. Adds claims to what labels claim; called once per solution.

use sluice_extract::page::Rect;

use super::address::{Block, blocks};
use super::candidate::{Printed, Thing};
use super::claim::{Claim, Reading};
use super::lexicon::Lexicon;
use super::query::{LabelText, Query};
use super::slot::{Slot, Want};
use super::text::fold;
use super::value::{fits, of_thing};

/// A role that the schema asks for: `seller`, `buyer`, or the name of an object that holds an address.
struct Role {
    key: String,
    query: Query,
    /// It is the one who issued the document, whom no label introduces.
    issuer: bool,
    slots: Vec<usize>,
}

/// Concepts of the one who issues a document.
pub(crate) const ISSUERS: [&str; 6] = ["seller", "store", "company", "sender", "payee", "landlord"];
/// Concepts that stand for somebody in a flat name (`buyer_city`).
pub(crate) const ROLES: [&str; 19] = [
    "seller",
    "buyer",
    "store",
    "company",
    "sender",
    "receiver",
    "payee",
    "carrier",
    "transport",
    "load",
    "unload",
    "shipping",
    "delivery",
    "landlord",
    "tenant",
    "policyholder",
    "employee",
    "patient",
    "agent",
];
/// Score of a block that a label introduces.
const LABELLED: f32 = 0.84;
/// Score of a block that is taken for the issuer's by where it stands.
const LETTERHEAD: f32 = 0.6;
/// What a line of the address itself is better than a label elsewhere.
const CARE: f32 = 0.25;
/// The role of a block whose label says somebody the schema does not ask for.
const SOMEBODY_ELSE: usize = usize::MAX;
/// A label says a role at least this well.
const SAYS: f32 = 0.6;

/// The claims that blocks make for slots: position of the slot, claim.
pub(crate) fn claims(reading: &Reading<'_>, slots: &[Slot<'_>]) -> Vec<(usize, Claim)> {
    let roles = roles(slots);
    if roles.is_empty() {
        return Vec::new();
    }
    let blocks = blocks(reading.layout);
    let owners: Vec<Option<(usize, f32, String)>> = owners(reading, &roles, &blocks);
    let mut claims = Vec::new();
    for (block, owner) in blocks.iter().zip(&owners) {
        let Some((role, score, why)) = owner else { continue };
        let Some(role) = roles.get(*role) else { continue };
        for &index in &role.slots {
            let Some(slot) = slots.get(index) else { continue };
            claims.extend(claim(reading, slot, block, *score, why).map(|claim| (index, claim)));
        }
    }
    claims
}

/// The roles of a schema: slots that want a name, an address or a part of one, by whom they belong to.
fn roles(slots: &[Slot<'_>]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for (index, slot) in slots.iter().enumerate() {
        let wanted =
            matches!(slot.want, Want::Name | Want::Address | Want::Part(_) | Want::Phone | Want::Email | Want::VatId)
                || is_care(slot);
        // Who signs for a party is somebody in its house.
        let wanted = wanted && !slot.query.means("sign");
        let Some((key, query)) = wanted.then(|| role_of(slot)).flatten() else { continue };
        let issuer = ISSUERS.iter().any(|concept| query.means(concept));
        match roles.iter_mut().find(|role| role.key == key) {
            Some(role) => role.slots.push(index),
            None => roles.push(Role { key, query, issuer, slots: vec![index] }),
        }
    }
    if let [only] = roles.as_mut_slice() {
        // `company`, `address`: where one party is asked for, what says nobody's is its own.
        let own = |(index, slot): (usize, &Slot<'_>)| is_nobodys(slot).then_some(index);
        only.slots.extend(slots.iter().enumerate().filter_map(own).filter(|_| only.issuer));
    }
    roles
}

/// A whole address at the root of a schema that says nobody's name.
fn is_nobodys(slot: &Slot<'_>) -> bool {
    slot.want == Want::Address && slot.path.len() == 1 && role_of(slot).is_none()
}

/// The role's key and its query: a concept of the names on the path, else the nearest parent.
fn role_of(slot: &Slot<'_>) -> Option<(String, Query)> {
    let said = slot.query.scope.iter().chain(&slot.query.name);
    let concept = said.flat_map(|reading| reading.iter()).find(|concept| ROLES.contains(&concept.as_str()));
    if let Some(concept) = concept {
        return Some((concept.clone(), Query::of_names(&[concept])));
    }
    let (_, parents) = slot.path.split_last()?;
    let parent = parents.iter().rev().find(|parent| !fold(parent).contains("address"))?;
    Some(((*parent).to_owned(), Query::of_names(&[parent])))
}

/// For each block the role it belongs to, how surely, and why.
fn owners(reading: &Reading<'_>, roles: &[Role], blocks: &[Block]) -> Vec<Option<(usize, f32, String)>> {
    let mut owners: Vec<_> = blocks.iter().map(|block| introduced(reading, roles, block)).collect();
    let issuer = roles.iter().position(|role| role.issuer);
    let others = roles.iter().position(|role| !role.issuer);
    let named =
        |owners: &[Option<(usize, f32, String)>], role: usize| owners.iter().flatten().any(|owner| owner.0 == role);
    if let Some(issuer) = issuer.filter(|&issuer| !named(&owners, issuer)) {
        let free: Vec<usize> = (0..blocks.len()).filter(|&index| owners[index].is_none()).collect();
        let best = free.into_iter().map(|index| (letterhead(reading, blocks, index), index));
        if let Some((score, index)) =
            best.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).filter(|best| best.0 > 0.0)
        {
            owners[index] = Some((issuer, LETTERHEAD + 0.1 * score, "stands like the sender's own address".to_owned()));
        }
    }
    if let Some(other) = others.filter(|&other| !named(&owners, other) && issuer.is_some()) {
        let free = (0..blocks.len()).filter(|&index| owners[index].is_none() && in_window(reading, &blocks[index]));
        if let Some(index) = free.min() {
            owners[index] = Some((other, LETTERHEAD, "stands where a letter's addressee stands".to_owned()));
        }
    }
    owners
}

/// The role that a label beside or above a block says.
fn introduced(reading: &Reading<'_>, roles: &[Role], block: &Block) -> Option<(usize, f32, String)> {
    let layout = reading.layout;
    let own = block.label.as_ref().map(|label| reading.printed(label));
    if let Some((label, (role, score))) = own.and_then(|label| Some((label, said(roles, label)?))) {
        return Some((role, LABELLED * score, format!("after \"{}\"", label.trim())));
    }
    let top = layout.segments.get(*block.lines.first()?)?;
    let height = top.rect.height().max(5.0);
    let above = layout.on_page(top.page).iter().rev().filter(|segment| {
        let up = top.rect.y0 - segment.rect.y1;
        let near = up > -0.5 * height && up < 9.0 * height && segment.row < top.row;
        let left = segment.row == top.row && segment.rect.x1 <= top.rect.x0 + 1.0;
        let column = segment.rect.overlap_x(&top.rect) > 0.0 || (segment.rect.x0 - top.rect.x0).abs() < 2.0 * height;
        near && column || left
    });
    let mut edge = top.rect.y0;
    for segment in above {
        if edge - segment.rect.y1 > 3.5 * height {
            break;
        }
        edge = edge.min(segment.rect.y0);
        let text = segment.text.split(": ").next().unwrap_or(&segment.text);
        let short = text.split(' ').count() <= 6;
        if let Some((role, score)) = short.then(|| said(roles, text)).flatten() {
            return Some((role, LABELLED * score, format!("under \"{}\"", text.trim_end_matches(':'))));
        }
    }
    None
}

/// The role that a text says best.
fn said(roles: &[Role], text: &str) -> Option<(usize, f32)> {
    let label = LabelText::of(text);
    let printed = Lexicon::shared().roles_printed(&label.folded);
    let score = |role: &Role| {
        let phrase = if printed.iter().any(|printed| *printed == role.key) { 1.0 } else { 0.0 };
        role.query.similarity(&label).max(phrase)
    };
    let best = roles.iter().enumerate().map(|(index, role)| (index, score(role)));
    let best = best.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).filter(|best| best.1 >= SAYS);
    best.or_else(|| (!printed.is_empty()).then_some((SOMEBODY_ELSE, 1.0)))
}

/// How much a block looks like the issuer's own, above 0 where it may be.
fn letterhead(reading: &Reading<'_>, blocks: &[Block], index: usize) -> f32 {
    let Some(block) = blocks.get(index) else { return 0.0 };
    let layout = reading.layout;
    let Some(top) = block.lines.first().and_then(|&line| layout.segments.get(line)) else { return 0.0 };
    let Some(page) = layout.page_of(top) else { return 0.0 };
    let height = page.height.max(1.0);
    let place = top.rect.y0 / height;
    let code = |block: &Block| {
        block
            .parts
            .iter()
            .find(|(part, _)| *part == super::slot::Part::Postal)
            .map(|(_, at)| reading.printed(at).to_owned())
    };
    let repeated = blocks.iter().filter(|other| code(other) == code(block)).count() > 1;
    let area = Rect {
        x0: top.rect.x0 - 20.0,
        x1: top.rect.x1.max(top.rect.x0 + 120.0),
        y0: top.rect.y0 - 20.0,
        y1: top.rect.y0 + 110.0,
    };
    let contact = reading.candidates.all.iter().any(|candidate| {
        let Thing::Identifier(_) = candidate.thing else { return false };
        let segment = layout.segments.get(candidate.at.segment);
        segment.is_some_and(|segment| {
            segment.page == top.page
                && area.contains(segment.rect.x0.max(area.x0), segment.rect.center_y())
                && segment.rect.overlap_x(&area) > 0.0
        })
    });
    let edge = if !(0.22..0.85).contains(&place) { 0.3 } else { 0.0 };
    let first = if top.page == 0 { 0.2 } else { 0.0 };
    let centred = is_centred(reading, block);
    let window = if in_window(reading, block) && !contact && !centred { -0.5 } else { 0.0 };
    edge + first + window + if contact { 0.5 } else { 0.0 } + if repeated { 0.4 } else { 0.0 }
}

/// Are the lines of a block set around the middle of the page's text, as letterheads and tills do and addressees never?
fn is_centred(reading: &Reading<'_>, block: &Block) -> bool {
    /// Share of the text's width.
    const OFF_MAX: f32 = 0.06;
    let layout = reading.layout;
    let lines: Vec<_> = block.lines.iter().filter_map(|&line| layout.segments.get(line)).collect();
    let Some(page) = lines.first().map(|line| line.page) else { return false };
    let Some(text) = Rect::around(layout.on_page(page).iter().map(|segment| &segment.rect)) else { return false };
    let off = |rect: &Rect| (rect.center_x() - text.center_x()).abs();
    let ragged = lines.iter().any(|line| (line.rect.x0 - lines[0].rect.x0).abs() > line.rect.height());
    lines.len() > 1 && ragged && lines.iter().all(|line| off(&line.rect) < OFF_MAX * text.width())
}

/// Does a block stand where the window of an envelope is?
fn in_window(reading: &Reading<'_>, block: &Block) -> bool {
    let Some(top) = block.lines.first().and_then(|&line| reading.layout.segments.get(line)) else { return false };
    let Some(page) = reading.layout.page_of(top) else { return false };
    top.page == 0 && block.lines.len() > 1 && (0.07..0.4).contains(&(top.rect.y0 / page.height.max(1.0)))
}

/// What a block gives to one slot of its role.
fn claim(reading: &Reading<'_>, slot: &Slot<'_>, block: &Block, score: f32, why: &str) -> Option<Claim> {
    let places: Vec<Printed> = match &slot.want {
        _ if is_care(slot) => care(reading, block).into_iter().collect(),
        Want::Name => block.name.iter().cloned().collect(),
        Want::Address => block.whole.clone(),
        Want::Part(wanted) => block.parts.iter().filter(|(part, _)| part == wanted).map(|(_, at)| at.clone()).collect(),
        Want::Phone | Want::Email | Want::VatId => return beside(reading, slot, block, score, why),
        _ => Vec::new(),
    };
    let texts: Vec<&str> = places.iter().map(|at| reading.printed(at).trim_end_matches(',')).collect();
    let value = serde_json::json!(texts.join(", "));
    if texts.is_empty() || !fits(slot.node, &value) {
        return None;
    }
    let score = if is_care(slot) { score + CARE } else { score };
    Some(Claim { places, value, score, why: format!("{why}, in an address") })
}

/// Asks for the line of an address that says to whom it goes within the house.
fn is_care(slot: &Slot<'_>) -> bool {
    let concepts = ["contact", "department"];
    let told = slot.query.extra.iter().flatten().any(|concept| concepts.contains(&concept.as_str()));
    let named = concepts.iter().any(|concept| slot.query.is_named(concept));
    let wanted = matches!(slot.want, Want::Name | Want::Text);
    wanted && !slot.query.scope.is_empty() && (named || told && !slot.query.is_named("name"))
}

fn care(reading: &Reading<'_>, block: &Block) -> Option<Printed> {
    let segment = block.care?;
    let text = &reading.layout.segments.get(segment)?.text;
    Some(Printed { segment, bytes: 0..text.trim_end().len() })
}

/// An identifier in the lines under a block.
fn beside(reading: &Reading<'_>, slot: &Slot<'_>, block: &Block, score: f32, why: &str) -> Option<Claim> {
    let layout = reading.layout;
    let last = layout.segments.get(*block.lines.last()?)?;
    let height = last.rect.height().max(5.0);
    let under = |at: &Printed| {
        let segment = layout.segments.get(at.segment)?;
        let down = segment.rect.y0 - last.rect.y1;
        let column = segment.rect.overlap_x(&last.rect) > 0.0 || (segment.rect.x0 - last.rect.x0).abs() < 2.0 * height;
        (segment.page == last.page && down > -height && down < 7.0 * height && column).then_some(down)
    };
    let near = reading.candidates.all.iter().filter_map(|candidate| {
        let down = under(&candidate.at)?;
        let value = of_thing(slot, &candidate.thing, reading.printed(&candidate.at), reading.candidates)?;
        Some((down, &candidate.at, value))
    });
    let (_, at, value) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Claim { places: vec![at.clone()], value, score: score - 0.1, why: format!("{why}, below the address") })
}
