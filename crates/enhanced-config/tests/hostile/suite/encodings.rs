//! Bytes that are not the text they seem to be.

use super::case::Case;

const FORMATS: [(&str, &str, &str); 3] = [
    ("YAML", "app.yaml", "a: 1\nb: x\n"),
    ("JSON", "app.json", "{\"a\": 1,\n \"b\": \"x\"}\n"),
    ("TOML", "app.toml", "a = 1\nb = 'x'\n"),
];

pub(crate) fn cases() -> Vec<Case> {
    FORMATS.into_iter().flat_map(of_format).chain(of_one_format()).collect()
}

fn of_format((format, file, text): (&str, &'static str, &str)) -> Vec<Case> {
    let case = |name: &str, bytes: Vec<u8>| Case::text("encodings", format!("{format}: {name}"), file, bytes);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let with = |what: &[u8]| {
        let (start, end) = text.split_at(text.find('x').unwrap());
        [start.as_bytes(), what, end.as_bytes()].concat()
    };
    vec![
        case("UTF-16, little end first", [vec![0xff, 0xfe], utf16(u16::to_le_bytes)].concat())
            .refused_whole("UTF-16"),
        case("UTF-16, big end first", [vec![0xfe, 0xff], utf16(u16::to_be_bytes)].concat())
            .refused_whole("UTF-16"),
        case("UTF-16 without a mark", utf16(u16::to_le_bytes)),
        case("UTF-32", text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
        case("Latin-1", with(b"gr\xfc\xdfe")).refused("UTF-8"),
        case("the start of a character at the end", [text.as_bytes(), b"\xe2\x82"].concat()).refused("UTF-8"),
        case("an overlong slash", with(b"\xc0\xaf")).refused("UTF-8"),
        case("half of a pair, in UTF-8", with(b"\xed\xa0\x80")).refused("UTF-8"),
        case("a byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()).loads(),
        case("NUL", with(b"\0")),
        case("a bell", with(b"\x07")),
        case("an escape sequence of a terminal", with(b"\x1b[31m")),
        case("lines that end in CR LF", text.replace('\n', "\r\n").into_bytes()).loads(),
        case("NUL alone", vec![0; 100_000]),
        case("random bytes", (0..10_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect()),
        case("nothing", Vec::new()).refused_whole("empty"),
        case("blanks alone", b" \n\n ".to_vec()).refused_whole("empty"),
    ]
}

fn of_one_format() -> Vec<Case> {
    let case = |name: &str, file, text: &str| Case::text("encodings", name, file, text);
    vec![
        case("YAML: two byte order marks", "app.yaml", "\u{feff}\u{feff}a: 1\n").loads(),
        case("YAML: a byte order mark in the middle", "app.yaml", "a: 1\n\u{feff}b: 1\n"),
        case("JSON: two byte order marks", "app.json", "\u{feff}\u{feff}{\"a\": 1}"),
        case("TOML: two byte order marks", "app.toml", "\u{feff}\u{feff}a = 1\n"),
        case("JSON: half of a pair, escaped", "app.json", "{\"a\": \"\\ud800\"}"),
        case("JSON: the halves of a pair in the wrong order", "app.json", "{\"a\": \"\\udc00\\ud800\"}"),
        case("JSON: an escape that there is not", "app.json", "{\"a\": \"\\x41\"}"),
        case("JSON: a line break in a text", "app.json", "{\"a\": \"\n\"}"),
        case("YAML: an escape beyond Unicode", "app.yaml", "a: \"\\U00110000\"\n"),
        case("TOML: an escape beyond Unicode", "app.toml", "a = \"\\U00110000\"\n"),
        case("YAML: a comment alone", "app.yaml", "# a: 1\n").refused_whole("empty"),
        case("YAML: null", "app.yaml", "~\n").refused("empty"),
        case("JSON: a text", "app.json", "\"a\"").refused("found"),
        case("YAML: HTML", "app.yaml", "<!DOCTYPE html>\n<html><head></head></html>\n"),
        case("JSON: HTML", "app.json", "<!DOCTYPE html>\n<html><head></head></html>\n"),
        case("YAML: a conflict of git", "app.yaml", "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n"),
        case("YAML: a template", "app.yaml", "a: {{ .Values.a }}\n"),
    ]
}
