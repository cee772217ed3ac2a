use enhanced_config_core::variable::name_of;
use enhanced_config_core::{KeyPath, NodeRef, Segment, Subschemas};

use super::Shape;
use super::known_names::KnownNames;
use super::level::Level;
use super::variable::MAX_NAME;

/// The key that a variable sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) path: KeyPath,
    /// How the key is known.
    pub(super) known: Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The schema or the layers below have it.
    Yes,
    /// The schema allows any key there.
    Allowed,
    /// Nothing is known about it, and nothing forbids it.
    No,
}

/// Why a variable sets no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unclear {
    /// No key has this name, and none may be added there.
    Unknown,
    /// Several keys have this name.
    Ambiguous(Vec<KeyPath>),
    /// A list does not have this member.
    NoMember { list: KeyPath, length: usize },
    /// The name has more levels than a document.
    TooDeep,
    /// The name is longer than any key.
    TooLong,
    /// A name of many `_` in a configuration of many keys that begin alike.
    TooManyWays,
}

/// Levels that a name may have.
pub(super) const MAX_LEVELS: usize = 128;

/// The keys that variables may mean.
pub(super) struct Keys<'a> {
    root: Level<'a>,
    /// Levels made since they were last dropped, at most.
    made: usize,
    /// Made when the first name is not known.
    names: Option<KnownNames>,
    /// Hints given.
    hints: usize,
}

/// What somebody may have meant who wrote a name that is not known.
pub(super) enum Hint {
    /// The name of a known key.
    Slip(String),
    /// A key of a known map, and its name: `_` does not lead to it, `__` does.
    Inside(KeyPath, String),
}

impl<'a> Keys<'a> {
    /// Keeps memory within some 20 MB whatever the names are.
    const MOST_MADE: usize = 16_384;
    /// Comparing a name with all that are known costs about 1 µs for each of these.
    const MOST_HINTS: usize = 32;
    /// Looking for a map costs a search for each word.
    const MOST_WORDS: usize = 8;

    pub(super) fn new(shape: Shape<'a>) -> Self {
        let root = Level::new(Subschemas::of_root(shape.schema), shape.lower);
        Self { root, made: 0, names: None, hints: 0 }
    }

    /// Whether neither the schema nor the layers below say anything, so that no key could be matched.
    pub(super) fn is_empty(&self) -> bool {
        self.root.schema.is_empty() && self.root.lower.is_none_or(NodeRef::is_empty)
    }

    /// Finds the key that `name`, the part behind the prefix, means.
    ///
    /// Known keys come first, with levels separated by `__` or by `_`. A name that holds `__` was written by somebody
    /// who separates levels by it: where reading it so finds a key, a reading with single `_` does not count. A key
    /// that is not known is reached by `__` alone, else a slip in a known name would set something new elsewhere.
    pub(super) fn find(&mut self, name: &str) -> Result<Meaning, Unclear> {
        if name.len() > MAX_NAME {
            return Err(Unclear::TooLong);
        }
        let mut found = self.search(name)?;
        if name.contains("__") && found.iter().any(|(_, exact)| *exact) {
            found.retain(|(_, exact)| *exact);
        }
        let mut keys: Vec<KeyPath> = found.into_iter().map(|(path, _)| path).collect();
        keys.sort();
        keys.dedup();
        match keys.len() {
            0 => find_new(&mut self.root, name),
            1 => Ok(Meaning { path: keys.pop().unwrap_or_default(), known: Known::Yes }),
            _ => Err(Unclear::Ambiguous(keys)),
        }
    }

    /// What may have been meant by a name that is not known.
    pub(super) fn hint(&mut self, name: &str) -> Option<Hint> {
        self.hints += 1;
        if self.hints > Self::MOST_HINTS {
            return None;
        }
        let names = self.names.get_or_insert_with(|| KnownNames::of(&self.root));
        match names.nearest(name) {
            Some(nearest) => Some(Hint::Slip(nearest.to_owned())),
            None => self.inside(name),
        }
    }

    /// The new key of a known map that `name` leads to once `__` stands behind the map's name.
    fn inside(&mut self, name: &str) -> Option<Hint> {
        let words = name.rmatch_indices('_');
        if words.clone().nth(Self::MOST_WORDS).is_some() || name.contains("__") {
            return None;
        }
        words.into_iter().find_map(|(at, _)| {
            let (map, key) = name.split_at(at);
            let [(map, _)] = &*self.search(map).ok()? else { return None };
            let marked = format!("{}_{key}", name_of(map));
            let meaning = self.find(&marked).ok()?;
            let inside = self.is_map(map) && meaning.path.parent().as_ref() == Some(map);
            inside.then_some(Hint::Inside(meaning.path, marked))
        })
    }

    fn is_map(&mut self, path: &KeyPath) -> bool {
        path.segments().iter().fold(&mut self.root, |level, segment| level.member(segment)).is_map()
    }

    fn search(&mut self, name: &str) -> Result<Vec<(KeyPath, bool)>, Unclear> {
        let mut search = Search { way: Vec::new(), found: Vec::new(), steps: 0 };
        search.descend(&mut self.root, name, true);
        self.made += search.steps;
        if self.made > Self::MOST_MADE {
            self.root.forget();
            self.made = 0;
        }
        if search.steps > MAX_STEPS { Err(Unclear::TooManyWays) } else { Ok(search.found) }
    }
}

/// All ways to read a name as a known key, and whether they need no single `_` as a separator.
struct Search {
    way: Vec<Segment>,
    found: Vec<(KeyPath, bool)>,
    steps: usize,
}

/// A name of ten words, four levels deep, takes about 30.
const MAX_STEPS: usize = 4096;

impl Search {
    fn descend(&mut self, level: &mut Level<'_>, rest: &str, exact: bool) {
        if self.way.len() == MAX_LEVELS {
            return;
        }
        let longest = level.longest_name();
        let ends = rest.match_indices('_').map(|(at, _)| at).chain([rest.len()]);
        for end in ends.take_while(|end| *end <= longest) {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return;
            }
            let (name, rest) = rest.split_at(end);
            for segment in level.members(name) {
                self.enter(level, segment, rest, exact);
            }
        }
    }

    fn enter(&mut self, level: &mut Level<'_>, segment: Segment, rest: &str, exact: bool) {
        let inner = level.member(&segment);
        self.way.push(segment);
        if rest.is_empty() {
            self.found.push((self.way.iter().cloned().collect(), exact));
        }
        if let Some(rest) = rest.strip_prefix("__") {
            self.descend(inner, rest, exact);
        }
        if let Some(rest) = rest.strip_prefix('_') {
            self.descend(inner, rest, false);
        }
        self.way.pop();
    }
}

/// Finds where a name leads by `__` alone, through keys that need not be known.
fn find_new(root: &mut Level<'_>, name: &str) -> Result<Meaning, Unclear> {
    if name.split("__").nth(MAX_LEVELS).is_some() {
        return Err(Unclear::TooDeep);
    }
    let (mut level, mut path, mut parts) = (root, KeyPath::root(), name.split("__"));
    while let Some(part) = parts.next() {
        let (segment, known) = member(level, part, &path)?;
        path.push(segment.clone());
        if known != Known::Yes {
            return find_below(level.new_member(&segment), parts, path, known);
        }
        level = level.member(&segment);
    }
    Ok(Meaning { path, known: Known::Yes })
}

/// Goes on below a key that is new: what is below one that the schema allows is allowed with it.
fn find_below<'n>(
    mut level: Level<'_>,
    parts: impl Iterator<Item = &'n str>,
    mut path: KeyPath,
    known: Known,
) -> Result<Meaning, Unclear> {
    for part in parts {
        let (segment, _) = member(&mut level, part, &path)?;
        level = level.new_member(&segment);
        path.push(segment);
    }
    Ok(Meaning { path, known })
}

/// The one member that `part` means, known or new.
fn member(level: &mut Level<'_>, part: &str, path: &KeyPath) -> Result<(Segment, Known), Unclear> {
    let mut members = level.members(part);
    match (members.pop(), members.is_empty()) {
        (None, _) => new_key(level, part, path),
        (Some(member), true) => Ok((member, Known::Yes)),
        (Some(member), false) => {
            let all = members.into_iter().chain([member]);
            Err(Unclear::Ambiguous(all.map(|member| path.join(member)).collect()))
        }
    }
}

/// The key that `part` adds to a level that does not have it.
fn new_key(level: &Level<'_>, part: &str, path: &KeyPath) -> Result<(Segment, Known), Unclear> {
    if level.is_list() && part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
        let length = level.list_length().unwrap_or_default();
        return Err(Unclear::NoMember { list: path.clone(), length });
    }
    if part.is_empty() || part.contains(char::is_lowercase) || !level.schema.is_open() {
        return Err(Unclear::Unknown);
    }
    let known = if level.schema.is_empty() { Known::No } else { Known::Allowed };
    Ok((Segment::from(part.to_lowercase()), known))
}
