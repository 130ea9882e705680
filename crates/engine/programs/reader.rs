//! The reading child alone, for this crate's own tests. The command line starts the same worker as a hidden command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sluice_document::worker::main()
}
