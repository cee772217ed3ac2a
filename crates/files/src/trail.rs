use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// As many links as Linux follows, see path_resolution(7).
const MAX_LINKS: usize = 40;

/// The places at which what a path leads to can be changed.
///
/// Whoever watches these notices that the file is replaced, that a link on the way to it is led elsewhere, that it
/// goes, and that it comes: where the way ends because something does not exist, it ends in the nearest directory that
/// does. Links are followed wherever they lead; nothing is opened.
///
/// A Kubernetes ConfigMap, `app.yaml -> ..data/app.yaml` and `..data -> ..2026_11_20`:
///
/// ```
/// # #[cfg(unix)] {
/// # use std::{fs, os::unix::fs::symlink};
/// # use enhanced_config_files::Trail;
/// # let dir = tempfile::tempdir()?;
/// # let dir = &dir.path().canonicalize()?;
/// # fs::create_dir(dir.join("..2026_11_20"))?;
/// # fs::write(dir.join("..2026_11_20/app.yaml"), "")?;
/// # symlink("..2026_11_20", dir.join("..data"))?;
/// # symlink("..data/app.yaml", dir.join("app.yaml"))?;
/// let trail = Trail::of(&dir.join("app.yaml"));
/// let entries: Vec<_> = trail.entries.iter().map(|(dir, name)| dir.join(name)).collect();
/// assert_eq!(
///     entries,
///     [dir.join("app.yaml"), dir.join("..data"), dir.join("..2026_11_20/app.yaml")]
/// );
/// assert_eq!(trail.end, Some(dir.join("..2026_11_20/app.yaml")));
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trail {
    /// Directories, without links on the way to them, and the name in each that matters: of every link on the way, and
    /// at last of what the path leads to, or of the first part of it that does not exist.
    pub entries: Vec<(PathBuf, OsString)>,
    /// What the path leads to, without links on the way; none when there is nothing.
    pub end: Option<PathBuf>,
}

impl Trail {
    /// The trail of an absolute path.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let mut walk = Walk { here: PathBuf::new(), todo: VecDeque::new(), entries: Vec::new(), links: 0 };
        walk.push(path);
        let end = walk.go();
        Self { entries: walk.entries, end }
    }
}

struct Walk {
    /// Where we are, without links.
    here: PathBuf,
    todo: VecDeque<Step>,
    entries: Vec<(PathBuf, OsString)>,
    links: usize,
}

enum Step {
    /// A root, or the prefix of a drive.
    Start(PathBuf),
    Up,
    Into(OsString),
}

impl Walk {
    /// Puts the steps of `path` before what is still to be walked.
    fn push(&mut self, path: &Path) {
        for component in path.components().rev() {
            let step = match component {
                Component::Prefix(_) | Component::RootDir => Step::Start(component.as_os_str().into()),
                Component::ParentDir => Step::Up,
                Component::Normal(name) => Step::Into(name.to_owned()),
                Component::CurDir => continue,
            };
            self.todo.push_front(step);
        }
    }

    /// What the way leads to, if it leads to anything.
    fn go(&mut self) -> Option<PathBuf> {
        while let Some(step) = self.todo.pop_front() {
            match step {
                // A prefix takes the root behind it; a root alone begins anew.
                Step::Start(start) => self.here.push(start),
                Step::Up => drop(self.here.pop()),
                Step::Into(name) => self.enter(name)?,
            }
        }
        Some(std::mem::take(&mut self.here))
    }

    fn enter(&mut self, name: OsString) -> Option<()> {
        let next = self.here.join(&name);
        let found = fs::symlink_metadata(&next).ok();
        let is_link = found.as_ref().is_some_and(fs::Metadata::is_symlink);
        let is_way = found.as_ref().is_some_and(fs::Metadata::is_dir) && !self.todo.is_empty();
        if !is_way {
            self.entries.push((self.here.clone(), name));
        }
        if is_link {
            return self.follow(&next);
        }
        found.filter(|_| is_way || self.todo.is_empty())?;
        self.here = next;
        Some(())
    }

    fn follow(&mut self, link: &Path) -> Option<()> {
        self.links += 1;
        let target = fs::read_link(link).ok().filter(|_| self.links <= MAX_LINKS)?;
        self.push(&target);
        Some(())
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// `links` in a directory that has `file` and `dir/file`: the trail of `path` there.
    #[track_caller]
    fn check(links: &[(&str, &str)], path: &str, entries: &[&str], end: Option<&str>) {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().canonicalize().unwrap();
        fs::create_dir(dir.join("dir")).unwrap();
        fs::write(dir.join("file"), "").unwrap();
        fs::write(dir.join("dir/file"), "").unwrap();
        for (link, target) in links {
            symlink(target.replace('@', dir.to_str().unwrap()), dir.join(link)).unwrap();
        }
        let trail = Trail::of(&dir.join(path));
        let found: Vec<_> = trail.entries.iter().map(|(dir, name)| dir.join(name)).collect();
        let found: Vec<_> =
            found.iter().map(|entry| entry.strip_prefix(&dir).unwrap().to_str().unwrap()).collect();
        assert_eq!(found, entries);
        assert_eq!(trail.end, end.map(|end| dir.join(end)));
    }

    #[test]
    fn a_file_is_watched_in_its_directory() {
        check(&[], "file", &["file"], Some("file"));
        check(&[], "dir/file", &["dir/file"], Some("dir/file"));
        check(&[], "dir/../file", &["file"], Some("file"));
    }

    #[test]
    fn so_is_every_link_on_the_way() {
        check(&[("link", "file")], "link", &["link", "file"], Some("file"));
        check(&[("link", "@/dir/file")], "link", &["link", "dir/file"], Some("dir/file"));
        check(&[("way", "dir")], "way/file", &["way", "dir/file"], Some("dir/file"));
        check(&[("way", "dir")], "way/../file", &["way", "file"], Some("file"));
        check(&[("a", "b"), ("b", "file")], "a", &["a", "b", "file"], Some("file"));
    }

    #[test]
    fn what_is_missing_is_awaited_in_the_nearest_directory() {
        check(&[], "nothing", &["nothing"], None);
        check(&[], "nothing/deeper/file", &["nothing"], None);
        check(&[("link", "dir/nothing")], "link", &["link", "dir/nothing"], None);
        check(&[], "file/below", &["file"], None);
    }

    #[test]
    fn a_directory_may_be_the_end() {
        check(&[("way", "dir")], "way", &["way", "dir"], Some("dir"));
    }

    #[test]
    fn circles_end() {
        let circle = ["a", "b"].repeat(21);
        check(&[("a", "b"), ("b", "a")], "a", &circle[..41], None);
    }
}
