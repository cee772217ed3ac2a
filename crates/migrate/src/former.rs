//! Keys of older versions in what lies over a migrated document.

use std::cell::OnceCell;
use std::fmt;

use enhanced_config_core::{Document, KeyPath, Kind, LayerKind, NodeRef};

use crate::migration::Steps;
use crate::{Migration, Observed, Step, Version};

/// A key that is none of the newest version any more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormerKey {
    /// What it was.
    pub path: KeyPath,
    /// The version before the migration that took it away.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It was removed.
    Removed,
    /// It is at this path of the newest version, or at several where it was split.
    Now(Vec<KeyPath>),
    /// Code took it away, and the value that it had in the document was found at this path afterwards.
    Found(KeyPath),
}

/// The keys that migrations of one configuration took away, for layers that no migration is made of: a layer that sets a
/// few values over a document does not say which version it is of.
///
/// Steps as data say what they move, split, join and remove. Code is judged by what it was [seen](Observed) to do to one
/// document, which is asked for when it is needed. Values are not looked at: a key that stays and takes other values is
/// none of these.
pub struct FormerKeys<'m> {
    version_key: &'m KeyPath,
    /// From each older version to the newest, the newest of them first.
    ways: Vec<Vec<Passage<'m>>>,
    observe: Box<dyn Fn() -> Vec<Observed> + 'm>,
    observed: OnceCell<Vec<Observed>>,
}

/// A migration on the way to the newest version.
pub(crate) struct Passage<'m> {
    pub(crate) from: &'m Version,
    pub(crate) to: &'m Version,
    pub(crate) steps: &'m Steps,
}

impl<'m> Passage<'m> {
    pub(crate) fn of(migration: &'m Migration) -> Self {
        Self { from: &migration.from, to: &migration.to, steps: &migration.up }
    }
}

/// What a step does to what is at a path.
enum Passed {
    Stays,
    Goes(Vec<KeyPath>),
    /// To where code may have put it.
    Seen(KeyPath),
}

/// What is known of a path of an older version.
enum Traced {
    Same,
    /// It is a key of the newest version, whatever it was before.
    Made,
    Former(FormerKey),
}

impl<'m> FormerKeys<'m> {
    pub(crate) fn new(
        version_key: &'m KeyPath,
        ways: Vec<Vec<Passage<'m>>>,
        observe: impl Fn() -> Vec<Observed> + 'm,
    ) -> Self {
        Self { version_key, ways, observe: Box::new(observe), observed: OnceCell::new() }
    }

    /// Those that a layer sets, and `is_known` does not know: a key that is there again, or that only looks like an old
    /// one, is none. A map of which all keys went the same way is told as one, but for those of variables.
    pub fn of(&self, layer: &Document, is_known: &dyn Fn(&KeyPath, NodeRef<'_>) -> bool) -> Vec<FormerKey> {
        let mut found = Vec::new();
        self.walk(&KeyPath::root(), layer.root(), is_known, &mut found);
        found
    }

    /// Looks at all values below a path; whether each of them is of a former key.
    fn walk(
        &self,
        path: &KeyPath,
        node: NodeRef<'_>,
        is_known: &dyn Fn(&KeyPath, NodeRef<'_>) -> bool,
        found: &mut Vec<FormerKey>,
    ) -> bool {
        if node.kind() != Kind::Map {
            let former = if is_known(path, node) { None } else { self.at(path) };
            let is_former = former.is_some();
            found.extend(former);
            return is_former;
        }
        let first = found.len();
        let mut are_all = !node.is_empty();
        for (key, member) in node.entries() {
            are_all &= self.walk(&path.join(key), member, is_known, found);
        }
        // Each variable is to be mended by itself.
        let is_one_place = !path.is_root() && node.layer().kind() != LayerKind::Environment;
        let all = found.get(first..).filter(|_| are_all && is_one_place);
        let whole = all.and_then(|all| as_one(path, all));
        if let Some(whole) = whole {
            found.truncate(first);
            found.push(whole);
        }
        are_all
    }

    /// What became of a key of an older version; nothing when it is a key of the newest, or never was one.
    pub fn at(&self, path: &KeyPath) -> Option<FormerKey> {
        if path == self.version_key {
            return None;
        }
        for way in &self.ways {
            match self.trace(path, way) {
                Traced::Same => {}
                Traced::Made => return None,
                Traced::Former(key) => return Some(key),
            }
        }
        None
    }

    /// The paths that migrations take values away from, in no order: there may be others below them.
    pub fn paths(&self) -> Vec<KeyPath> {
        let mut paths = Vec::new();
        for passage in self.ways.iter().flatten() {
            match passage.steps {
                Steps::Data(steps) => paths.extend(steps.iter().flat_map(sources)),
                Steps::Code(_) => {
                    let seen = self.seen(passage).flat_map(|seen| &seen.gone);
                    paths.extend(seen.map(|(path, _)| path.clone()));
                }
            }
        }
        paths
    }

    fn trace(&self, path: &KeyPath, way: &[Passage<'m>]) -> Traced {
        let mut now = vec![path.clone()];
        let (mut is_made, mut is_certain, mut by) = (false, true, None);
        for passage in way {
            for step in self.steps(passage) {
                let mut passed = Vec::new();
                for at in now {
                    match self.passed(&step, &at) {
                        Passed::Stays => passed.push(at),
                        Passed::Goes(to) => {
                            by = by.or(Some(passage));
                            passed.extend(to);
                        }
                        Passed::Seen(to) => {
                            (by, is_certain) = (by.or(Some(passage)), false);
                            passed.push(to);
                        }
                    }
                }
                now = passed;
                // What a step takes away from the path, another may put there again.
                is_made &= matches!(self.passed(&step, path), Passed::Stays);
                is_made |= self.makes(&step, path);
            }
        }
        match (is_made, by) {
            (true, _) => Traced::Made,
            (false, Some(by)) if now != [path.clone()] => Traced::Former(FormerKey {
                path: path.clone(),
                from: by.from.clone(),
                to: by.to.clone(),
                fate: fate(now, is_certain),
            }),
            _ => Traced::Same,
        }
    }

    fn steps<'s>(&'s self, passage: &'s Passage<'m>) -> Vec<Moving<'s>> {
        match passage.steps {
            Steps::Data(steps) => steps.iter().map(Moving::Step).collect(),
            Steps::Code(_) => self.seen(passage).map(Moving::Code).collect(),
        }
    }

    fn seen<'s>(&'s self, passage: &'s Passage<'m>) -> impl Iterator<Item = &'s Observed> {
        let observed = self.observed.get_or_init(|| (self.observe)());
        observed.iter().filter(|seen| seen.from == *passage.from && seen.to == *passage.to)
    }

    fn passed(&self, moving: &Moving<'_>, at: &KeyPath) -> Passed {
        match moving {
            Moving::Step(step) => passed(step, at),
            Moving::Code(seen) => match seen.gone.iter().find(|(gone, _)| at.starts_with(gone)) {
                None => Passed::Stays,
                Some((_, None)) => Passed::Goes(Vec::new()),
                Some((gone, Some(found))) => Passed::Seen(moved(at, gone, found)),
            },
        }
    }

    fn makes(&self, moving: &Moving<'_>, path: &KeyPath) -> bool {
        match moving {
            Moving::Step(step) => makes(step, path),
            Moving::Code(seen) => seen.made.iter().any(|made| path.starts_with(made)),
        }
    }
}

/// How many ways there are to the newest version.
impl fmt::Debug for FormerKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormerKeys").field("ways", &self.ways.len()).finish_non_exhaustive()
    }
}

/// Something that moves values.
enum Moving<'s> {
    Step(&'s Step),
    Code(&'s Observed),
}

fn fate(now: Vec<KeyPath>, is_certain: bool) -> Fate {
    match (now.as_slice(), is_certain) {
        ([], _) => Fate::Removed,
        ([only], false) => Fate::Found(only.clone()),
        _ => Fate::Now(now),
    }
}

/// Where what was at `at`, at or below `from`, is when `from` has become `to`.
fn moved(at: &KeyPath, from: &KeyPath, to: &KeyPath) -> KeyPath {
    let rest = at.segments().iter().skip(from.segments().len());
    to.segments().iter().chain(rest).cloned().collect()
}

fn passed(step: &Step, at: &KeyPath) -> Passed {
    let to = |from: &KeyPath, to: &KeyPath| match at.starts_with(from) {
        true => Passed::Goes(vec![moved(at, from, to)]),
        false => Passed::Stays,
    };
    match step {
        Step::Rename { path, key } => match path.0.parent() {
            Some(parent) => to(&path.0, &parent.join(key.as_str())),
            None => Passed::Stays,
        },
        Step::Move { from, to: target } | Step::MoveBack { from, to: target } => to(&from.0, &target.0),
        Step::Wrap { path, key } => to(&path.0, &path.0.join(key.as_str())),
        Step::Unwrap { path, key } => to(&path.0.join(key.as_str()), &path.0),
        Step::Remove { path, .. } if at.starts_with(&path.0) => Passed::Goes(Vec::new()),
        Step::Split { path, into, .. } if *at == path.0 => {
            Passed::Goes(into.iter().map(|part| part.path.0.clone()).collect())
        }
        Step::Join { from, into, .. } if from.iter().any(|part| part.path.0 == *at) => {
            Passed::Goes(vec![into.0.clone()])
        }
        _ => Passed::Stays,
    }
}

/// Whether there may be something at `path` because of a step.
fn makes(step: &Step, path: &KeyPath) -> bool {
    match step {
        Step::Rename { path: old, key } => {
            old.0.parent().is_some_and(|parent| path.starts_with(&parent.join(key.as_str())))
        }
        Step::Move { to, .. } | Step::MoveBack { to, .. } => path.starts_with(&to.0),
        Step::Set { path: set, .. } | Step::Default { path: set, .. } => path.starts_with(&set.0),
        Step::Wrap { path: outer, key } => path.starts_with(&outer.0.join(key.as_str())),
        Step::Unwrap { path: outer, key } => {
            path.starts_with(&outer.0) && !path.starts_with(&outer.0.join(key.as_str()))
        }
        Step::Split { into, .. } => into.iter().any(|part| path.starts_with(&part.path.0)),
        Step::Join { into, .. } => path.starts_with(&into.0),
        Step::Drop { .. } | Step::Remove { .. } | Step::MapValue { .. } => false,
    }
}

/// The paths that a step takes values away from.
fn sources(step: &Step) -> Vec<KeyPath> {
    match step {
        Step::Move { from, .. } | Step::MoveBack { from, .. } => vec![from.0.clone()],
        Step::Rename { path, .. }
        | Step::Wrap { path, .. }
        | Step::Remove { path, .. }
        | Step::Split { path, .. } => vec![path.0.clone()],
        Step::Unwrap { path, key } => vec![path.0.join(key.as_str())],
        Step::Join { from, .. } => from.iter().map(|part| part.path.0.clone()).collect(),
        Step::Set { .. } | Step::Default { .. } | Step::Drop { .. } | Step::MapValue { .. } => Vec::new(),
    }
}

/// The keys below `path` as one, if all of them went with it.
fn as_one(path: &KeyPath, keys: &[FormerKey]) -> Option<FormerKey> {
    let (first, others) = keys.split_first()?;
    let whole = whole(path, first)?;
    let agrees = |key: &FormerKey| self::whole(path, key).as_ref() == Some(&whole);
    others.iter().all(agrees).then_some(whole)
}

/// What became of `path`, if a key below it stayed in it.
fn whole(path: &KeyPath, key: &FormerKey) -> Option<FormerKey> {
    let below = key.path.segments().get(path.segments().len()..)?;
    let above = |now: &KeyPath| -> Option<KeyPath> {
        let (above, rest) =
            now.segments().split_at_checked(now.segments().len().checked_sub(below.len())?)?;
        (rest == below && !above.is_empty()).then(|| above.iter().cloned().collect())
    };
    let fate = match &key.fate {
        Fate::Removed => Fate::Removed,
        Fate::Found(now) => Fate::Found(above(now)?),
        Fate::Now(now) => match now.as_slice() {
            [only] => Fate::Now(vec![above(only)?]),
            _ => return None,
        },
    };
    Some(FormerKey { path: path.clone(), fate, ..key.clone() })
}
