//! What the files say: one number in many places, so that half of a change, or a mixture of two, shows.

use std::fmt::Write as _;

use enhanced_config::format::Format;
use serde::{Deserialize, Serialize};

/// The number of a change, which only rises. The newest is not always what has to be served.
pub(crate) type Stamp = u64;

/// A configuration at version 1.1.0 of its layout. At 1.0.0 `stamp` is called `number`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Content {
    stamp: Stamp,
    pub(crate) mood: Mood,
    body: Body,
}

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    first: Stamp,
    items: Vec<Stamp>,
    last: Stamp,
}

/// What callbacks make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mood {
    /// They follow.
    Calm,
    /// One refuses it before anybody sees it.
    Refuse,
    /// One panics over it, and it is taken back.
    Panic,
}

/// The version of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Old,
    New,
}

impl Content {
    pub(crate) fn new(stamp: Stamp, mood: Mood, items: usize) -> Self {
        Self { stamp, mood, body: Body { first: stamp, items: vec![stamp; items], last: stamp } }
    }

    /// Its number, if all of it is of one piece.
    pub(crate) fn whole(&self) -> Option<Stamp> {
        let Self { stamp, body: Body { first, items, last }, .. } = self;
        items.iter().chain([first, last]).all(|part| part == stamp).then_some(*stamp)
    }

    /// As somebody would write it, with comments where the format has them.
    pub(crate) fn text(&self, format: Format, layout: Layout) -> String {
        let Self { stamp, body: Body { items, .. }, .. } = self;
        let (key, version) = match layout {
            Layout::Old => ("number", "1.0.0"),
            Layout::New => ("stamp", "1.1.0"),
        };
        let mood = match self.mood {
            Mood::Calm => "calm",
            Mood::Refuse => "refuse",
            Mood::Panic => "panic",
        };
        match format {
            Format::Toml => {
                let items = list(items, "    ", ",\n");
                format!(
                    "version = \"{version}\"\n# Ask before changing this.\n{key} = {stamp}\nmood = \"{mood}\"\n\n\
                     [body]\nfirst = {stamp}\nitems = [\n{items}]\nlast = {stamp} # the end\n"
                )
            }
            Format::Json | Format::Jsonc => {
                let items = list(items, "", ", ");
                let items = items.trim_end_matches(", ");
                let comment = if format == Format::Jsonc { "// Ask before changing this.\n" } else { "" };
                format!(
                    "{comment}{{\n  \"version\": \"{version}\",\n  \"{key}\": {stamp},\n  \"mood\": \"{mood}\",\n  \"body\": \
                     {{\"first\": {stamp}, \"items\": [{items}], \"last\": {stamp}}}\n}}\n"
                )
            }
            _ => {
                let items = list(items, "  - ", "\n");
                format!(
                    "version: \"{version}\"\n# Ask before changing this.\n{key}: {stamp}\nmood: {mood}\nbody:\n  \
                     first: {stamp}\n  items:\n{items}  last: {stamp} # the end\n"
                )
            }
        }
    }
}

fn list(items: &[Stamp], before: &str, after: &str) -> String {
    items.iter().fold(String::new(), |mut text, item| {
        // Writing to a string does not fail.
        let _ = write!(text, "{before}{item}{after}");
        text
    })
}
