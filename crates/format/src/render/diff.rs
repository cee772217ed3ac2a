use std::time::Duration;

use enhanced_config_core::Redactor;
use similar::{ChangeTag, TextDiff};

use super::harmless::harmless;
use super::source::Source;

/// Two long texts that have nothing in common would be compared for minutes; after this the rest is all different.
const LONGEST: Duration = Duration::from_secs(1);

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// What differs between two texts, as `diff -u` shows it; empty when nothing does. `name` is what both are called, and
/// its extension says what format they are in.
///
/// A line that may hold a secret is shown as `(line hidden: it may hold a secret)`, and characters that a terminal would
/// obey are replaced.
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
    let diff = TextDiff::configure().timeout(LONGEST).diff_slices(&lines, &new_lines);
    let (before, after) = (Source::new(old, name, redactor), Source::new(new, name, redactor));
    let name = harmless(name);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if out.is_empty() {
            out += &format!("--- {name}\n+++ {name}\n");
        }
        out += &format!("{}\n", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, source, at) = match change.tag() {
                ChangeTag::Delete => ('-', &before, change.old_index()),
                ChangeTag::Insert => ('+', &after, change.new_index()),
                ChangeTag::Equal => (' ', &after, change.new_index()),
            };
            let line = at.and_then(|at| source.line(at)).map_or_else(|| HIDDEN.to_owned(), shown);
            out += &format!("{sign}{line}\n");
            if change.missing_newline() {
                out += "\\ No newline at end of file\n";
            }
        }
    }
    out
}

/// Tabs are harmless, and are what much of JSON is indented with.
fn shown(line: &str) -> String {
    line.split('\t').map(harmless).collect::<Vec<_>>().join("\t")
}

const HIDDEN: &str = "(line hidden: it may hold a secret)";
