//! The crate from outside: golden readings, the reading child, hostile files.

mod child;
mod golden;
mod hostile;
mod make;
mod scans;
