use std::fmt;
use std::ops::{ControlFlow, Deref, Range};

use crate::row::{NO_KEY, Row, Tag};
use crate::{Document, KeyPath, MASK, NodeRef, Redactor, Value};

/// What differs between two documents, in the order of the new one.
///
/// Maps are compared key by key, whatever their order, and lists element by element: what is put in front of a list
/// shows as all elements changed and one added at the end. A path therefore means the same place in both documents.
/// A value of another kind, or a map or list that one side lacks, is one change. What is removed is told where it
/// stood: behind the key that it followed.
///
/// No change is found exactly when the documents are equal.
///
/// ```
/// # use enhanced_config_core::*;
/// # use serde_json::json;
/// # let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml"));
/// let old = document(json!({ "db": { "port": 5432, "password": "a" }, "tls": false }))?;
/// let new = document(json!({ "db": { "port": 5433, "password": "b" }, "hosts": ["x", "y"] }))?;
/// let changes = diff(&old, &new);
/// assert_eq!(
///     changes.display(&Redactor::new()).to_string(),
///     "~ db.password: *** -> *** (app.yaml)\n\
///      ~ db.port: 5432 -> 5433 (app.yaml)\n\
///      - tls: false (app.yaml)\n\
///      + hosts: list of 2 (app.yaml)\n"
/// );
/// # Ok::<(), Problems>(())
/// ```
pub fn diff<'a>(old: &'a Document, new: &'a Document) -> Changes<'a> {
    let mut changes = Vec::new();
    let _ = compare(old.root(), new.root(), |trail, rows| {
        changes.push(Change {
            path: trail.path(old, new),
            old: rows.0.map(|row| NodeRef::new(old, row)),
            new: rows.1.map(|row| NodeRef::new(new, row)),
        });
        ControlFlow::Continue(())
    });
    Changes(changes)
}

/// Whether two values are equal, as [`Document`]s compare.
pub(crate) fn equal(a: NodeRef<'_>, b: NodeRef<'_>) -> bool {
    compare(a, b, |_, _| ControlFlow::Break(())).is_continue()
}

/// The changes that [`diff`] found.
#[derive(Debug, Clone)]
pub struct Changes<'a>(Vec<Change<'a>>);

/// One difference between two documents.
#[derive(Clone)]
#[non_exhaustive]
pub struct Change<'a> {
    /// Where it is, in both documents.
    pub path: KeyPath,
    /// The value before; none when it was added.
    pub old: Option<NodeRef<'a>>,
    /// The value now; none when it was removed.
    pub new: Option<NodeRef<'a>>,
}

/// What happened to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there now.
    Removed,
    /// It was and is there, and differs.
    Changed,
}

impl Change<'_> {
    /// What happened to the value.
    pub fn kind(&self) -> ChangeKind {
        match (self.old, self.new) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        }
    }
}

/// As much of the path as may be shown, and what the values are, not the values.
impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Redactor::new().shown_path(&self.path);
        write!(f, "Change({path:?}, {:?} -> {:?})", self.old, self.new)
    }
}

impl<'a> Changes<'a> {
    /// The changes as text, a line for each; secrets, the keys below them, and the passwords
    /// in URLs are masked.
    pub fn display<'b>(&'b self, redactor: &'b Redactor) -> impl fmt::Display + use<'a, 'b> {
        Listing { changes: &self.0, redactor }
    }
}

impl<'a> Deref for Changes<'a> {
    type Target = [Change<'a>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> IntoIterator for Changes<'a> {
    type Item = Change<'a>;
    type IntoIter = std::vec::IntoIter<Change<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'b, 'a> IntoIterator for &'b Changes<'a> {
    type Item = &'b Change<'a>;
    type IntoIter = std::slice::Iter<'b, Change<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

struct Listing<'b, 'a> {
    changes: &'b [Change<'a>],
    redactor: &'b Redactor,
}

impl fmt::Display for Listing<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| self.line(change, f))
    }
}

impl Listing<'_, '_> {
    fn line(&self, change: &Change<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown =
            |node| Shown { node, secret: self.redactor.is_secret(&change.path), redactor: self.redactor };
        let path = self.redactor.shown_path(&change.path);
        match (change.old, change.new) {
            (Some(old), Some(new)) => {
                writeln!(f, "~ {path}: {} -> {} ({})", shown(old), shown(new), new.origin())
            }
            (None, Some(new)) => writeln!(f, "+ {path}: {} ({})", shown(new), new.origin()),
            (Some(old), None) => writeln!(f, "- {path}: {} ({})", shown(old), old.origin()),
            (None, None) => Ok(()),
        }
    }
}

/// A value in a few words.
struct Shown<'a> {
    node: NodeRef<'a>,
    secret: bool,
    redactor: &'a Redactor,
}

/// Longer strings are cut here.
const SHOWN_CHARACTERS: usize = 60;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.secret {
            return f.write_str(MASK);
        }
        match self.node.value() {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Unsigned(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::List(items) => write!(f, "list of {}", items.len()),
            Value::Map(entries) => write!(f, "map of {}", entries.len()),
            Value::String(value) => {
                let text = self.redactor.mask_urls(value);
                match text.char_indices().nth(SHOWN_CHARACTERS) {
                    Some((end, _)) => write!(f, "{:?}…", text.get(..end).unwrap_or_default()),
                    None => write!(f, "{text:?}"),
                }
            }
        }
    }
}

/// Calls `found` for every difference, until it breaks off.
fn compare<'a, F>(old: NodeRef<'a>, new: NodeRef<'a>, found: F) -> ControlFlow<()>
where
    F: FnMut(&Trail<'_>, Sides) -> ControlFlow<()>,
{
    let rows = (old.row_number(), new.row_number());
    let (old, new) = (old.document(), new.document());
    if old.id == new.id && rows.0 == rows.1 {
        return ControlFlow::Continue(());
    }
    let whole = rows == (old.root, new.root);
    let key_twins = if whole { vec![NO_KEY; old.keys.len()] } else { Vec::new() };
    Walk { old, new, found, key_twins }.values(rows, &Trail { up: None, step: Step::Root })
}

/// The rows of a value, as far as it is there, in the old and the new document.
type Sides = (Option<u32>, Option<u32>);

/// The way from the root to a value, kept on the stack; only a difference makes a path of it.
struct Trail<'t> {
    up: Option<&'t Trail<'t>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Root,
    /// The number of a key of the old document.
    OldKey(u32),
    /// The number of a key of the new document.
    NewKey(u32),
    Index(u32),
}

impl Trail<'_> {
    fn path(&self, old: &Document, new: &Document) -> KeyPath {
        let mut path = self.up.map_or_else(KeyPath::root, |up| up.path(old, new));
        match self.step {
            Step::Root => {}
            Step::OldKey(key) => path.push(old.keys.name(key)),
            Step::NewKey(key) => path.push(new.keys.name(key)),
            Step::Index(index) => path.push(index as usize),
        }
        path
    }
}

/// Two documents side by side.
struct Walk<'a, F> {
    old: &'a Document,
    new: &'a Document,
    found: F,
    /// For each key of the old document its number in the new one, as far as it was met: comparing numbers is
    /// quicker than names. Empty for parts of documents, which may be too small to be worth the room.
    key_twins: Vec<u32>,
}

impl<F: FnMut(&Trail<'_>, Sides) -> ControlFlow<()>> Walk<'_, F> {
    fn values(&mut self, (old, new): (u32, u32), trail: &Trail<'_>) -> ControlFlow<()> {
        let (a, b) = (self.old.row(old), self.new.row(new));
        let same = a.tag() == b.tag()
            && match a.tag() {
                Tag::List => return self.lists(a, b, trail),
                Tag::Map => return self.maps(a, b, trail),
                Tag::String => self.old.slice(a) == self.new.slice(b),
                Tag::Null | Tag::Bool | Tag::Int | Tag::Uint | Tag::Float => {
                    self.old.payload(a) == self.new.payload(b)
                }
            };
        if same { ControlFlow::Continue(()) } else { (self.found)(trail, (Some(old), Some(new))) }
    }

    fn lists(&mut self, old: Row, new: Row, trail: &Trail<'_>) -> ControlFlow<()> {
        let (mut old, mut new) = (self.old.members(old), self.new.members(new));
        for index in 0.. {
            let trail = Trail { up: Some(trail), step: Step::Index(index) };
            match (old.next(), new.next()) {
                (Some(old), Some(new)) => self.values((old, new), &trail)?,
                (None, None) => break,
                one_sided => (self.found)(&trail, one_sided)?,
            }
        }
        ControlFlow::Continue(())
    }

    fn maps(&mut self, old: Row, new: Row, trail: &Trail<'_>) -> ControlFlow<()> {
        // Keys mostly come in the same order on both sides, so that the next old member is the twin of the new one.
        let mut left = self.old.members(old);
        for member in self.new.members(new) {
            let key = self.new.row(member).key();
            let twin = match self.next_if(&mut left, key) {
                Some(twin) => Some(twin),
                None => {
                    self.pass(&mut left, new, member, trail)?;
                    self.next_if(&mut left, key).or_else(|| self.old_twin(old, key))
                }
            };
            let trail = Trail { up: Some(trail), step: Step::NewKey(key) };
            match twin {
                Some(twin) => self.values((twin, member), &trail)?,
                None => (self.found)(&trail, (None, Some(member)))?,
            }
        }
        self.pass(&mut left, new, u32::MAX, trail)
    }

    /// The next old member, if it has the same key as the new one.
    #[inline]
    fn next_if(&mut self, left: &mut Range<u32>, key: u32) -> Option<u32> {
        let next = left.clone().next()?;
        let old_key = self.old.row(next).key();
        let known = self.key_twins.get(old_key as usize).is_some_and(|&twin| twin == key);
        if known || self.same_name(old_key, key) { left.next() } else { None }
    }

    fn same_name(&mut self, old_key: u32, key: u32) -> bool {
        let same = self.old.keys.name(old_key) == self.new.keys.name(key);
        if let (true, Some(twin)) = (same, self.key_twins.get_mut(old_key as usize)) {
            *twin = key;
        }
        same
    }

    /// Passes old members that are gone, which are found differences, and those that were met before the new
    /// member `now`; stops at one that is still to be met.
    fn pass(&mut self, left: &mut Range<u32>, new: Row, now: u32, trail: &Trail<'_>) -> ControlFlow<()> {
        while let Some(member) = left.clone().next() {
            let key = self.old.row(member).key();
            match self.new_twin(new, key) {
                Some(twin) if twin >= now => break,
                Some(_) => {}
                None => {
                    let trail = Trail { up: Some(trail), step: Step::OldKey(key) };
                    (self.found)(&trail, (Some(member), None))?;
                }
            }
            left.next();
        }
        ControlFlow::Continue(())
    }

    fn old_twin(&self, map: Row, key: u32) -> Option<u32> {
        self.old.member(map, self.old.keys.find(self.new.keys.name(key))?)
    }

    fn new_twin(&self, map: Row, key: u32) -> Option<u32> {
        self.new.member(map, self.new.keys.find(self.old.keys.name(key))?)
    }
}
