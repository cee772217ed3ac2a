//! What has to change in one file so that what is effective becomes something else.
//!
//! Only what somebody changed goes into the file. What is effective because of another layer, and what a reference was
//! replaced by, is not what the file says, and is not written to it: [`mod@values`] keeps both apart inside of lists, which
//! are replaced whole.

mod program;
mod same;
mod twins;
mod values;

use enhanced_config_core::{Document, KeyPath, Kind, Layer, LayerKind, NodeRef, Origin, Segment};

use self::same::same;
use self::values::Values;
use crate::Loaded;

pub use self::program::with_changes_of;
pub use self::values::NewValue;

/// How something is to be written back to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteBack {
    extent: Extent,
    interpolated: bool,
    kept: Vec<KeyPath>,
}

/// What becomes of keys that are not mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// They go: what is given is all there is to be.
    Whole,
    /// They stay.
    Mentioned,
}

/// One change of a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct FileEdit<'a> {
    /// Where it is; never an item of a list.
    pub path: KeyPath,
    /// What to do there.
    pub change: FileChange<'a>,
    wanted: Option<NodeRef<'a>>,
    extent: Extent,
}

/// What to do at one place of a file.
#[derive(Debug)]
pub enum FileChange<'a> {
    /// Make the value there this one.
    Set(NewValue<'a>),
    /// Take away what is there.
    Remove,
}

/// A list would take in a value of another layer that does not belong into the file: one of the environment, or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inherited {
    /// The value.
    pub path: KeyPath,
    /// Where it is from.
    pub origin: Origin,
}

impl WriteBack {
    /// With the defaults of the methods below.
    #[must_use]
    pub fn new(extent: Extent) -> Self {
        Self { extent, interpolated: false, kept: Vec::new() }
    }

    /// Says that `${…}` in the file is replaced when it is loaded, so that a text that holds it has to be written with
    /// `$${…}`. Default: it is not.
    #[must_use]
    pub fn with_interpolation(self, on: bool) -> Self {
        Self { interpolated: on, ..self }
    }

    /// Never removes what is at `path`, whatever is mentioned. Default: nothing.
    #[must_use]
    pub fn with_kept(mut self, path: KeyPath) -> Self {
        self.kept.push(path);
        self
    }
}

impl Loaded {
    /// What has to change in a file that says `file` so that `wanted` is effective instead.
    ///
    /// | `wanted` says | the file |
    /// |---|---|
    /// | what is effective, or what the file says | stays as it is, `${…}` and all |
    /// | something else | says that |
    /// | `null`, or nothing where [all](Extent::Whole) is given | loses the key; a `null` stays where a layer below sets one |
    ///
    /// A text of the environment is the same as what a type reads from it: a number, a boolean or a list. Numbers are the same if they have the same value, of which an `f32` has the first seven digits: types write `1` as
    /// `1.0` and `0.1` as `0.10000000149011612`.
    ///
    /// # Errors
    /// When a list would take in a secret, or a value of the environment, that the file does not have.
    pub fn edits<'a>(
        &'a self,
        file: &'a Document,
        wanted: &'a Document,
        how: &'a WriteBack,
    ) -> Result<Vec<FileEdit<'a>>, Inherited> {
        let mut comparison = Comparison { loaded: self, how, edits: Vec::new() };
        let (effective, file) = (self.document.root(), Some(file.root()));
        comparison
            .map(&KeyPath::root(), Sides { file, effective: Some(effective), wanted: wanted.root() })?;
        Ok(comparison.edits)
    }
}

impl FileEdit<'_> {
    /// What keeps the edit from being effective in `document`, which was loaded with it: the value that is another, and
    /// where it is from. A key that was removed may be set by a layer below.
    pub fn hidden_in(&self, document: &Document) -> Option<(KeyPath, Origin)> {
        let found = document.at(&self.path);
        if same(found, self.wanted, self.extent) {
            return None;
        }
        // What is of the base file's kind now is of a file that it includes, which lies below it.
        let is_below =
            self.wanted.is_none() && found.is_some_and(|found| found.layer().kind() <= LayerKind::Base);
        if is_below {
            return None;
        }
        let found = found.unwrap_or(document.root());
        let (path, found) = differing(self.path.clone(), found, self.wanted, self.extent);
        Some((path, found.origin()))
    }
}

/// The innermost value that is not what is wanted.
fn differing<'f>(
    path: KeyPath,
    found: NodeRef<'f>,
    wanted: Option<NodeRef<'_>>,
    extent: Extent,
) -> (KeyPath, NodeRef<'f>) {
    let items = found.items().enumerate().map(|(at, item)| (Segment::Index(at), item));
    let members = found.entries().map(|(key, member)| (Segment::from(key), member));
    let inner = items.chain(members).find_map(|(step, inner)| {
        let wanted = wanted?.at(&[step.clone()].into_iter().collect())?;
        (!same(Some(inner), Some(wanted), extent)).then_some((path.join(step), inner, wanted))
    });
    match inner {
        Some((path, inner, wanted)) => differing(path, inner, Some(wanted), extent),
        None => (path, found),
    }
}

/// The same place, seen from three sides.
#[derive(Clone, Copy)]
struct Sides<'a> {
    /// As the file says it.
    file: Option<NodeRef<'a>>,
    /// As it is effective.
    effective: Option<NodeRef<'a>>,
    /// As it is to be.
    wanted: NodeRef<'a>,
}

impl<'a> Sides<'a> {
    /// The member of a map.
    fn member(self, key: &str, wanted: NodeRef<'a>) -> Self {
        let of = |map: Option<NodeRef<'a>>| map.and_then(|map| map.get(key));
        Self { file: of(self.file), effective: of(self.effective), wanted }
    }

    fn are_all(self, kind: Kind) -> bool {
        self.wanted.kind() == kind && self.effective.is_some_and(|effective| effective.kind() == kind)
    }
}

/// Whether a layer lies below the one of a base file: defaults, and what the file includes. The file itself may have been
/// migrated, and says so behind a comma.
fn lies_below(layer: &Layer, file: &Layer) -> bool {
    let behind = layer.name().strip_prefix(file.name());
    let is_file = behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(','));
    layer.kind() < LayerKind::Base || layer.kind() == LayerKind::Base && !is_file
}

struct Comparison<'a> {
    loaded: &'a Loaded,
    how: &'a WriteBack,
    edits: Vec<FileEdit<'a>>,
}

impl<'a> Comparison<'a> {
    fn map(&mut self, path: &KeyPath, sides: Sides<'a>) -> Result<(), Inherited> {
        for (key, wanted) in sides.wanted.entries() {
            self.value(path.join(key), sides.member(key, wanted))?;
        }
        if self.how.extent == Extent::Whole {
            self.remove_others(path, sides);
        }
        Ok(())
    }

    /// A key of the file that is not effective, such as `include`, is none of the configuration's.
    fn remove_others(&mut self, path: &KeyPath, sides: Sides<'a>) {
        let Some(file) = sides.file else { return };
        for (key, _) in file.entries().filter(|(key, _)| sides.wanted.get(key).is_none()) {
            let (path, effective) = (path.join(key), sides.effective.and_then(|map| map.get(key)));
            let is_kept = self.how.kept.iter().any(|kept| kept.starts_with(&path));
            if !is_kept && effective.is_some_and(|effective| !effective.is_null()) {
                self.edit(path, FileChange::Remove, None);
            }
        }
    }

    fn value(&mut self, path: KeyPath, sides: Sides<'a>) -> Result<(), Inherited> {
        let Sides { file, effective, wanted } = sides;
        let is_reference = self.how.interpolated && file.is_some_and(|file| file.kind() == Kind::String);
        if same(effective, Some(wanted), self.how.extent) || is_reference && file == Some(wanted) {
            return Ok(());
        }
        if wanted.is_null() {
            self.clear(path, sides);
        } else if sides.are_all(Kind::Map) {
            self.map(&path, sides)?;
        } else {
            let values = Values::new(&self.loaded.redactor, self.how, sides);
            let new = values.of(&path, sides)?;
            self.edit(path, FileChange::Set(new), Some(wanted));
        }
        Ok(())
    }

    /// `null` is as good as nothing, but where it keeps a value of a layer below from being seen.
    fn clear(&mut self, path: KeyPath, Sides { file, wanted, .. }: Sides<'a>) {
        let is_enough = file.is_some_and(|file| {
            let is_below = |layer: &Layer| lies_below(layer, file.layer());
            let mut below = self.loaded.layers.iter().filter(|layer| is_below(layer.root().layer()));
            !below.any(|layer| layer.at(&path).is_some())
        });
        let null = || FileChange::Set(NewValue::Same(wanted));
        let change = if is_enough { FileChange::Remove } else { null() };
        self.edit(path, change, Some(wanted));
    }

    fn edit(&mut self, path: KeyPath, change: FileChange<'a>, wanted: Option<NodeRef<'a>>) {
        self.edits.push(FileEdit { path, change, wanted, extent: self.how.extent });
    }
}
