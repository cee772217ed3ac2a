use std::fmt::Write;

use zlib_rs::crc32::crc32;

/// Room for what comes around it, among it the name of a temporary file, in the 255 bytes that a name may have.
const MOST: usize = 160;

/// The file of the configuration `name`: `last-good.app.bin`.
///
/// Different names have different files, on file systems that take `App` for `app` too: everything but small letters,
/// digits, `_`, `-` and dots is written as `%41`. What would become too long ends in its checksum; two such names can
/// share a file, which says itself whose it is.
pub(super) fn file_name(name: &str) -> String {
    let mut safe = String::new();
    for byte in name.bytes() {
        // Writing to a string cannot fail.
        let _ = match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' => write!(safe, "{}", char::from(byte)),
            _ => write!(safe, "%{byte:02x}"),
        };
    }
    if safe.len() > MOST {
        safe.truncate(MOST);
        let _ = write!(safe, "~{:08x}", crc32(0, name.as_bytes()));
    }
    format!("last-good.{safe}.bin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_names_stay_readable_and_others_are_harmless() {
        let check = |name, expected| assert_eq!(file_name(name), expected);
        check("app", "last-good.app.bin");
        check("billing-api.v2", "last-good.billing-api.v2.bin");
        check("App", "last-good.%41pp.bin");
        check("", "last-good..bin");
        check("..", "last-good....bin");
        check("../../etc/passwd", "last-good...%2f..%2fetc%2fpasswd.bin");
        check("a\\b:c*\0\n", "last-good.a%5cb%3ac%2a%00%0a.bin");
        check("größe", "last-good.gr%c3%b6%c3%9fe.bin");
        check("con", "last-good.con.bin");
    }

    proptest! {
        #[test]
        fn different_names_have_different_files(a in "[aA%./~4é]{0,40}", b in "[aA%./~4é]{0,40}") {
            let (one, other) = (file_name(&a), file_name(&b));
            prop_assert_eq!(a == b, one.eq_ignore_ascii_case(&other));
        }

        #[test]
        fn every_name_has_a_short_and_safe_file(name in any::<String>(), times in 1..100usize) {
            let file = file_name(&name.repeat(times));
            prop_assert!(file.len() < 200);
            prop_assert!(file.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/'));
        }
    }
}
