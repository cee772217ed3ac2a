//! Text that is shown to people: no character of it is obeyed by a terminal.

use std::fmt::{self, Write as _};

/// Writes a text without characters that a terminal obeys: they are shown as `\u{1b}`.
pub(crate) fn write_harmless(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if !text.contains(is_harmful) {
        return f.write_str(text);
    }
    text.chars().try_for_each(|c| write_harmless_char(f, c))
}

pub(crate) fn write_harmless_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    if is_harmful(c) { write!(f, "\\u{{{:x}}}", u32::from(c)) } else { f.write_char(c) }
}

/// Control characters, and those that hide or turn round what stands beside them.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
