use enhanced_config_core::{Document, KeyPath, NodeRef, Segment, diff};

use crate::Version;
use crate::plan::{Direction, Hop};

/// What the code of one migration was seen to do to one document: code does not say which keys it moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    pub(crate) from: Version,
    pub(crate) to: Version,
    /// The paths that the newer document lacks, and where the newer one has the same value alone.
    pub(crate) gone: Vec<(KeyPath, Option<KeyPath>)>,
    /// The paths that the older document lacked.
    pub(crate) made: Vec<KeyPath>,
}

/// Comparing more takes longer than the answer is worth.
const MOST_GONE: usize = 100;
const MOST_VALUES: usize = 10_000;

impl Observed {
    /// A migration up or down makes `after` of `before`.
    pub(crate) fn between(hop: &Hop, before: &Document, after: &Document) -> Self {
        let (from, to, old, new) = match hop.direction {
            Direction::Up => (&hop.from, &hop.to, before, after),
            Direction::Down => (&hop.to, &hop.from, after, before),
        };
        let changes = diff(old, new);
        let keyed = changes.iter().filter(|change| is_keyed(&change.path));
        let (mut removed, mut made) = (Vec::new(), Vec::new());
        for change in keyed {
            match (change.old, change.new) {
                (Some(old), None) => removed.push((&change.path, old)),
                (None, Some(new)) => made.push((change.path.clone(), new)),
                _ => {}
            }
        }
        let mut values = Vec::new();
        made.iter().for_each(|(path, node)| collect(path, *node, &mut values));
        let found = |value: NodeRef<'_>| {
            if removed.len() > MOST_GONE || values.len() > MOST_VALUES {
                return None;
            }
            let is_alone = removed.iter().filter(|(_, other)| *other == value).count() == 1;
            let mut same = values.iter().filter(|(_, node)| *node == value);
            let first = same.next().filter(|_| is_alone && same.next().is_none())?;
            Some(first.0.clone())
        };
        let gone = removed.iter().map(|(path, value)| ((*path).clone(), found(*value))).collect();
        let made = made.iter().map(|(path, _)| path.clone()).collect();
        Self { from: from.clone(), to: to.clone(), gone, made }
    }
}

fn is_keyed(path: &KeyPath) -> bool {
    path.segments().iter().all(|segment| matches!(segment, Segment::Key(_)))
}

/// A value and all that are in it, but for the members of lists.
fn collect<'d>(path: &KeyPath, node: NodeRef<'d>, values: &mut Vec<(KeyPath, NodeRef<'d>)>) {
    if values.len() > MOST_VALUES {
        return;
    }
    values.push((path.clone(), node));
    node.entries().for_each(|(key, member)| collect(&path.join(key), member, values));
}
