use std::collections::VecDeque;

use enhanced_config_core::{KeyPath, Segment, suggest};

use super::level::Level;
use super::spelling::name_of;
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

/// Finds the key that `name`, the part behind the prefix, means.
///
/// Known keys come first, with levels separated by `__` or by `_`. A name that holds `__` was written by somebody who
/// separates levels by it: where reading it so finds a key, a reading with single `_` does not count. A key that is
/// not known is reached by `__` alone, else a slip in a known name would set something new elsewhere.
pub(super) fn find(root: &mut Level<'_>, name: &str) -> Result<Meaning, Unclear> {
    if name.len() > MAX_NAME {
        return Err(Unclear::TooLong);
    }
    let mut search = Search { way: Vec::new(), found: Vec::new(), steps: 0 };
    search.descend(root, name, true);
    if search.steps > MAX_STEPS {
        return Err(Unclear::TooManyWays);
    }
    let mut found = search.found;
    if name.contains("__") && found.iter().any(|(_, exact)| *exact) {
        found.retain(|(_, exact)| *exact);
    }
    let mut keys: Vec<KeyPath> = found.into_iter().map(|(path, _)| path).collect();
    keys.sort();
    keys.dedup();
    match keys.len() {
        0 => find_new(root, name),
        1 => Ok(Meaning { path: keys.pop().unwrap_or_default(), known: Known::Yes }),
        _ => Err(Unclear::Ambiguous(keys)),
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
    let (mut level, mut path, mut known) = (root, KeyPath::root(), Known::Yes);
    for part in name.split("__") {
        let mut members = level.members(part);
        let segment = match (members.pop(), members.is_empty()) {
            (Some(member), true) => member,
            (Some(member), false) => {
                let all = members.into_iter().chain([member]);
                return Err(Unclear::Ambiguous(all.map(|member| path.join(member)).collect()));
            }
            (None, _) => {
                let (key, how) = new_key(level, part, &path)?;
                // What is below a key that the schema allows is allowed with it.
                known = if known == Known::Yes { how } else { known };
                key
            }
        };
        level = level.member(&segment);
        path.push(segment);
    }
    Ok(Meaning { path, known })
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

/// Names of known keys, for "did you mean".
pub(super) struct KnownNames {
    names: Vec<String>,
    /// Comparing costs about 1 µs a name.
    asked: usize,
}

impl KnownNames {
    const MAX_NAMES: usize = 4096;
    const LONGEST: usize = 64;
    const MAX_ASKED: usize = 32;

    /// The names of the keys of a configuration, those of the upper levels first.
    pub(super) fn of(root: &mut Level<'_>) -> Self {
        let mut names = Vec::new();
        let mut open = VecDeque::from([KeyPath::root()]);
        while let Some(path) = open.pop_front() {
            for key in root.at(path.segments()).keys() {
                let path = path.join(key);
                let name = name_of(&path);
                if names.len() == Self::MAX_NAMES {
                    return Self { names, asked: 0 };
                }
                // Longer ones are never suggested, and a schema that refers to itself ends here.
                if name.len() <= Self::LONGEST {
                    names.push(name);
                    open.push_back(path);
                }
            }
        }
        Self { names, asked: 0 }
    }

    /// The name most like `name`.
    pub(super) fn nearest(&mut self, name: &str) -> Option<&str> {
        self.asked += 1;
        if self.asked > Self::MAX_ASKED {
            return None;
        }
        // Whoever wrote more levels than a key has did not mean that key.
        let inside = |known: &str| name.strip_prefix(known).is_some_and(|rest| rest.starts_with('_'));
        suggest(name, self.names.iter().map(String::as_str).filter(|known| !inside(known)))
    }
}
