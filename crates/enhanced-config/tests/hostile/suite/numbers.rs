//! Numbers at and beyond what there is.

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    type Text = fn(&str) -> String;
    let formats: [(&str, Text); 3] = [
        ("app.yaml", |number| format!("x: y\na: {number}\n")),
        ("app.json", |number| format!("{{\"x\": 1,\n \"a\": {number}}}")),
        ("app.toml", |number| format!("x = 1\na = {number}\n")),
    ];
    let in_all = [
        ("beyond u64", "18446744073709551616"),
        ("below i64", "-9223372036854775809"),
        ("40 digits", "1234567890123456789012345678901234567890"),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("1e99999999999", "1e99999999999"),
    ];
    let mut cases = Vec::new();
    for (file, text) in formats {
        for (name, number) in in_all {
            cases.push(Case::text("numbers", format!("{name}, {file}"), file, text(number)));
        }
        let digits = "9".repeat(1_000_000);
        cases.push(Case::text("numbers", format!("a million digits, {file}"), file, text(&digits)));
        cases.push(
            Case::text("numbers", format!("a million decimals, {file}"), file, text(&format!("0.{digits}")))
                .loads(),
        );
        for (name, number) in [
            ("the largest i64", "9223372036854775807"),
            ("the least i64", "-9223372036854775808"),
            ("1e-400", "1e-400"),
        ] {
            cases.push(Case::text("numbers", format!("{name}, {file}"), file, text(number)).loads());
        }
    }
    let of_one = [
        (".inf", "app.yaml", "a: .inf\n"),
        (".nan", "app.yaml", "a: .NaN\n"),
        ("0x with 17 digits", "app.yaml", "a: 0x1ffffffffffffffff\n"),
        ("NaN", "app.json", "{\"a\": NaN}"),
        ("a leading zero", "app.json", "{\"a\": 007}"),
        ("a plus", "app.json", "{\"a\": +1}"),
        ("no digit after the point", "app.json", "{\"a\": 1.}"),
        ("inf", "app.toml", "a = inf\n"),
        ("nan", "app.toml", "a = nan\n"),
        (
            "0b with 65 digits",
            "app.toml",
            "a = 0b11111111111111111111111111111111111111111111111111111111111111111\n",
        ),
        ("a day that there is not", "app.toml", "a = 2026-02-30\n"),
        ("an hour that there is not", "app.toml", "a = 25:00:00\n"),
    ];
    cases.extend(
        of_one.map(|(name, file, text)| Case::text("numbers", format!("{name}, {file}"), file, text)),
    );
    cases
}
