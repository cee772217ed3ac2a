//! Differences of two texts, as `patch` would read them.

use enhanced_config_core::Redactor;
use enhanced_config_format::unified_diff;
use proptest::prelude::*;

/// The hunks, without the two lines of names; nothing where nothing differs.
fn hunks(old: &str, new: &str) -> String {
    let diff = unified_diff(old, new, "app.yaml", &Redactor::new());
    assert!(diff.is_empty() || diff.starts_with("--- app.yaml\n+++ app.yaml\n@@ "), "{diff}");
    diff.lines().skip(2).map(|line| format!("{line}\n")).collect()
}

/// What `patch` makes of a text whose lines all have an end.
fn patched(old: &str, hunks: &str) -> String {
    let lines: Vec<&str> = old.lines().collect();
    let (mut out, mut at, mut hunks) = (String::new(), 0, hunks.lines().peekable());
    while let Some(header) = hunks.next() {
        let numbers = header.strip_prefix("@@ -").and_then(|rest| rest.strip_suffix(" @@")).unwrap();
        let part = |text: &str| match text.split_once(',') {
            Some((start, count)) => (start.parse::<usize>().unwrap(), count.parse::<usize>().unwrap()),
            None => (text.parse().unwrap(), 1),
        };
        let (before, after) = numbers.split_once(" +").map(|(old, new)| (part(old), part(new))).unwrap();
        // Without a line in it, a part stands behind the line of its number.
        let start = before.0 - usize::from(before.1 > 0);
        lines[at..start].iter().for_each(|line| out.extend([line, "\n"]));
        at = start;
        assert_eq!(out.lines().count(), after.0 - usize::from(after.1 > 0), "{header}");
        let (mut gone, mut come) = (0, 0);
        while let Some(line) = hunks.next_if(|line| !line.starts_with("@@")) {
            let (sign, text) = line.split_at(1);
            if sign != "+" {
                assert_eq!(lines[at], text, "{header}");
                (at, gone) = (at + 1, gone + 1);
            }
            if sign != "-" {
                out.extend([text, "\n"]);
                come += 1;
            }
        }
        assert_eq!((gone, come), (before.1, after.1), "{header}");
    }
    lines[at..].iter().for_each(|line| out.extend([line, "\n"]));
    out
}

fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec!["- a\n", "- b\n", "- c\n", "- d\n"]);
    prop::collection::vec(line, 1..30).prop_map(|lines| format!("list:\n{}", lines.concat()))
}

proptest! {
    #[test]
    fn the_old_text_and_the_difference_make_the_new_one(old in text(), new in text()) {
        prop_assert_eq!(patched(&old, &hunks(&old, &new)), new);
    }
}

#[test]
fn a_block_that_comes_or_goes_is_shown_with_its_own_end() {
    let block = |name: &str| format!("  - name: {name}\n    on: yes\n");
    let with = |names: &[&str]| format!("l:\n{}", names.iter().map(|name| block(name)).collect::<String>());
    let (two, three) = (with(&["a", "c"]), with(&["a", "b", "c"]));
    let expected = |sign: char, header: &str| {
        format!(
            "@@ {header} @@\n l:\n   - name: a\n     on: yes\n{sign}  - name: b\n{sign}    on: yes\n   - name: c\n     on: yes\n"
        )
    };
    assert_eq!(hunks(&two, &three), expected('+', "-1,5 +1,7"));
    assert_eq!(hunks(&three, &two), expected('-', "-1,7 +1,5"));
    // At the end of the text too.
    let (one, two) = (with(&["a"]), with(&["a", "b"]));
    let expected = |sign: char, header: &str| {
        format!("@@ {header} @@\n l:\n   - name: a\n     on: yes\n{sign}  - name: b\n{sign}    on: yes\n")
    };
    assert_eq!(hunks(&one, &two), expected('+', "-1,3 +1,5"));
    assert_eq!(hunks(&two, &one), expected('-', "-1,5 +1,3"));
}

#[test]
fn three_lines_around_a_difference_are_shown_and_near_ones_together() {
    let text = |changed: &[u32]| {
        let line = |at: u32| format!("k{at}: {}\n", if changed.contains(&at) { 'x' } else { 'o' });
        (1..=20).map(line).collect::<String>()
    };
    let headers = |changed: &[u32]| {
        let hunks = hunks(&text(&[]), &text(changed));
        hunks.lines().filter(|line| line.starts_with("@@")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(headers(&[]), [""; 0]);
    assert_eq!(headers(&[10]), ["@@ -7,7 +7,7 @@"]);
    assert_eq!(headers(&[1]), ["@@ -1,4 +1,4 @@"]);
    assert_eq!(headers(&[20]), ["@@ -17,4 +17,4 @@"]);
    assert_eq!(headers(&[5, 12]), ["@@ -2,14 +2,14 @@"]);
    assert_eq!(headers(&[5, 13]), ["@@ -2,7 +2,7 @@", "@@ -10,7 +10,7 @@"]);
}

#[test]
fn what_one_text_calls_secret_is_hidden_in_the_other() {
    let texts = [
        ("password: HUNTER2\nport: 1\n", "pw: HUNTER2\nport: 2\n"),
        ("password: HUNTER2\nport: 1\n", "url: x-HUNTER2-y\nport: 2\n"),
        ("password: me-HUNTER2\nport: 1\n", "name: HUNTER2\nport: 2\n"),
        ("token: {HUNTER2: 1}\nport: 1\n", "list: {HUNTER2: 2}\nport: 2\n"),
    ];
    for (old, new) in texts.iter().flat_map(|(one, other)| [(one, other), (other, one)]) {
        let hunks = hunks(old, new);
        assert!(!hunks.contains("HUNTER2"), "{hunks}");
        assert!(hunks.contains("port: 1\n") && hunks.contains("port: 2\n"), "{hunks}");
    }
}
