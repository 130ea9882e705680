//! The reader against files that a fuzzer spoils: it reads or gives a reason, and never fails by a fault of its own.
//!
//! `docs/decisions/0012-fuzzing.md` says how long it runs, and how to run it longer.

use std::sync::OnceLock;

use sluice_document::{PageSelection, ReadError};
use sluice_extract::code::Code;
use sluice_testkit::{hostile, mutation};

use crate::child::reader;
use crate::make;

/// Small files made to hurt, and ordinary ones with everything that is read of a page.
fn seeds() -> &'static [Vec<u8>] {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let table: String = (0_u8..6)
            .map(|row| {
                let y = f32::from(row).mul_add(-20.0, 700.0);
                make::text("F1", 10, 80.0, y, "Bolts")
                    + &make::text("F1", 10, 300.0, y, "12.50")
                    + &format!("72 {y} m 500 {y} l S ")
            })
            .collect();
        let field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Alice)/Rect[72 500 200 520]/P 3 0 R>>";
        let form = make::page_with(&table, "", "[0 0 612 792]", "/Annots[6 0 R]/Rotate 90")
            .with(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>")
            .with(6, field);
        [vec![make::page(&table).bytes(), form.bytes()], hostile::seeds(20_000)].concat()
    })
}

/// As the product reads: in a child with limits. A fuzzer that counts what is covered needs it in this process.
#[allow(unexpected_cfgs, reason = "what cargo-bolero tells that it counts")]
fn read(bytes: &[u8]) -> Result<(), ReadError> {
    let mut reader = reader();
    reader.limits.memory_bytes_max = 600 << 20;
    reader.limits.seconds_base = 10.0;
    if cfg!(fuzzing) {
        sluice_document::read_here(bytes, &reader.limits, &PageSelection::All).map(drop)
    } else {
        reader.read(bytes, &PageSelection::All).map(drop)
    }
}

#[test]
fn fuzz_reader() {
    bolero::check!().with_max_len(64).with_type::<Vec<u8>>().for_each(|recipe| {
        if let Err(error) = read(&mutation::spoiled(seeds(), recipe)) {
            assert_ne!(error.code, Code::Internal, "{error}");
            // This is what is said of a child that broke down: a panic out of its bounds, or a stack that overflowed.
            assert!(!error.message.contains("broke down"), "{error}");
        }
    });
}
