//! Files spoiled as a few bytes say: what a fuzzer without knowledge of a format needs to get past its head.
//!
//! The same recipe gives the same file. Called by fuzz targets.

/// Pieces that change what is around them.
const PIECES: [&[u8]; 28] = [
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"{",
    b"}",
    b" obj\n",
    b"endobj\n",
    b"stream\n",
    b"endstream",
    b" 0 R",
    b"/Kids",
    b"/Length",
    b"/Filter/FlateDecode",
    b"/Parent",
    b" Do ",
    b" Tj ",
    b" cm ",
    b"q ",
    b"-1",
    b"0",
    b"4294967295",
    b"9999999999999999999",
    b"1e308",
    b"\0",
    b"\xff\xff\xff\xff",
];

/// Longest file that is made.
const BYTES_MAX: usize = 200_000;

/// One of the seeds, changed by what the recipe says. An empty recipe gives the first seed as it is.
#[must_use]
pub fn spoiled(seeds: &[Vec<u8>], recipe: &[u8]) -> Vec<u8> {
    let mut recipe = Recipe(recipe);
    let mut bytes = pick(seeds, &mut recipe).cloned().unwrap_or_default();
    while !recipe.0.is_empty() && bytes.len() < BYTES_MAX {
        change(&mut bytes, seeds, &mut recipe);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], recipe: &mut Recipe<'_>) {
    let kind = recipe.byte() % 8;
    let from = recipe.below(bytes.len() + 1);
    let to = (from + recipe.below(64)).min(bytes.len());
    match kind {
        0 => bytes.truncate(from),
        1 => drop(bytes.drain(from..to)),
        2 => drop(bytes.splice(from..from, bytes[from..to].repeat(usize::from(recipe.byte())))),
        3 => drop(bytes.splice(from..to, PIECES[recipe.below(PIECES.len())].iter().copied())),
        4 => drop(bytes.splice(from..from, PIECES[recipe.below(PIECES.len())].iter().copied())),
        5 => bytes.iter_mut().skip(from).take(1).for_each(|byte| *byte ^= 1 << (recipe.byte() % 8)),
        6 => digits(bytes, from, recipe),
        _ => {
            let other = pick(seeds, recipe).map(Vec::as_slice).unwrap_or_default();
            let start = recipe.below(other.len() + 1);
            let end = (start + recipe.below(4_096)).min(other.len());
            bytes.splice(from..to, other[start..end].iter().copied());
        }
    }
}

/// The next number after a place becomes another one.
fn digits(bytes: &mut Vec<u8>, from: usize, recipe: &mut Recipe<'_>) {
    let Some(start) = bytes.iter().skip(from).position(u8::is_ascii_digit).map(|at| at + from) else { return };
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = match recipe.byte() % 6 {
        0 => "0".to_owned(),
        1 => "-1".to_owned(),
        2 => u32::MAX.to_string(),
        3 => u64::MAX.to_string(),
        _ => recipe.below(300).to_string(),
    };
    bytes.splice(start..start + length, number.into_bytes());
}

fn pick<'a>(seeds: &'a [Vec<u8>], recipe: &mut Recipe<'_>) -> Option<&'a Vec<u8>> {
    seeds.get(recipe.below(seeds.len()))
}

/// What is left to be read of a recipe; zeros after its end.
struct Recipe<'a>(&'a [u8]);

impl Recipe<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below this one; 0 where there is none.
    fn below(&mut self, end: usize) -> usize {
        let number = u32::from_le_bytes([self.byte(), self.byte(), self.byte(), 0]) as usize;
        number.checked_rem(end).unwrap_or(0)
    }
}
