use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use enhanced_config_core::{KeyPath, Problem, ProblemKind, Problems, Severity};

use crate::publish::list::{Entry, List};
use crate::publish::{Callback, CallbackKind, Calls};
use crate::{Publication, ReloadEvent, Subscription};

/// The callbacks of one configuration.
///
/// Callbacks of one kind are called in the order in which they were registered, and an undo is told in the opposite
/// order. One that panics counts as one that failed. None is called at registration.
///
/// ```
/// # use enhanced_config_core::{Document, Layer, LayerKind, Problem, ProblemKind};
/// # use enhanced_config_reload::{Board, Calls, Publication, Stopped, Subscribers};
/// # use serde_json::json;
/// # use std::sync::Arc;
/// # let document = |json| Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml"));
/// let clock = Arc::new(enhanced_config_clock::SystemClock);
/// let subscribers = Subscribers::new("app", Arc::new(Calls::new(clock)));
/// let port = "port".parse()?;
/// let listen = subscribers.on_change([port], |change: &Publication<Document>| {
///     match change.new_at(&"port".parse().unwrap()).and_then(|port| port.as_u64()) {
///         Some(1..1024) => Err(Problem::error(ProblemKind::Custom { message: "needs root".into() })),
///         _ => Ok(()),
///     }
/// });
///
/// let board = Board::new(document(json!({ "port": 8080 }))?);
/// let next = board.prepare(document(json!({ "port": 80 }))?)?;
/// let change = Publication::new(board.whole().load().into_arc(), next.value(), |document| document);
/// let stopped = subscribers.publish(&change, || next.exchange(), || next.exchange());
/// assert!(matches!(stopped, Err(Stopped::Undone(problems)) if problems.to_string() == "needs root"));
/// assert_eq!((board.whole().load().get("port").unwrap().as_u64(), board.whole().version()), (Some(8080), 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Subscribers<V> {
    name: Arc<str>,
    calls: Arc<Calls>,
    before: Arc<List<Box<Follow<V>>>>,
    change: Arc<List<OnChange<V>>>,
    reload: Arc<List<Box<Hear>>>,
}

type Follow<V> = dyn Fn(&Publication<V>) -> Result<(), Problem> + Send + Sync;
type Hear = dyn Fn(&ReloadEvent) + Send + Sync;

struct OnChange<V> {
    paths: Vec<KeyPath>,
    follow: Box<Follow<V>>,
}

/// Why a publication did not come to stay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// Somebody refused: nothing changed. All refusals there are.
    #[error("refused: {0}")]
    Refused(Problems),
    /// Somebody could not follow: what was served before is served again. First why, then what failed on the way back.
    #[error("undone: {0}")]
    Undone(Problems),
}

impl<V: 'static> Subscribers<V> {
    /// Nobody yet, for the configuration `name`.
    pub fn new(name: impl Into<Arc<str>>, calls: Arc<Calls>) -> Self {
        Self { name: name.into(), calls, before: List::new(), change: List::new(), reload: List::new() }
    }

    /// Calls `f` before every change, which an error refuses: then nothing changes. To agree is no promise that the
    /// change comes, since another may refuse.
    #[track_caller]
    pub fn before_change<F>(&self, f: F) -> Subscription
    where
        F: Fn(&Publication<V>) -> Result<(), Problem> + Send + Sync + 'static,
    {
        self.before.add(Callback::here(CallbackKind::BeforeChange), Box::new(f))
    }

    /// Calls `f` after the swap if the effective value at one of `paths` changed, once however many did. An error
    /// undoes the change: everybody who was told is called once more, with the old value as the new one.
    ///
    /// The root path stands for everything.
    #[track_caller]
    pub fn on_change<F>(&self, paths: impl IntoIterator<Item = KeyPath>, f: F) -> Subscription
    where
        F: Fn(&Publication<V>) -> Result<(), Problem> + Send + Sync + 'static,
    {
        let run = OnChange { paths: paths.into_iter().collect(), follow: Box::new(f) };
        self.change.add(Callback::here(CallbackKind::OnChange), run)
    }

    /// Calls `f` with whatever became of each attempt to follow the sources.
    #[track_caller]
    pub fn on_reload<F>(&self, f: F) -> Subscription
    where
        F: Fn(&ReloadEvent) + Send + Sync + 'static,
    {
        self.reload.add(Callback::here(CallbackKind::OnReload), Box::new(f))
    }

    /// Asks everybody, swaps, and tells those whose values changed. No lock is held meanwhile; whoever subscribes
    /// meanwhile takes part from the next phase on.
    ///
    /// # Errors
    /// [`Stopped::Refused`] before `swap` is called, [`Stopped::Undone`] after `swap_back` was.
    pub fn publish<A, B>(
        &self,
        publication: &Publication<V>,
        swap: impl FnOnce() -> A,
        swap_back: impl FnOnce() -> B,
    ) -> Result<(), Stopped> {
        let refusals = self.refusals(publication);
        if !refusals.is_empty() {
            return Err(Stopped::Refused(refusals));
        }
        swap();
        let mut told = Vec::new();
        for entry in self.change.entries() {
            if !entry.run.paths.iter().any(|path| publication.changes(path)) {
                continue;
            }
            if let Err(problem) = self.ask(&entry, &entry.run.follow, publication) {
                swap_back();
                return Err(Stopped::Undone(self.tell_back(problem, &told, &publication.undone())));
            }
            told.push(entry);
        }
        Ok(())
    }

    /// Whether nobody is registered.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.change.is_empty() && self.reload.is_empty()
    }

    /// Tells everybody what became of an attempt.
    pub fn tell(&self, event: &ReloadEvent) {
        for entry in self.reload.entries() {
            if entry.has_ended() {
                continue;
            }
            if self.calls.run(&self.name, entry.callback, || (entry.run)(event), |()| true).is_err() {
                tracing::error!(config = &*self.name, "{} panicked", entry.callback);
            }
        }
    }

    fn refusals(&self, publication: &Publication<V>) -> Problems {
        let entries = self.before.entries();
        entries.iter().filter_map(|entry| self.ask(entry, &entry.run, publication).err()).collect()
    }

    /// Tells those who were told already that it is undone, the last first.
    fn tell_back(&self, why: Problem, told: &[Arc<Entry<OnChange<V>>>], undone: &Publication<V>) -> Problems {
        let failures = told.iter().rev().filter_map(|entry| self.ask(entry, &entry.run.follow, undone).err());
        std::iter::once(why).chain(failures).collect()
    }

    fn ask<F>(&self, entry: &Entry<F>, f: &Follow<V>, publication: &Publication<V>) -> Result<(), Problem> {
        if entry.has_ended() {
            return Ok(());
        }
        let refuses = entry.callback.kind == CallbackKind::BeforeChange;
        let succeeded = |answer: &Result<(), Problem>| refuses || answer.is_ok();
        let answer = self.calls.run(&self.name, entry.callback, || f(publication), succeeded);
        let answer = answer.unwrap_or_else(|_| Err(panicked(entry.callback)));
        // Whatever the callback calls it: nothing goes on because of it.
        answer.map_err(|mut problem| {
            problem.severity = Severity::Error;
            problem
        })
    }
}

fn panicked(callback: Callback) -> Problem {
    Problem::error(ProblemKind::Custom { message: format!("{callback} panicked").into() })
}

impl Callback {
    #[track_caller]
    fn here(kind: CallbackKind) -> Self {
        Self { kind, registered: Location::caller() }
    }
}

impl<V> fmt::Debug for Subscribers<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribers").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Orders of the steps of threads, chosen by `shuttle`.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::Board;
    use enhanced_config_clock::ManualClock;
    use enhanced_config_core::{Document, Layer, LayerKind};
    use shuttle::sync::Mutex;
    use shuttle::thread;
    use std::collections::BTreeMap;

    struct System {
        board: Board<Document>,
        subscribers: Subscribers<Document>,
        log: Mutex<Vec<(&'static str, u64)>>,
    }

    fn document(value: u64) -> Document {
        let json = BTreeMap::from([("a", value)]);
        Document::from_serialize(&json, Layer::new(LayerKind::Base, "app.yaml")).unwrap()
    }

    fn value(document: &Document) -> u64 {
        document.get("a").unwrap().as_u64().unwrap()
    }

    impl System {
        fn new() -> Arc<Self> {
            let calls = Arc::new(Calls::new(Arc::new(ManualClock::new())));
            let subscribers = Subscribers::new("app", calls);
            Arc::new(Self { board: Board::new(document(0)), subscribers, log: Mutex::default() })
        }

        fn publish(&self, value: u64) -> Result<(), Stopped> {
            let next = self.board.prepare(document(value)).unwrap();
            let old = self.board.whole().load().into_arc();
            let change = Publication::new(old, next.value(), |document| document);
            self.subscribers.publish(&change, || next.exchange(), || next.exchange())
        }

        /// Writes down what each call sees served, and fails for 2.
        fn subscribe(self: &Arc<Self>, name: &'static str, fails: bool) -> Subscription {
            let system = Arc::downgrade(self);
            self.subscribers.on_change([KeyPath::root()], move |change| {
                let system = system.upgrade().unwrap();
                let served = value(&system.board.whole().load());
                assert_eq!(served, value(change.new_value()), "the new version is served already");
                system.log.lock().unwrap().push((name, served));
                match fails && served == 2 {
                    true => Err(Problem::error(ProblemKind::Missing)),
                    false => Ok(()),
                }
            })
        }
    }

    #[test]
    fn callbacks_and_undo_keep_their_order_whoever_reads_and_subscribes_meanwhile() {
        let model = || {
            let system = System::new();
            let _told =
                [system.subscribe("a", false), system.subscribe("b", false), system.subscribe("c", true)];
            let (reader, other) = (Arc::clone(&system), Arc::clone(&system));
            let reader = thread::spawn(move || {
                let (mut reader, mut seen) = (reader.board.whole().reader(), 0);
                for _ in 0..4 {
                    let served = value(reader.read());
                    assert_eq!(Some(&served), [0, 1, 2, 1].get(reader.version() as usize - 1));
                    assert!(reader.version() >= seen);
                    seen = reader.version();
                }
            });
            let other = thread::spawn(move || drop(other.subscribe("other", false)));
            system.publish(1).unwrap();
            assert!(matches!(system.publish(2), Err(Stopped::Undone(_))));
            reader.join().unwrap();
            other.join().unwrap();
            let mut log = system.log.lock().unwrap().clone();
            log.retain(|(name, _)| *name != "other");
            let first = [("a", 1), ("b", 1), ("c", 1)];
            let second = [("a", 2), ("b", 2), ("c", 2), ("b", 1), ("a", 1)];
            assert_eq!(log, [first.as_slice(), second.as_slice()].concat());
            system.publish(3).unwrap();
            assert!(!system.log.lock().unwrap().contains(&("other", 3)), "its subscription had ended");
        };
        shuttle::check_pct(model, 1000, 3);
    }
}
