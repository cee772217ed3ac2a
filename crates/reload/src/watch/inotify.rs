//! The kernel's own interface, for what a general library cannot give at once: no events about reading, which would
//! wake the reader for ever; writing told from closing; several paths to one inode; a thread and a descriptor that are
//! gone when the watcher is.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::inotify::{self, CreateFlags, Event, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::{Deaf, Happened, Notice, Notices};

const MASK: WatchFlags = WatchFlags::MODIFY
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVED_FROM)
    .union(WatchFlags::MOVED_TO)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF);

/// Notices taken at once at most, lest whoever makes them keeps the reader from looking.
const MOST_NOTICES: usize = 4096;

/// Hears what happens at paths.
pub(crate) struct Watcher {
    /// None when the system has none left.
    inotify: Option<OwnedFd>,
    waker: Arc<OwnedFd>,
    /// A watch is of an inode, which several paths may lead to.
    paths: HashMap<i32, Vec<Arc<Path>>>,
    watches: HashMap<Arc<Path>, i32>,
}

/// Ends a watcher's waiting.
#[derive(Clone)]
pub(crate) struct Waker(Arc<OwnedFd>);

impl Waker {
    pub(crate) fn wake(&self) {
        // Fails when the counter is full: then the watcher is being woken already.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

impl Watcher {
    /// One that watches nothing yet.
    pub(crate) fn new() -> io::Result<Self> {
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok();
        Ok(Self { inotify, waker: Arc::new(waker), paths: HashMap::new(), watches: HashMap::new() })
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.waker))
    }

    /// Watches what `path` leads to now, and no longer what it led to before. What does not exist or may not be read
    /// is not watched.
    pub(crate) fn watch(&mut self, path: &Path) -> Result<(), Deaf> {
        let inotify = self.inotify.as_ref().ok_or(Deaf::Watchers)?;
        let watch = match inotify::add_watch(inotify, path, MASK) {
            Ok(watch) => Some(watch),
            Err(Errno::NOSPC | Errno::NOMEM) => return Err(Deaf::Watches),
            Err(_) => None,
        };
        if self.watches.get(path).copied() != watch {
            self.unwatch(path);
        }
        if let Some(watch) = watch.filter(|_| !self.watches.contains_key(path)) {
            let path: Arc<Path> = path.into();
            self.paths.entry(watch).or_default().push(Arc::clone(&path));
            self.watches.insert(path, watch);
        }
        Ok(())
    }

    /// Ends what [`watch`](Self::watch) began.
    pub(crate) fn unwatch(&mut self, path: &Path) {
        let Some(watch) = self.watches.remove(path) else { return };
        let Some(paths) = self.paths.get_mut(&watch) else { return };
        paths.retain(|other| **other != *path);
        if paths.is_empty() {
            self.paths.remove(&watch);
            // Fails when the inode is gone, and the watch with it.
            let _ = self.inotify.as_ref().map(|inotify| inotify::remove_watch(inotify, watch));
        }
    }

    /// What happened, once something has, or the waker was used, or the time is up.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> Notices {
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut sources = vec![PollFd::new(&self.waker, PollFlags::IN)];
        sources.extend(self.inotify.as_ref().map(|inotify| PollFd::new(inotify, PollFlags::IN)));
        // An interruption is a reason to look, as any other.
        let _ = poll(&mut sources, timeout.as_ref());
        let _ = rustix::io::read(&*self.waker, &mut [0_u8; 8]);
        self.read()
    }

    fn read(&mut self) -> Notices {
        let mut notices = Notices::default();
        let Some(inotify) = &self.inotify else { return notices };
        let mut buffer = [MaybeUninit::uninit(); 16 << 10];
        let mut reader = inotify::Reader::new(inotify, &mut buffer);
        // Fails when there is nothing more to read.
        while let Ok(event) = reader.next() {
            take(&mut notices, &self.paths, &event);
            if event.events().contains(ReadFlags::IGNORED) {
                for path in self.paths.remove(&event.wd()).unwrap_or_default() {
                    self.watches.remove(&path);
                }
            }
            if notices.of.len() >= MOST_NOTICES && reader.is_buffer_empty() {
                break;
            }
        }
        notices
    }
}

fn take(notices: &mut Notices, paths: &HashMap<i32, Vec<Arc<Path>>>, event: &Event<'_>) {
    let events = event.events();
    notices.lost |= events.contains(ReadFlags::QUEUE_OVERFLOW);
    let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_owned());
    let of = |path: &Arc<Path>, name: Option<OsString>| Notice {
        watched: Arc::clone(path),
        name,
        happened: happened(events),
    };
    notices.of.extend(paths.get(&event.wd()).into_iter().flatten().map(|path| of(path, name.clone())));
}

fn happened(events: ReadFlags) -> Happened {
    if events.contains(ReadFlags::MODIFY) {
        Happened::Written
    } else if events.contains(ReadFlags::CLOSE_WRITE) {
        Happened::Closed
    } else if events.contains(ReadFlags::MOVED_TO) {
        Happened::Replaced
    } else {
        Happened::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// What is heard until something is heard of `name`.
    fn until(watcher: &mut Watcher, name: &str, happened: Happened) -> Notice {
        loop {
            let notices = watcher.wait(None).of;
            let wanted = |notice: &Notice| {
                notice.happened == happened && notice.name.as_deref() == Some(OsStr::new(name))
            };
            if let Some(notice) = notices.into_iter().find(wanted) {
                return notice;
            }
        }
    }

    #[test]
    fn tells_writing_closing_and_replacing_apart() {
        let dir = tempfile::tempdir().unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(dir.path()).unwrap();
        fs::write(dir.path().join("a"), "1").unwrap();
        until(&mut watcher, "a", Happened::Written);
        fs::rename(dir.path().join("a"), dir.path().join("b")).unwrap();
        let notice = until(&mut watcher, "b", Happened::Replaced);
        assert_eq!(&*notice.watched, dir.path());
        fs::write(dir.path().join("b"), "2").unwrap();
        until(&mut watcher, "b", Happened::Closed);
    }

    #[test]
    fn does_not_hear_readers() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "1").unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(dir.path()).unwrap();
        watcher.watch(&file).unwrap();
        fs::read(&file).unwrap();
        fs::read_dir(dir.path()).unwrap().for_each(drop);
        assert_eq!(watcher.read().of, []);
    }

    #[test]
    fn follows_a_path_to_another_inode() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old"), dir.path().join("new"));
        fs::create_dir(&old).unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(&old).unwrap();
        fs::rename(&old, &new).unwrap();
        fs::create_dir(&old).unwrap();
        watcher.watch(&old).unwrap();
        fs::write(old.join("x"), "").unwrap();
        until(&mut watcher, "x", Happened::Closed);
        fs::write(new.join("y"), "").unwrap();
        assert_eq!(watcher.read().of, []);
    }

    #[test]
    fn two_paths_may_lead_to_one_inode() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        fs::write(&one, "").unwrap();
        fs::hard_link(&one, &two).unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(&one).unwrap();
        watcher.watch(&two).unwrap();
        watcher.unwatch(&two);
        fs::write(&two, "1").unwrap();
        assert!(watcher.read().of.iter().all(|notice| *notice.watched == *one));
        watcher.unwatch(&one);
        fs::write(&two, "2").unwrap();
        watcher.read();
        assert!(watcher.paths.is_empty() && watcher.watches.is_empty());
    }

    #[test]
    fn a_watch_ends_with_its_inode() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "").unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(&file).unwrap();
        fs::remove_file(&file).unwrap();
        watcher.read();
        assert!(watcher.paths.is_empty() && watcher.watches.is_empty());
        watcher.watch(&file).unwrap();
        assert!(watcher.watches.is_empty(), "nothing is there to watch");
    }

    #[test]
    fn waking_ends_the_waiting() {
        let mut watcher = Watcher::new().unwrap();
        let waker = watcher.waker();
        let waking = std::thread::spawn(move || waker.wake());
        assert!(watcher.wait(None).of.is_empty());
        waking.join().unwrap();
    }
}
