/// Whether a text consists of characters that the scanner knows: printable ones [1], less the few that some parsers
/// take for line ends, a byte order mark [3], and a CR [25] without its LF.
///
/// What is left needs no second look: a CR may count as one of the blanks that end a line.
pub(super) fn are_known(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (chunks, rest) = bytes.as_chunks::<32>();
    let all = chunks.iter().enumerate().all(|(number, chunk)| {
        !chunk.iter().fold(false, |found, &byte| found | is_special(byte))
            || are_known_in(bytes, number * 32, chunk.len())
    });
    all && are_known_in(bytes, bytes.len() - rest.len(), rest.len())
}

/// All but printable ASCII, tabs and LF; without branches, for many bytes at once.
#[inline]
fn is_special(byte: u8) -> bool {
    (byte < b' ') & (byte != b'\n') & (byte != b'\t') | (byte > b'~')
}

/// Looks at a part byte by byte.
fn are_known_in(bytes: &[u8], start: usize, length: usize) -> bool {
    let part = bytes.get(start..start + length).unwrap_or_default();
    part.iter().enumerate().all(|(at, &byte)| {
        let behind = || bytes.get(start + at + 1..).unwrap_or_default();
        match byte {
            b'\n' | b'\t' | b' '..=b'~' => true,
            b'\r' => behind().first() == Some(&b'\n'),
            // C1 controls, NEL among them.
            0xc2 => !matches!(behind(), [0x80..=0x9f, ..]),
            // Line and paragraph separator.
            0xe2 => !matches!(behind(), [0x80, 0xa8 | 0xa9, ..]),
            // A byte order mark, and what is no character.
            0xef => !matches!(behind(), [0xbb, 0xbf, ..] | [0xbf, 0xbe | 0xbf, ..]),
            _ => byte >= 0x80,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_characters_are_found_wherever_they_stand() {
        let unknown = [
            '\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{80}', '\u{85}', '\u{9f}', '\u{2028}', '\u{2029}',
            '\u{feff}', '\u{fffe}', '\u{ffff}', '\r',
        ];
        for c in unknown {
            for before in 0..70 {
                let text = format!("{}{c}{}", "a".repeat(before), "b\n".repeat(20));
                assert!(!are_known(&text), "{c:?} behind {before}");
            }
        }
    }

    #[test]
    fn all_others_are_known() {
        let known = "a\tb\r\n~\u{a0}é\u{2027}\u{202a}\u{fefe}\u{fffd}\u{e000}\u{10ffff}日本\r\n";
        for before in 0..70 {
            assert!(are_known(&format!("{}{known}", " ".repeat(before))));
        }
    }
}
