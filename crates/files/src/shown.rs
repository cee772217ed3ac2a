use std::fmt::{self, Write as _};
use std::path::Path;

/// A path as an error message prints it: control characters and the marks that turn the direction of writing around
/// are escaped, so that a file name cannot rewrite the terminal; bytes that are not UTF-8 appear as `\xFF`.
pub(crate) fn shown(path: &Path) -> Shown<'_> {
    Shown(path.as_os_str().as_encoded_bytes())
}

pub(crate) struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("(empty path)");
        }
        for chunk in self.0.utf8_chunks() {
            for char in chunk.valid().chars() {
                if misleads(char) { write!(f, "{}", char.escape_default())? } else { f.write_char(char)? }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Whether a terminal shows something else than what is there. The explicit direction marks are those of "Trojan
/// Source", CVE-2021-42574.
pub fn misleads(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str) {
        assert_eq!(shown(Path::new(path)).to_string(), expected);
    }

    #[test]
    fn prints_what_is_harmless_and_escapes_the_rest() {
        check("conf.d/10-a b.yaml", "conf.d/10-a b.yaml");
        check(r"it's \ 日本.yaml", r"it's \ 日本.yaml");
        check("e\u{301}.yaml", "e\u{301}.yaml");
        check("a\n\u{1b}[31m\u{202e}b", r"a\n\u{1b}[31m\u{202e}b");
        check("", "(empty path)");
    }

    #[cfg(unix)]
    #[test]
    fn prints_bytes_that_are_not_utf_8() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"caf\xe9.yaml"));
        assert_eq!(shown(path).to_string(), r"caf\xE9.yaml");
    }
}
