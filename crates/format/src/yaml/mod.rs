//! YAML to documents.
//!
//! [`fast`] reads what most configurations consist of. Whatever it does not know, and whatever is wrong, is read by the
//! full parser: the events of `granit_parser`, composed straight into a [`DocumentBuilder`].
//!
//! Every YAML 1.2 construct is read, except what a configuration cannot hold: duplicate keys, tags outside the core
//! schema, maps and lists as keys, and a second document. What a scalar means is in [`scalar`].
//!
//! Keys are strings. A key that is a number, a boolean or a null is the text it is written with (`1`, `0x1F`, `~`, or
//! nothing), so that `1` and `"1"` are one key twice.
//!
//! Where YAML parsers differ: brackets need no indentation inside them; a quoted text of several lines does, lest a
//! quote that is not closed swallow the keys up to the next; and the last line of a `|` or `>` text ends in a
//! line break even if the file does not.
//!
//! Where a value stands:
//!
//! | value | position |
//! |---|---|
//! | scalar | its first character, quote, `\|` or `>`, behind tag and anchor |
//! | flow map, list | its bracket |
//! | block map | its first key |
//! | block list | its first `-` |
//! | nothing at all | its key; in a list its `-` |
//! | alias, merged member | what it repeats, because that is the place to change it; an alias's key keeps its own |

mod agreement;
mod alias;
mod compose;
mod fast;
mod node;
mod output;
mod place;
mod problems;
mod scalar;
mod syntax;
mod tape;

use enhanced_config_core::{Document, DocumentBuilder, Problems};
use granit_parser::{Event, Parser, Span, StrInput, options};

use crate::Limits;
use crate::parse::Reading;
pub use agreement::{Agreement, parse_yaml_fully, yaml_agreement};
use compose::{Composer, Stop};
pub(crate) use place::block_indicator;

/// Whether a plain scalar is a text, and nothing but a text.
pub(crate) fn is_plain_text(text: &str) -> bool {
    matches!(scalar::plain(text), Ok(scalar::Scalar::Text))
}

/// The events of a text. What aliases without an anchor become is left to who reads them.
pub(crate) fn parser<'a>(text: &'a str, limits: &Limits) -> Parser<'a, StrInput<'a>> {
    let depth = limits.depth.min(DocumentBuilder::MAX_DEPTH);
    let options = options! {
        emit_unresolved_aliases: true,
        simple_key_max_lookahead: key_characters(limits),
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    };
    Parser::new_from_str_with_options(text, options)
}

/// How many characters the parser looks ahead of a token that may be a key. YAML says 1,024; what the limit counts is
/// the key behind its escapes, of which `\u0061` is the longest.
fn key_characters(limits: &Limits) -> usize {
    limits.key_bytes.saturating_mul(6).saturating_add(64)
}

pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    match fast::read(reading) {
        Some(document) => Ok(document),
        None => read_fully(reading),
    }
}

/// Reads by the full parser.
fn read_fully(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    read_seen(reading, |_, _| {})
}

/// As [`read_fully`]; each event is shown to `see` as it comes.
pub(crate) fn read_seen<'a>(
    reading: &mut Reading<'a>,
    mut see: impl FnMut(&Event<'a>, Span),
) -> Result<Document, Problems> {
    let mut parser = parser(reading.text, &reading.options.limits);
    let mut composer = Composer::new(reading);
    while let Some(event) = parser.next_event() {
        let outcome = match event {
            Ok((event, span)) => {
                see(&event, span);
                composer.event(event, span)
            }
            Err(error) => composer.syntax(&error),
        };
        if let Err(Stop) = outcome {
            break;
        }
    }
    composer.finish()
}
