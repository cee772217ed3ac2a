use std::ops::Range;

use enhanced_config_core::Redactor;

use super::common_lines::common_lines;
use super::harmless::harmless;
use super::secrets::Secrets;
use super::source::Source;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// What differs between two texts, as `diff -u` shows it; empty when nothing does. `name` is what both are called, and
/// its extension says what format they are in.
///
/// A line that may hold a secret of either text is shown as `(line hidden: it may hold a secret)`, under whatever name
/// the other text has it, and characters that a terminal would obey are replaced.
///
/// ```
/// use enhanced_config_core::Redactor;
/// let diff = enhanced_config_format::unified_diff("a: 1\npassword: x\n", "a: 2\npassword: y\n", "app.yaml", &Redactor::new());
/// assert_eq!(
///     diff,
///     "--- app.yaml\n+++ app.yaml\n@@ -1,2 +1,2 @@\n-a: 1\n-(line hidden: it may hold a secret)\n+a: 2\n+(line hidden: it may hold a secret)\n"
/// );
/// ```
pub fn unified_diff(old: &str, new: &str, name: &str, redactor: &Redactor) -> String {
    let [lines, new_lines]: [Vec<_>; 2] = [old, new].map(|text| text.split_inclusive('\n').collect());
    let [of_old, of_new] = [old, new].map(|text| Secrets::of(text, name, redactor));
    let before = Source::beside(old, name, redactor, Some(&of_new));
    let after = Source::beside(new, name, redactor, Some(&of_old));
    let name = harmless(name);
    let changes = changes(&lines, &new_lines);
    let mut out = String::new();
    for hunk in hunks(&changes) {
        if out.is_empty() {
            out += &format!("--- {name}\n+++ {name}\n");
        }
        out += &header(hunk);
        for change in hunk {
            let (source, texts, at) = match change.sign {
                '-' => (&before, &lines, change.old),
                _ => (&after, &new_lines, change.new),
            };
            // A line of both texts may hold a secret in one of them alone.
            let is_shown = change.sign != ' ' || before.line(change.old).is_some();
            let line = source.line(at).filter(|_| is_shown).map_or_else(|| HIDDEN.to_owned(), shown);
            out += &format!("{}{line}\n", change.sign);
            if texts.get(at).is_some_and(|text| !text.ends_with('\n')) {
                out += "\\ No newline at end of file\n";
            }
        }
    }
    out
}

/// A line of the old text, of the new one, or of both: ` `, `-` or `+`, and how many lines of each come before it.
struct Change {
    sign: char,
    old: usize,
    new: usize,
}

/// Both texts in one; where they differ, the old lines first.
fn changes(lines: &[&str], new_lines: &[&str]) -> Vec<Change> {
    let end = (lines.len(), new_lines.len());
    let (mut changes, mut old, mut new) = (Vec::new(), 0, 0);
    for (x, y) in common_lines(lines, new_lines).into_iter().chain([end]) {
        changes.extend((old..x).map(|old| Change { sign: '-', old, new }));
        changes.extend((new..y).map(|new| Change { sign: '+', old: x, new }));
        if (x, y) != end {
            changes.push(Change { sign: ' ', old: x, new: y });
        }
        (old, new) = (x + 1, y + 1);
    }
    changes
}

/// The parts where the texts differ, with what is around them.
fn hunks(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, _) in changes.iter().enumerate().filter(|(_, change)| change.sign != ' ') {
        let range = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(changes.len());
        match ranges.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = range.end,
            None => ranges.push(range),
        }
    }
    ranges.into_iter().filter_map(|range| changes.get(range))
}

/// `@@ -1,2 +1 @@`: where each text is cut, and how many of its lines there are if not one.
fn header(hunk: &[Change]) -> String {
    let (old, new) = hunk.first().map_or((0, 0), |first| (first.old, first.new));
    let part = |start: usize, other: char| match hunk.iter().filter(|change| change.sign != other).count() {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        lines => format!("{},{lines}", start + 1),
    };
    format!("@@ -{} +{} @@\n", part(old, '+'), part(new, '-'))
}

/// Tabs are harmless, and are what much of JSON is indented with.
fn shown(line: &str) -> String {
    line.split('\t').map(harmless).collect::<Vec<_>>().join("\t")
}

const HIDDEN: &str = "(line hidden: it may hold a secret)";

#[cfg(test)]
mod tests {
    use super::*;

    /// As `diff -u` has it, without the two lines of names.
    fn check(old: &str, new: &str, expected: &str) {
        let diff = unified_diff(old, new, "app.yaml", &Redactor::new());
        let hunks = diff.strip_prefix("--- app.yaml\n+++ app.yaml\n").unwrap_or(&diff);
        assert_eq!(hunks, expected);
    }

    #[test]
    fn a_secret_is_hidden_under_another_name_too() {
        let check = |old: &str, new: &str| {
            for (old, new) in [(old, new), (new, old)] {
                let diff = unified_diff(old, new, "app.yaml", &Redactor::new());
                assert!(!diff.is_empty() && !diff.contains("HUNTER2"), "{diff}");
            }
        };
        check("db: {password: HUNTER2, token: T}\n", "db: {pw: HUNTER2}\nauth:\n  t: T\n");
        check("db:\n  password: HUNTER2\n  port: 1\n", "db:\n  pw: HUNTER2\n  port: 1\n");
        check("password: |\n  a\n  HUNTER2\n  b\n", "pw: |\n  a\n  HUNTER2\n  b\n");
        check("token: {HUNTER2: 1}\n", "t: {HUNTER2: 1}\n");
        // In parts, and as a part.
        check("password: me:HUNTER2\n", "user: me\npw: HUNTER2\n");
        check("password: HUNTER2\n", "login: me:HUNTER2\n");
        let diff = unified_diff("password: 2\nport: 1\n", "pw: 2\nport: 3\n", "app.yaml", &Redactor::new());
        assert!(
            diff.contains("-port: 1\n") && diff.contains("+port: 3\n") && !diff.contains(": 2"),
            "{diff}"
        );
    }

    #[test]
    fn hunks_are_those_of_diff() {
        check("a: 1\n", "a: 1\n", "");
        check("", "a: 1\n", "@@ -0,0 +1 @@\n+a: 1\n");
        check("a: 1\nb: 2\n", "", "@@ -1,2 +0,0 @@\n-a: 1\n-b: 2\n");
        check("a: 1", "a: 2\n", "@@ -1 +1 @@\n-a: 1\n\\ No newline at end of file\n+a: 2\n");
        let numbers = |changed: [u32; 2]| {
            let line = |at| if changed.contains(&at) { format!("x{at}: 0\n") } else { format!("n{at}: 0\n") };
            (1..=20).map(line).collect::<String>()
        };
        let far = "@@ -1,5 +1,5 @@\n n1: 0\n-n2: 0\n+x2: 0\n n3: 0\n n4: 0\n n5: 0\n\
                   @@ -17,4 +17,4 @@\n n17: 0\n n18: 0\n n19: 0\n-n20: 0\n+x20: 0\n";
        check(&numbers([0, 0]), &numbers([2, 20]), far);
        // Six lines between two changes are context of both, and one hunk.
        let near = unified_diff(&numbers([0, 0]), &numbers([2, 9]), "app.yaml", &Redactor::new());
        assert_eq!(near.matches("@@ -").count(), 1);
    }
}
