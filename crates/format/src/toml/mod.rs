//! TOML 1.1 to documents. Every text of TOML 1.0 is one of TOML 1.1 and means the same.
//!
//! [`scan`](Scanner) goes through the text once and hangs every value into a [`Tree`], because a table may be
//! continued anywhere (`[a]`, `[b]`, `[a.c]`) and a document is written depth first. [`Writer`] then writes the
//! document. What defines a key a second time becomes a second member of the same name, so that the document's own
//! check finds all duplicates, each with both places.
//!
//! Line ends inside of strings of several lines stay as they are written, as the `toml` crate has it: TOML lets a
//! parser normalise them, and a text should not change with the machine that reads it.
//!
//! A scanner of our own, because the tree of the `toml` crate does not tell where a key was defined first, ends at
//! 80 levels, takes a hundred times the text in memory (384 MB for 4 MB of `1,`), and is read in twice the time. A
//! property test holds it against that crate: same verdict, same data.

mod fault;
mod scalar;
mod scan;
mod text;
mod tree;

use enhanced_config_core::{
    BuildError, Document, DocumentBuilder, KeyPath, Problem, ProblemKind, Problems, Segment,
};

use self::scan::Scanner;
use self::tree::{Item, Tree, Value};
use crate::parse::{Reading, add};

/// Reads TOML. Dates and times become strings of their exact text, because a document has no kind for them.
pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    let tree = Scanner::new(reading).scan()?;
    if tree.is_empty() {
        return reading.empty();
    }
    let builder = reading.builder().with_capacity(tree.len(), reading.text.len() / 4);
    Writer { reading, tree: &tree, builder, way: Vec::new(), problems: Problems::new() }.write()
}

/// Writes a tree as a document.
struct Writer<'r, 'a> {
    reading: &'r Reading<'a>,
    tree: &'r Tree<'a>,
    builder: DocumentBuilder,
    /// The way from the root to the open map or list.
    way: Vec<Step<'r>>,
    problems: Problems,
}

#[derive(Clone, Copy)]
enum Step<'r> {
    Key(&'r str),
    Index(usize),
}

/// Numbers out of range are reported up to this many: each costs a look-up of its place.
const MOST_PROBLEMS: usize = 100;

/// What the builder refused, and the byte that it was given.
type Refusal = (BuildError, usize);

impl<'r> Writer<'r, '_> {
    fn write(mut self) -> Result<Document, Problems> {
        let written = self.tree.root().map_or(Ok(()), |root| self.value(root));
        let built = written.and_then(|()| self.builder.finish().map_err(|error| (error, 0)));
        match built {
            Ok(document) if self.problems.is_empty() => Ok(document),
            Ok(_) => Err(self.problems),
            Err((error, at)) => {
                self.problems.extend(self.reading.refused(error, at));
                Err(self.problems)
            }
        }
    }

    /// Recursive as deep as the builder allows.
    fn value(&mut self, item: &'r Item<'_>) -> Result<(), Refusal> {
        let at = item.at;
        let done = match &item.value {
            Value::Bool(value) => self.builder.bool(*value, at),
            Value::Integer(value) => self.builder.integer(*value, at),
            Value::Float(value) => self.builder.float(*value, at),
            Value::Text(value) => self.builder.string(value, at),
            Value::OutOfRange(expected) => {
                add(&mut self.problems, MOST_PROBLEMS, || {
                    out_of_range(self.reading, &self.way, item, expected)
                });
                self.builder.null(at)
            }
            Value::List(_) => {
                self.builder.open_list(at).map_err(|error| (error, at as usize))?;
                for (index, child) in self.tree.children(item).enumerate() {
                    self.member(Step::Index(index), child)?;
                }
                self.builder.close()
            }
            Value::Table(..) => {
                self.builder.open_map(at).map_err(|error| (error, at as usize))?;
                for child in self.tree.children(item) {
                    let key_at = child.key_at;
                    self.builder.key(&child.key, key_at).map_err(|error| (error, key_at as usize))?;
                    self.member(Step::Key(&child.key), child)?;
                }
                self.builder.close()
            }
        };
        done.map_err(|error| (error, at as usize))
    }

    fn member(&mut self, step: Step<'r>, child: &'r Item<'_>) -> Result<(), Refusal> {
        self.way.push(step);
        self.value(child)?;
        self.way.pop();
        Ok(())
    }
}

fn out_of_range(reading: &Reading<'_>, way: &[Step<'_>], item: &Item<'_>, expected: &'static str) -> Problem {
    let steps = way.iter().map(|step| match *step {
        Step::Key(key) => Segment::Key(key.into()),
        Step::Index(index) => Segment::Index(index),
    });
    let kind = ProblemKind::NumberRange { expected };
    reading.error(kind, item.at as usize).with_path(steps.collect::<KeyPath>())
}
