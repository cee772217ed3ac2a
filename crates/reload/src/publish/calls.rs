use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use enhanced_config_clock::{Clock, Instant};

use crate::sync::Mutex;

/// Which callbacks run now, and since when: one for all configurations of a program.
pub struct Calls {
    clock: Arc<dyn Clock>,
    running: Mutex<Running>,
    observer: Option<Box<Observer>>,
}

type Observer = dyn Fn(&Arc<str>, Duration, bool) + Send + Sync;

#[derive(Default)]
struct Running {
    next: u64,
    calls: BTreeMap<u64, Call>,
}

struct Call {
    name: Arc<str>,
    callback: Callback,
    since: Instant,
    reported: bool,
}

/// A callback, as a log can name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Callback {
    /// What it is called for.
    pub kind: CallbackKind,
    /// Where the program registered it.
    pub registered: &'static Location<'static>,
}

/// What a callback is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallbackKind {
    /// To agree, before anything changes.
    BeforeChange,
    /// To follow, after something changed.
    OnChange,
    /// To hear what became of an attempt.
    OnReload,
}

/// A callback that has been running for longer than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overdue {
    /// The configuration that waits for it; no other does.
    pub name: Arc<str>,
    /// Which one.
    pub callback: Callback,
    /// For how long it has been running.
    pub elapsed: Duration,
}

/// A callback did not return.
pub(crate) struct Panicked;

impl Calls {
    /// No callback runs yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, running: Mutex::default(), observer: None }
    }

    /// As [`new`](Self::new); when a callback has ended, `observer` is told for which configuration, how long it took, and
    /// whether it succeeded: it did not panic, and could follow the change that it was told of. To refuse one beforehand, for
    /// which it was asked, is to succeed.
    pub fn observed(
        clock: Arc<dyn Clock>,
        observer: impl Fn(&Arc<str>, Duration, bool) + Send + Sync + 'static,
    ) -> Self {
        Self { observer: Some(Box::new(observer)), ..Self::new(clock) }
    }

    /// The callbacks that have been running for `limit` or longer, the oldest first. Tells of each call once.
    pub fn overdue(&self, limit: Duration) -> Vec<Overdue> {
        let now = self.clock.now();
        let mut running = self.running.lock();
        let overdue = |call: &mut Call| {
            let elapsed = now - call.since;
            let is_new = elapsed >= limit && !std::mem::replace(&mut call.reported, elapsed >= limit);
            is_new.then(|| Overdue { name: Arc::clone(&call.name), callback: call.callback, elapsed })
        };
        running.calls.values_mut().filter_map(overdue).collect()
    }

    /// Runs a callback, which counts as running until it returns or panics. What it returns may be a failure, too.
    pub(crate) fn run<R>(
        &self,
        name: &Arc<str>,
        callback: Callback,
        run: impl FnOnce() -> R,
        succeeded: impl FnOnce(&R) -> bool,
    ) -> Result<R, Panicked> {
        let since = self.clock.now();
        let id = self.start(Call { name: Arc::clone(name), callback, since, reported: false });
        let span = tracing::info_span!(
            target: "enhanced_config",
            "config.callback",
            config = &**name,
            kind = %callback.kind,
            registered = %callback.registered,
            succeeded = tracing::field::Empty
        );
        let result = span.in_scope(|| catch_unwind(AssertUnwindSafe(run)));
        let succeeded = result.as_ref().is_ok_and(succeeded);
        span.record("succeeded", succeeded);
        self.running.lock().calls.remove(&id);
        if let Some(observer) = &self.observer {
            observer(name, self.clock.now() - since, succeeded);
        }
        result.map_err(|_| Panicked)
    }

    fn start(&self, call: Call) -> u64 {
        let mut running = self.running.lock();
        let id = running.next;
        running.next += 1;
        running.calls.insert(id, call);
        id
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("running", &self.running.lock().calls.len()).finish_non_exhaustive()
    }
}

/// `the on_change callback registered at src/main.rs:12:5`
impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} callback registered at {}", self.kind, self.registered)
    }
}

impl fmt::Display for CallbackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallbackKind::BeforeChange => "before_change",
            CallbackKind::OnChange => "on_change",
            CallbackKind::OnReload => "on_reload",
        })
    }
}

/// `app: the on_change callback registered at src/main.rs:12:5 has been running for 10.0s`
impl fmt::Display for Overdue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, callback, elapsed } = self;
        write!(f, "{name}: {callback} has been running for {elapsed:.1?}")
    }
}
