//! Where what is followed can be changed, and who follows what is changed there.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use enhanced_config_files::{Presence, Trail, is_listed};

use crate::Input;
use crate::watch::Notice;

/// The places at which the inputs of one configuration can be changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Trails {
    entries: BTreeSet<Entry>,
    /// Files and directories that are there.
    ends: BTreeSet<PathBuf>,
    /// Directories whose names matter.
    listings: BTreeSet<PathBuf>,
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    dir: PathBuf,
    name: OsString,
    /// Whether something that matters lies behind it.
    is_hop: bool,
}

impl Trails {
    pub(crate) fn of<'a>(inputs: impl IntoIterator<Item = &'a Input>) -> Self {
        let mut trails = Self::default();
        for input in inputs {
            trails.add(input);
        }
        trails
    }

    fn add(&mut self, input: &Input) {
        let Trail { mut entries, end, .. } = Trail::of(&input.path);
        let last = entries.pop();
        let entry = |is_hop| move |(dir, name)| Entry { dir, name, is_hop };
        self.entries.extend(entries.into_iter().map(entry(true)));
        self.entries.extend(last.map(entry(false)));
        if matches!(input.was, Presence::Directory(_)) {
            self.listings.extend(end.clone());
        }
        self.ends.extend(end);
    }

    /// What to watch.
    pub(crate) fn paths(&self) -> BTreeSet<&Path> {
        self.directories().chain(self.ends.iter().map(PathBuf::as_path)).collect()
    }

    /// The directories in which what is missing would appear.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.entries.iter().map(|entry| &*entry.dir).chain(self.listings.iter().map(PathBuf::as_path))
    }
}

/// Who follows what.
#[derive(Debug, Default)]
pub(crate) struct Index(HashMap<PathBuf, Place>);

/// Who cares about one path.
#[derive(Debug, Default)]
struct Place {
    /// About a name in this directory, and whether something lies behind it.
    names: HashMap<OsString, Vec<(Arc<str>, bool)>>,
    /// About all names in this directory.
    listed: Vec<Arc<str>>,
    /// About what the path leads to.
    itself: Vec<Arc<str>>,
}

impl Index {
    pub(crate) fn add(&mut self, who: &Arc<str>, trails: &Trails) {
        for Entry { dir, name, is_hop } in &trails.entries {
            let names = &mut self.place(dir).names;
            names.entry(name.clone()).or_default().push((Arc::clone(who), *is_hop));
        }
        for dir in &trails.listings {
            self.place(dir).listed.push(Arc::clone(who));
        }
        for end in &trails.ends {
            self.place(end).itself.push(Arc::clone(who));
        }
    }

    fn place(&mut self, path: &Path) -> &mut Place {
        self.0.entry(path.to_owned()).or_default()
    }

    /// Takes back what was added, and tells the paths that nobody follows any more.
    pub(crate) fn remove(&mut self, who: &str, trails: &Trails) -> Vec<PathBuf> {
        for Entry { dir, name, .. } in &trails.entries {
            let Some(place) = self.0.get_mut(dir) else { continue };
            let Some(stakes) = place.names.get_mut(name) else { continue };
            stakes.retain(|(other, _)| **other != *who);
            if stakes.is_empty() {
                place.names.remove(name);
            }
        }
        let left = trails.paths().into_iter().filter(|path| self.leave(who, path));
        left.map(Path::to_owned).collect()
    }

    /// Whether nobody follows the path once `who` does no longer care about it as such.
    fn leave(&mut self, who: &str, path: &Path) -> bool {
        let Some(place) = self.0.get_mut(path) else { return false };
        place.listed.retain(|other| **other != *who);
        place.itself.retain(|other| **other != *who);
        let is_empty = place.names.is_empty() && place.listed.is_empty() && place.itself.is_empty();
        if is_empty {
            self.0.remove(path);
        }
        is_empty
    }

    /// Whom something that happened concerns, and whether it happened to a name that something lies behind.
    pub(crate) fn concerned(&self, notice: &Notice) -> Vec<(Arc<str>, bool)> {
        let Some(place) = self.0.get(&*notice.watched) else { return Vec::new() };
        let of = |who: &[Arc<str>]| who.iter().map(|who| (Arc::clone(who), false)).collect::<Vec<_>>();
        match &notice.name {
            Some(name) => {
                let mut concerned = place.names.get(name).cloned().unwrap_or_default();
                concerned.extend(of(if is_listed(name) { &place.listed } else { &[] }));
                concerned
            }
            None => of(&place.everyone()),
        }
    }
}

impl Place {
    /// All to whom it matters what the path leads to.
    fn everyone(&self) -> Vec<Arc<str>> {
        let named = self.names.values().flatten().map(|(who, _)| who);
        let all: BTreeSet<&Arc<str>> = named.chain(&self.listed).chain(&self.itself).collect();
        all.into_iter().map(Arc::clone).collect()
    }
}

/// The path that something happened to.
pub(crate) fn place_of(notice: &Notice) -> PathBuf {
    let name = notice.name.as_deref().unwrap_or(OsStr::new(""));
    if name.is_empty() { notice.watched.to_path_buf() } else { notice.watched.join(name) }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::watch::Happened;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// Whom something that happened to `name` in `dir` concerns.
    fn concerned(index: &Index, dir: &Path, name: Option<&str>) -> Vec<(String, bool)> {
        let notice =
            Notice { watched: dir.into(), name: name.map(OsString::from), happened: Happened::Other };
        let mut concerned: Vec<_> =
            index.concerned(&notice).into_iter().map(|(who, hop)| (who.to_string(), hop)).collect();
        concerned.sort();
        concerned
    }

    fn only(who: &str, hop: bool) -> Vec<(String, bool)> {
        vec![(who.to_owned(), hop)]
    }

    #[test]
    fn each_is_told_of_what_it_follows() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        fs::create_dir_all(dir.join("real")).unwrap();
        fs::create_dir_all(dir.join("b.d")).unwrap();
        fs::write(dir.join("real/a.yaml"), "").unwrap();
        symlink("real", dir.join("..data")).unwrap();
        symlink("..data/a.yaml", dir.join("a.yaml")).unwrap();
        let a = Trails::of(&[Input::now(dir.join("a.yaml")), Input::now(dir.join("a.d"))]);
        let b = Trails::of(&[Input::now(dir.join("b.yaml")), Input::now(dir.join("b.d"))]);
        let mut index = Index::default();
        index.add(&"a".into(), &a);
        index.add(&"b".into(), &b);
        assert_eq!(concerned(&index, &dir, Some("a.yaml")), only("a", true));
        assert_eq!(concerned(&index, &dir, Some("..data")), only("a", true));
        assert_eq!(concerned(&index, &dir.join("real"), Some("a.yaml")), only("a", false));
        assert_eq!(concerned(&index, &dir.join("real/a.yaml"), None), only("a", false));
        assert_eq!(concerned(&index, &dir, Some("a.d")), only("a", false));
        assert_eq!(concerned(&index, &dir, Some("b.yaml")), only("b", false));
        assert_eq!(concerned(&index, &dir.join("b.d"), Some("10.yaml")), only("b", false));
        assert_eq!(concerned(&index, &dir.join("b.d"), Some(".10.yaml.swp")), []);
        assert_eq!(concerned(&index, &dir, Some("c.yaml")), []);
        assert_eq!(concerned(&index, &dir, None).len(), 2);

        assert_eq!(index.remove("b", &b), [dir.join("b.d")]);
        assert_eq!(concerned(&index, &dir, Some("b.yaml")), []);
        assert_eq!(concerned(&index, &dir, Some("a.d")), only("a", false));
        index.remove("a", &a);
        assert!(index.0.is_empty());
    }
}
