use enhanced_config_core::{Document, KeyPath, NodeRef, Redactor, Value};

use super::names::is_secret_value;
use super::secrets::Secrets;

/// For each line of a text that was read whether a secret value touches it, or one that is secret `elsewhere`.
///
/// A value is taken to reach from its key to the next key or value of the text, comments included.
pub(super) fn secret_lines(
    document: &Document,
    text: &str,
    starts: &[usize],
    redactor: &Redactor,
    elsewhere: Option<&Secrets>,
) -> Vec<bool> {
    let mut collector = Collector { redactor, elsewhere, path: KeyPath::root(), places: Vec::new() };
    collector.add(document.root(), false);
    let mut places = collector.places;
    // Of two values at one place, as an alias makes them, the secret one counts.
    places.sort_unstable_by_key(|&(at, secret)| (at, !secret));
    places.dedup_by_key(|&mut (at, _)| at);
    let ends = places.iter().skip(1).map(|&(at, _)| at).chain([text.len()]);
    let mut lines = vec![false; starts.len()];
    for (&(start, _), end) in places.iter().zip(ends).filter(|((_, secret), _)| *secret) {
        let first = line_of(starts, start);
        let last = line_of(starts, end_of(text, start, end));
        lines.iter_mut().take(last + 1).skip(first).for_each(|line| *line = true);
    }
    lines
}

/// Where the last line ends that belongs to a value before the key at `end`, which may have started its own line.
fn end_of(text: &str, start: usize, end: usize) -> usize {
    let between = text.get(start..end).unwrap_or_default();
    let (before, last) = between.rsplit_once('\n').unwrap_or((between, "x"));
    let only_leads = last.chars().all(|c| c.is_whitespace() || "-?[{,\"'".contains(c));
    if only_leads && end < text.len() { start + before.len() } else { end }
}

fn line_of(starts: &[usize], at: usize) -> usize {
    starts.partition_point(|&start| start <= at).saturating_sub(1)
}

/// Gathers where keys and values stand, and whether they are secret.
struct Collector<'r> {
    redactor: &'r Redactor,
    elsewhere: Option<&'r Secrets>,
    path: KeyPath,
    places: Vec<(usize, bool)>,
}

impl Collector<'_> {
    fn add(&mut self, node: NodeRef<'_>, below_secret: bool) {
        let secret = below_secret
            || self.redactor.is_secret(&self.path)
            || node.as_str().is_some_and(is_secret_value)
            || self.elsewhere.is_some_and(|secrets| secrets.tell(node));
        self.places.push((node.position() as usize, secret));
        self.places.push((node.key_position() as usize, secret));
        match node.value() {
            Value::List(items) => items.for_each(|item| self.add(item, secret)),
            Value::Map(entries) => {
                for (key, member) in entries {
                    self.path.push(key);
                    self.add(member, secret);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }
}
