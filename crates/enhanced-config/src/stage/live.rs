use std::sync::Arc;

use enhanced_config_core::{KeyPath, Problems};
use enhanced_config_layers::Loaded;
use enhanced_config_reload::{
    Board, Calls, Cause, ConfigHotReloader, Events, Live, Outcome, Publication, ReloadEvent, ReloadOptions,
    ShownChange, StateDir, Subscribers, Turn,
};
use parking_lot::Mutex;
use serde::de::DeserializeOwned;

use super::{Report, Stopped};
use crate::Config;
use crate::attempt::{Ended, Made, Why};

/// What all configurations of a system share.
pub(crate) struct Hub {
    pub(crate) calls: Arc<Calls>,
    pub(crate) events: Events,
    pub(crate) options: ReloadOptions,
    /// Where what could be used is kept.
    pub(crate) state: Option<StateDir>,
    /// While files are followed.
    pub(crate) reloader: Mutex<Option<ConfigHotReloader>>,
}

impl Hub {
    pub(crate) fn new(options: ReloadOptions, state: Option<StateDir>, calls: Calls) -> Self {
        let calls = Arc::new(calls);
        Self { calls, events: Events::new(), options, state, reloader: Mutex::default() }
    }
}

/// What became of an attempt, if somebody is told.
pub(crate) type Event = Option<Arc<ReloadEvent>>;

/// One attempt at a time, and everybody who depends on what comes of it.
pub(crate) struct Stage {
    turn: Turn<Made>,
    pub(crate) subscribers: Subscribers<Config>,
    /// Where live handles read. None while there are none: it keeps the document in memory.
    board: Mutex<Option<Arc<Board<Config>>>>,
    /// What is served, while somebody depends on it: the next change is told as one from here, even if readers have not
    /// asked for it for so long that it is no longer kept for them.
    current: Mutex<Option<Config>>,
    /// What waits for a restart, as was told last.
    pending: Mutex<Arc<[ShownChange]>>,
}

impl Stage {
    pub(crate) fn new(name: &Arc<str>, hub: &Hub) -> Self {
        Self {
            turn: Turn::new(),
            subscribers: Subscribers::new(Arc::clone(name), Arc::clone(&hub.calls)),
            board: Mutex::default(),
            current: Mutex::default(),
            pending: Mutex::new([].into()),
        }
    }

    /// What is served, if somebody depends on it.
    pub(crate) fn current(&self) -> Option<Config> {
        self.current.lock().clone()
    }

    /// This is served from now on, unless something newer is.
    pub(crate) fn set_current(&self, config: Config) {
        let config = (!self.is_idle()).then_some(config);
        let mut current = self.current.lock();
        let is_newer =
            |config: &Config| current.as_ref().is_none_or(|current| current.version() <= config.version());
        if config.as_ref().is_none_or(is_newer) {
            let before = std::mem::replace(&mut *current, config);
            drop(current);
            // Where no lock is held: what goes may be large.
            drop(before);
        }
    }

    pub(crate) fn run(&self, attempt: impl FnMut() -> Made) -> Option<Made> {
        self.turn.run(attempt)
    }

    pub(crate) fn try_run(&self, attempt: impl FnMut() -> Made) -> Option<Made> {
        self.turn.try_run(attempt)
    }

    /// Asks everybody, changes what is served, and tells everybody; or changes it back.
    pub(crate) fn publish(
        &self,
        old: &Config,
        new: &Config,
        swap: impl FnOnce(),
        swap_back: impl FnOnce(),
    ) -> Result<(), Stopped> {
        let board = self.board(old);
        let prepared = board.prepare(new.clone()).map_err(Stopped::Refused)?;
        let publication = Publication::new(old.clone(), new.clone(), |config| config.document());
        let published = self.subscribers.publish(
            &publication,
            || (prepared.exchange(), swap()),
            || (prepared.exchange(), swap_back()),
        );
        drop(prepared);
        self.leave(board);
        published.map_err(|stopped| match stopped {
            enhanced_config_reload::Stopped::Refused(problems) => Stopped::Refused(problems),
            enhanced_config_reload::Stopped::Undone(problems) => Stopped::Undone(problems),
            _ => Stopped::Refused(Problems::new()),
        })
    }

    /// A handle on what `current` and all that follows it are as a type. None when it `is_old`: every change from here on
    /// reaches the handle, and one before may have come after the caller looked.
    pub(crate) fn live<T>(
        &self,
        current: &Config,
        is_old: impl Fn() -> bool,
    ) -> Option<Result<Live<T>, Problems>>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let board = self.board(current);
        if is_old() {
            self.leave(board);
            return None;
        }
        self.set_current(current.clone());
        let live = board.live(&KeyPath::root(), |config: &Config| {
            config.extract().map_err(|rejection| rejection.problems().clone())
        });
        self.leave(board);
        Some(live)
    }

    fn board(&self, current: &Config) -> Arc<Board<Config>> {
        let mut board = self.board.lock();
        let new = || Arc::new(Board::with_version(current.version(), current.clone()));
        Arc::clone(board.get_or_insert_with(new))
    }

    /// Lets go of the board if nobody reads from it, nor is about to.
    fn leave(&self, used: Arc<Board<Config>>) {
        let mut board = self.board.lock();
        // The stage's own and the caller's.
        if Arc::strong_count(&used) == 2 && !used.is_read() {
            let last = board.take();
            drop(board);
            drop(last);
        }
    }

    /// Tells those who want to hear it, where there is something to tell.
    pub(crate) fn report(&self, hub: &Hub, report: &Report<'_>) -> Event {
        let event = self.event(report)?;
        match &event.outcome {
            Outcome::Refused(_) | Outcome::Missing(_) | Outcome::Undone(_) => tracing::error!("{event}"),
            _ => tracing::info!("{event}"),
        }
        hub.events.send(&event);
        self.subscribers.tell(&event);
        Some(Arc::new(event))
    }

    fn event(&self, report: &Report<'_>) -> Option<ReloadEvent> {
        // A first load is no change.
        let old = report.old.or_else(|| report.ended.config()).filter(|_| report.old_version > 0)?;
        let served = report.ended.config().unwrap_or(old);
        let pending = report.waits.map_or_else(|| [].into(), |(kept, given)| between(kept, given));
        let waits = std::mem::replace(&mut *self.pending.lock(), Arc::clone(&pending)) != pending;
        let outcome = outcome(report)?;
        let is_news = waits
            || outcome != Outcome::Unchanged && !is_old_news(report)
            || matches!(report.why, Why::Request);
        let mut event = ReloadEvent::new(old.name(), cause(report.why), outcome, report.old_version);
        event.new_version = served.version();
        event.changes = match report.ended {
            Ended::Changed(new) => between(old.loaded(), new.loaded()),
            _ => [].into(),
        };
        event.pending = pending;
        event.duration = report.duration;
        is_news.then_some(event)
    }

    /// What waits for a restart.
    pub(crate) fn pending(&self) -> Arc<[ShownChange]> {
        Arc::clone(&self.pending.lock())
    }

    /// Whether nobody depends on it.
    pub(crate) fn is_idle(&self) -> bool {
        self.subscribers.is_empty() && self.board.lock().is_none()
    }
}

/// What differs, without what is a secret of either.
fn between(old: &Loaded, new: &Loaded) -> Arc<[ShownChange]> {
    let redactor = old.redactor.clone().with_secrets_of(&new.redactor);
    ShownChange::between(&old.document, &new.document, &redactor)
}

fn cause(why: &Why) -> Cause {
    match why {
        Why::Look(paths) | Why::Files(paths) => Cause::Files(paths.clone()),
        Why::Environment => Cause::Environment,
        Why::Override => Cause::Override,
        Why::Use | Why::Request | Why::Save(_) => Cause::Request,
    }
}

fn outcome(report: &Report<'_>) -> Option<Outcome> {
    Some(match (report.ended, report.trouble, report.before) {
        (Ended::Moved, ..) => return None,
        (Ended::Changed(_), _, None) => Outcome::Applied,
        (Ended::Same(_), _, None) => Outcome::Unchanged,
        (Ended::Changed(_) | Ended::Same(_), _, Some(_)) => Outcome::Recovered,
        (Ended::Undone(..), Some(trouble), _) => Outcome::Undone(trouble.problems.clone()),
        (_, Some(trouble), _) if trouble.is_missing => Outcome::Missing(trouble.problems.clone()),
        (_, Some(trouble), _) => Outcome::Refused(trouble.problems.clone()),
        (_, None, _) => return None,
    })
}

/// Whether the attempt before ended as this one did, for the same reasons.
fn is_old_news(report: &Report<'_>) -> bool {
    matches!(report.ended, Ended::Rejected(_)) && report.before == report.trouble
}
