//! The four steps. Each is a function of its input; what repeats them, remembers them or runs them side by side is not
//! their business. Called by `embedded`.

pub mod assemble;
pub mod estimate;
pub mod extract_rows;
pub mod extract_subtree;
pub mod plan;
pub mod read_document;
