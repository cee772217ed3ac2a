use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use enhanced_config_core::Problems;

use crate::closures::Closures;
use crate::engine::Engine;
use crate::publish::is_inside_an_attempt;
use crate::shared::{Message, Shared};
use crate::watch::Watcher;
use crate::{Follow, Input, ReloadOptions};

/// Follows files from a thread of its own: notices that they change, waits until they have settled, and has whoever
/// depends on them read them again.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("motd");
/// use enhanced_config_reload::{ConfigHotReloader, ReloadOptions};
/// use std::sync::mpsc;
///
/// std::fs::write(&path, "hello")?;
/// let reloader = ConfigHotReloader::start(ReloadOptions::default())?;
/// let (sender, changes) = mpsc::channel();
/// let file = path.clone();
/// reloader.follow_files(
///     "motd",
///     [&path],
///     move || Ok(std::fs::read_to_string(&file).unwrap_or_default()),
///     move |text| Ok(sender.send(text).unwrap_or_default()),
/// );
///
/// std::fs::write(&path, "good evening")?;
/// assert_eq!(changes.recv()?, "good evening");
/// # Ok(())
/// # }
/// ```
///
/// The thread sleeps while nothing happens, but for a look at the files at every
/// [`poll_interval`](ReloadOptions::poll_interval). Dropping the reloader ends the thread, and waits for it and for
/// attempts under way, unless it is one of these that drops it.
pub struct ConfigHotReloader {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl ConfigHotReloader {
    /// Starts the thread. Nothing is followed yet.
    ///
    /// # Errors
    /// When the system gives no thread, or no descriptor to wake it with.
    pub fn start(options: ReloadOptions) -> io::Result<Self> {
        let watcher = Watcher::new()?;
        let shared = Arc::new(Shared::new(watcher.waker()));
        let engine = Engine::new(options, watcher, Arc::clone(&shared));
        let thread = Builder::new().name("config-watch".to_owned()).spawn(move || engine.run())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Follows `inputs`, which were read: when one is something else now, or later, `follow` is asked to read anew.
    /// Takes the place of what was followed under this name.
    ///
    /// Returns at once; [`wait_ready`](Self::wait_ready) once the files are watched. Changes before that are seen too,
    /// but not whether a file is still being written.
    pub fn follow(&self, name: &str, follow: Arc<dyn Follow>, inputs: Vec<Input>) {
        self.shared.send(Message::Follow(name.into(), follow, inputs));
    }

    /// Follows files with two functions: one that reads them and one that takes what was read, either of which may
    /// refuse; then the refusal is logged, and nothing happens until a file changes again.
    ///
    /// Neither is called before a file changes. They run on threads of their own, one after the other.
    pub fn follow_files<V, P: Into<PathBuf>>(
        &self,
        name: &str,
        paths: impl IntoIterator<Item = P>,
        rebuild: impl Fn() -> Result<V, Problems> + Send + Sync + 'static,
        apply: impl Fn(V) -> Result<(), Problems> + Send + Sync + 'static,
    ) where
        V: 'static,
    {
        let absolute = |path: P| {
            let path = path.into();
            std::path::absolute(&path).unwrap_or(path)
        };
        let paths: Vec<PathBuf> = paths.into_iter().map(absolute).collect();
        let inputs = paths.iter().map(Input::now).collect();
        self.follow(name, Arc::new(Closures::new(name, paths, rebuild, apply)), inputs);
        self.wait_ready();
    }

    /// Waits until everything that is to be followed is watched; not inside an attempt of a [`Turn`](crate::Turn), nor on
    /// the thread that watches.
    pub fn wait_ready(&self) {
        self.ready()();
    }

    /// What [`wait_ready`](Self::wait_ready) does, for whoever lets go of a lock on the reloader before: the thread that
    /// watches writes logs, and whoever keeps these may ask for the lock.
    #[must_use = "nothing is waited for until it is called"]
    pub fn ready(&self) -> impl FnOnce() + Send + use<> {
        self.shared.ready()
    }

    /// Follows nothing under this name any more. An attempt under way is made to its end.
    pub fn forget(&self, name: &str) {
        self.shared.send(Message::Forget(name.into()));
    }

    /// Has the thread that watches call `chore` as well, so that it takes no thread of its own: now, whenever it wakes, and
    /// when the time has passed at the latest that `chore` gave back. It must not wait, as changes are not noticed meanwhile.
    /// Takes the place of the one before; one that panics is not called again.
    pub fn set_chore(&self, chore: impl FnMut() -> Option<Duration> + Send + 'static) {
        self.shared.send(Message::Chore(Box::new(chore)));
    }

    /// What wakes the thread that watches, for whoever wants its chore called.
    pub fn waker(&self) -> impl Fn() + Send + Sync + use<> {
        let shared = Arc::clone(&self.shared);
        move || shared.wake()
    }

    /// How many have changed and wait: until they have settled, until others are done, or until it is time to try again.
    pub fn queued(&self) -> usize {
        self.shared.queued()
    }

    /// Why the system did not tell of all changes at some time, so that some may be noticed only at the next poll; none when
    /// it always has.
    pub fn is_polling(&self) -> Option<String> {
        self.shared.deaf().map(|why| why.to_string())
    }
}

impl Drop for ConfigHotReloader {
    fn drop(&mut self) {
        self.shared.stop();
        // Whoever runs on its threads and drops it cannot wait for itself: the thread ends when that has.
        let waits_for_us = self.shared.is_own_thread() || is_inside_an_attempt();
        let Some(thread) = self.thread.take().filter(|_| !waits_for_us) else { return };
        // It catches what panics; if it ever ends otherwise, the panic was printed.
        let _ = thread.join();
    }
}

impl fmt::Debug for ConfigHotReloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigHotReloader").field("polling", &self.is_polling()).finish_non_exhaustive()
    }
}
