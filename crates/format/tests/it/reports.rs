//! What holds for the problems and warnings of every format.

use enhanced_config_core::{ProblemKind, Problems};
use enhanced_config_format::{Format, ParseOptions, parse};

fn report(format: Format, text: &str) -> Problems {
    match parse(text.as_bytes(), format, "app", &ParseOptions::default()) {
        Ok(parsed) => parsed.warnings,
        Err(problems) => problems,
    }
}

/// `count` lines, made of the line's number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// One problem fewer than `most` and as many are all reported; of one more, that there are more, at the end.
#[track_caller]
fn cut(format: Format, most: usize, text: impl Fn(usize) -> String) {
    assert_eq!(report(format, &text(most)).len(), most);
    let many = report(format, &text(most + 1));
    assert_eq!(many.len(), most + 1);
    assert_eq!(many.iter().last().unwrap().kind, ProblemKind::More { most });
}

#[test]
fn a_list_that_is_cut_says_so_at_its_end() {
    cut(Format::Yaml, 50, |count| lines(count, |at| format!("k{at}: .inf\n")));
    cut(Format::Yaml, 50, |count| lines(count, |at| format!("k{at}: 007\n")));
    cut(Format::Json, 100, |count| format!("{{\"a\": [{} 0]}}", lines(count, |_| "1e400,\n".into())));
    cut(Format::Toml, 100, |count| lines(count, |at| format!("k{at} = 99999999999999999999\n")));
    cut(Format::DotEnv, 20, |count| lines(count, |_| "no value\n".into()));
    // Lines behind a bad one are often part of the same mistake, so every other line counts.
    cut(Format::Toml, 20, |count| lines(count, |at| format!("k{at}: 1\nl{at} = 1\n")));
}

#[test]
fn keys_below_a_secret_are_not_told() {
    let check = |format, text: &str, path: &str| {
        let problems = report(format, text);
        assert_eq!(problems.iter().next().unwrap().path.to_string(), path, "{text}");
        assert!(!problems.to_string().contains("kanarie"), "{problems}");
    };
    check(Format::Yaml, "secret: {kanarie: 007}\n", "secret.***");
    check(Format::Yaml, "secret: {kanarie: 1, kanarie: 2}\n", "secret.***");
    check(Format::Yaml, "secrets: [{kanarie: .inf}]\n", "secrets[0].***");
    check(Format::Yaml, "secret: {kanarie: !no x}\n", "secret.***");
    check(Format::Json, r#"{"secret": {"kanarie": 1, "kanarie": 2}}"#, "secret.***");
    check(Format::Json, r#"{"secret": {"kanarie": {"kanarie": 1e999}}}"#, "secret.***.***");
    check(Format::Toml, "[secret]\nkanarie = 1\nkanarie = 2\n", "secret.***");
}

#[test]
fn other_encodings_are_named_with_and_without_a_mark() {
    let text = "{\"a\": \"\u{e9}\"}";
    let units: Vec<u16> = text.encode_utf16().collect();
    let check = |bytes: Vec<u8>, found: &str| {
        for format in [Format::Json, Format::Jsonc, Format::Yaml, Format::Toml, Format::DotEnv] {
            let problems = parse(&bytes, format, "app", &ParseOptions::default()).unwrap_err();
            let expected = format!("not UTF-8 text: {found} (");
            assert!(problems.to_string().starts_with(&expected), "{format}: {problems}");
        }
    };
    for mark in [&[][..], &[0xfeff]] {
        let units: Vec<u16> = mark.iter().chain(&units).copied().collect();
        check(units.iter().flat_map(|unit| unit.to_le_bytes()).collect(), "UTF-16, little endian");
        check(units.iter().flat_map(|unit| unit.to_be_bytes()).collect(), "UTF-16, big endian");
        let wide = || units.iter().map(|&unit| u32::from(unit));
        check(wide().flat_map(u32::to_le_bytes).collect(), "UTF-32, little endian");
        check(wide().flat_map(u32::to_be_bytes).collect(), "UTF-32, big endian");
    }
}
