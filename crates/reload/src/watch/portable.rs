//! What the other systems offer, through `notify`. They do not tell writing from closing, nor surely what was renamed
//! from what was written: everything has to settle.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{Deaf, Happened, Notice, Notices};

/// Events kept while nobody waits; what comes on top is lost, and said to be.
const MOST_NOTICES: usize = 4096;

/// Hears what happens at paths.
pub(crate) struct Watcher {
    system: Option<RecommendedWatcher>,
    waker: Waker,
    events: Receiver<Heard>,
    watched: HashSet<Arc<Path>>,
}

enum Heard {
    Event(notify::Event),
    Lost,
    Woken,
}

/// Ends a watcher's waiting.
#[derive(Clone)]
pub(crate) struct Waker(SyncSender<Heard>);

impl Waker {
    pub(crate) fn wake(&self) {
        // A full channel wakes as well.
        let _ = self.0.try_send(Heard::Woken);
    }
}

impl Watcher {
    /// One that watches nothing yet.
    pub(crate) fn new() -> io::Result<Self> {
        let (sender, events) = sync_channel(MOST_NOTICES);
        let waker = Waker(sender.clone());
        let lost = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let hear = move |event: notify::Result<notify::Event>| {
            use std::sync::atomic::Ordering::Relaxed;
            let heard = match event {
                Ok(event) if event.kind.is_access() => return,
                Ok(event) if !event.need_rescan() && !lost.swap(false, Relaxed) => Heard::Event(event),
                _ => Heard::Lost,
            };
            if let Err(TrySendError::Full(_)) = sender.try_send(heard) {
                lost.store(true, Relaxed);
            }
        };
        let system = notify::recommended_watcher(hear).ok();
        Ok(Self { system, waker, events, watched: HashSet::new() })
    }

    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Watches what `path` leads to now. What does not exist or may not be read is not watched.
    pub(crate) fn watch(&mut self, path: &Path) -> Result<(), Deaf> {
        self.unwatch(path);
        let system = self.system.as_mut().ok_or(Deaf::Watchers)?;
        match system.watch(path, RecursiveMode::NonRecursive) {
            Ok(()) => drop(self.watched.insert(path.into())),
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => return Err(Deaf::Watches),
            Err(_) => {}
        }
        Ok(())
    }

    /// Ends what [`watch`](Self::watch) began.
    pub(crate) fn unwatch(&mut self, path: &Path) {
        if self.watched.remove(path) {
            // Fails when it is gone, and the watch with it.
            let _ = self.system.as_mut().map(|system| system.unwatch(path));
        }
    }

    /// What happened, once something has, or the waker was used, or the time is up.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> Notices {
        let first = match timeout {
            Some(timeout) => self.events.recv_timeout(timeout),
            None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let mut notices = Notices::default();
        for heard in first.into_iter().chain(self.events.try_iter().take(MOST_NOTICES)) {
            match heard {
                Heard::Event(event) => self.take(&mut notices, &event),
                Heard::Lost => notices.lost = true,
                Heard::Woken => {}
            }
        }
        notices
    }

    fn take(&self, notices: &mut Notices, event: &notify::Event) {
        if matches!(event.kind, EventKind::Any | EventKind::Other) {
            notices.lost = true;
        }
        let happened = Happened::Other;
        for path in &event.paths {
            if let Some(watched) = self.watched.get(&**path) {
                notices.of.push(Notice { watched: Arc::clone(watched), name: None, happened });
            }
            let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { continue };
            if let Some(watched) = self.watched.get(parent) {
                let name = Some(name.to_owned());
                notices.of.push(Notice { watched: Arc::clone(watched), name, happened });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn hears_a_file_being_written() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let mut watcher = Watcher::new().unwrap();
        watcher.watch(&dir).unwrap();
        fs::write(dir.join("a"), "1").unwrap();
        let of_a = |notice: &Notice| notice.name.as_deref() == Some("a".as_ref());
        while !watcher.wait(None).of.iter().any(of_a) {}
        watcher.unwatch(&dir);
        assert!(watcher.watched.is_empty());
    }

    #[test]
    fn waking_ends_the_waiting() {
        let mut watcher = Watcher::new().unwrap();
        watcher.waker().wake();
        assert!(watcher.wait(None).of.is_empty());
    }
}
