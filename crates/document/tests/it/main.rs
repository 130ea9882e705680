//! The crate from outside: golden readings, the reading child, hostile files.

mod child;
mod fuzz;
mod golden;
mod hostile;
mod scans;

use sluice_testkit::pdf as make;
