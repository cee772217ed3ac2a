//! What a program reads while it runs: values that change all at once.
//!
//! A [`Board`] shows one value, and any number of types read from it. [`Prepared`] is the next one, read completely
//! before anybody sees it; showing it, or taking it back, is one atomic store for all handles together.

mod board;
mod edition;
mod handle;
mod reader;
mod section;

pub use board::{Board, Prepared};
pub use handle::{Guard, Live};
pub use reader::Reader;
pub use section::{Section, SectionGuard};
