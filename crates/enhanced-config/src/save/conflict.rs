use std::collections::BTreeSet;
use std::fmt;

use enhanced_config_core::{Document, KeyPath, Redactor, diff};
use enhanced_config_layers::FileEdit;

/// A save that came too late: what each side made of the configuration since it was loaded.
///
/// As text it shows the keys that both changed before the others, and the three values of each; secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The configuration.
    pub name: String,
    /// What was changed, by whomever, in the order of the paths.
    pub keys: Vec<Contested>,
}

/// A value that is not what it was when the configuration was loaded. Values are JSON, cut after 80 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contested {
    /// Where it is.
    pub path: KeyPath,
    /// What it was.
    pub loaded: Option<String>,
    /// What it is in the files now, and where.
    pub theirs: Side,
    /// What was to be saved.
    pub yours: Side,
}

/// What somebody made of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// They left it as it was.
    Unchanged,
    /// They took it away.
    Removed,
    /// They made it this.
    Changed(String),
}

/// More keys are not shown.
const MOST_SHOWN: usize = 20;

impl Conflict {
    /// Between what was `loaded`, what is effective `now`, and what the edits would make of it; none when nothing is
    /// effective now that was not then.
    pub(super) fn between(
        name: &str,
        loaded: &Document,
        now: &Document,
        (wanted, edits): (&Document, &[FileEdit<'_>]),
        redactor: &Redactor,
    ) -> Option<Self> {
        let theirs = diff(loaded, now);
        if theirs.is_empty() {
            return None;
        }
        let theirs: BTreeSet<&KeyPath> = theirs.iter().map(|change| &change.path).collect();
        let yours: BTreeSet<&KeyPath> = edits.iter().map(|edit| &edit.path).collect();
        let keys = outermost(theirs.union(&yours).copied()).into_iter().map(|path| {
            let side = |document: &Document, is_changed: bool| match document.at(path) {
                _ if !is_changed => Side::Unchanged,
                Some(value) => Side::Changed(redactor.show(value, path)),
                None => Side::Removed,
            };
            let theirs = match (side(now, touches(&theirs, path)), now.at(path)) {
                (Side::Changed(value), Some(node)) => Side::Changed(format!("{value} ({})", node.origin())),
                (side, _) => side,
            };
            Contested {
                path: redactor.shown_path(path),
                loaded: loaded.at(path).map(|value| redactor.show(value, path)),
                theirs,
                yours: side(wanted, touches(&yours, path)),
            }
        });
        Some(Self { name: name.to_owned(), keys: keys.collect() })
    }

    /// The keys that both sides changed.
    pub fn both(&self) -> impl Iterator<Item = &Contested> {
        self.keys.iter().filter(|key| key.is_changed_by_both())
    }
}

/// The paths that lie within no other one. They come in order, in which what lies within a path follows it.
fn outermost<'p>(paths: impl Iterator<Item = &'p KeyPath>) -> Vec<&'p KeyPath> {
    let mut outermost: Vec<&KeyPath> = Vec::new();
    for path in paths {
        if !outermost.last().is_some_and(|last| path.starts_with(last)) {
            outermost.push(path);
        }
    }
    outermost
}

/// Whether a path, or one within it, is among those that were changed.
fn touches(changed: &BTreeSet<&KeyPath>, path: &KeyPath) -> bool {
    changed.range::<&KeyPath, _>(path..).next().is_some_and(|first| first.starts_with(path))
}

impl Contested {
    /// Whether both sides changed it.
    pub fn is_changed_by_both(&self) -> bool {
        self.theirs != Side::Unchanged && self.yours != Side::Unchanged
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "nothing is written: {} was changed since it was loaded; load it again, and save to that",
            self.name
        )?;
        let others = self.keys.iter().filter(|key| !key.is_changed_by_both());
        self.both().chain(others).take(MOST_SHOWN).try_for_each(|key| write!(f, "\n{key}"))?;
        match self.keys.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            1 => f.write_str("\nand one more key"),
            more => write!(f, "\nand {more} more keys"),
        }
    }
}

impl fmt::Display for Contested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.is_changed_by_both() {
            f.write_str(", changed by both")?;
        }
        write!(f, "\n  loaded: {}", self.loaded.as_deref().unwrap_or("nothing"))?;
        for (whose, side) in [("theirs", &self.theirs), ("yours", &self.yours)] {
            match side {
                Side::Unchanged => {}
                Side::Removed => write!(f, "\n  {whose}: nothing")?,
                Side::Changed(value) => write!(f, "\n  {whose}: {value}")?,
            }
        }
        Ok(())
    }
}
