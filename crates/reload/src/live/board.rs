use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};

use enhanced_config_core::{KeyPath, Problem, ProblemKind, Problems};

use crate::Live;
use crate::live::edition::{Edition, Shared, Shown};
use crate::sync::Mutex;

/// Shows one value to all readers of a configuration, as a whole and as the types that they read from it.
///
/// ```
/// use enhanced_config_core::{KeyPath, Problems};
/// use enhanced_config_reload::Board;
///
/// let board = Board::new("8080".to_owned());
/// let port = board.live(&KeyPath::root(), |text: &String| Ok(text.len()))?;
/// assert_eq!(*port.load(), 4);
///
/// let next = board.prepare("80".to_owned())?;
/// assert_eq!(*port.load(), 4, "prepared is not shown");
/// next.exchange();
/// assert_eq!((*port.load(), &**board.whole().load(), port.version()), (2, "80", 2));
/// next.exchange();
/// assert_eq!((*port.load(), &**board.whole().load(), port.version()), (4, "8080", 3));
/// # Ok::<(), Problems>(())
/// ```
pub struct Board<V> {
    whole: Live<V>,
    state: Mutex<State<V>>,
}

/// The number of the handle on the whole value.
const WHOLE: usize = 0;

struct State<V> {
    version: u64,
    shown: Content<V>,
    /// What may be shown next, and what may be shown again.
    drafts: BTreeMap<u64, Content<V>>,
    next_draft: u64,
    /// By number, from the one after [`WHOLE`] on. Some may have gone.
    slots: Vec<Arc<Slot<V>>>,
}

/// A value, and what the handles read from it.
struct Content<V> {
    value: Arc<V>,
    values: Vec<Shared>,
}

/// How one handle reads.
struct Slot<V> {
    alive: Weak<()>,
    reads: (TypeId, KeyPath),
    type_name: &'static str,
    read: Box<ReadShared<V>>,
}

/// A handle that has gone, and what it had read: dropped where no lock is held, since that runs code of the program.
type Gone<V> = (Option<Arc<Slot<V>>>, Vec<Option<Shared>>);

type ReadShared<V> = dyn Fn(&V) -> Result<Shared, Problems> + Send + Sync;

impl<V: Send + Sync + 'static> Board<V> {
    /// A board that shows `value` as version 1.
    pub fn new(value: impl Into<Arc<V>>) -> Self {
        Self::with_version(1, value)
    }

    /// A board that shows `value` as a version that others count already.
    pub fn with_version(version: u64, value: impl Into<Arc<V>>) -> Self {
        let shown = Content::new(value.into());
        let whole = Live {
            shown: Arc::new(Shown::new(Edition::new(version, &shown.values))),
            index: WHOLE,
            alive: Arc::default(),
            read: PhantomData,
        };
        let state = State { version, shown, drafts: BTreeMap::new(), next_draft: 0, slots: Vec::new() };
        Self { whole, state: Mutex::new(state) }
    }

    /// The value itself.
    pub fn whole(&self) -> &Live<V> {
        &self.whole
    }

    /// What `read` makes of the value, from now on for every version. `path` says which part it reads: handles of one
    /// type and path share what the first of them reads.
    ///
    /// # Errors
    /// What `read` says, or that it panicked. While another version is prepared or could still be taken back, it has
    /// to fit as well.
    pub fn live<T, F>(&self, path: &KeyPath, read: F) -> Result<Live<T>, Problems>
    where
        T: Send + Sync + 'static,
        F: Fn(&V) -> Result<T, Problems> + Send + Sync + 'static,
    {
        let alive = Arc::default();
        let slot = Arc::new(Slot {
            alive: Arc::downgrade(&alive),
            reads: (TypeId::of::<T>(), path.clone()),
            type_name: type_name::<T>(),
            read: Box::new(move |value| Ok(Arc::new(read(value)?) as Shared)),
        });
        let mut done = Vec::new();
        // No lock is held while a reader runs, so what there is to read may have changed when it returns. Ends when
        // nobody publishes for as long as one reading takes.
        loop {
            let mut state = self.state.lock();
            if let Some((index, alive)) = state.living(&slot.reads) {
                return Ok(self.handle(index, alive));
            }
            let missing = state.unread_values(&done);
            if missing.is_empty() {
                let (index, gone) = state.add(slot, &done);
                let before = self.whole.shown.show(state.edition());
                drop(state);
                drop((before, gone));
                return Ok(self.handle(index, alive));
            }
            drop(state);
            for value in missing {
                let read = slot.read(&value)?;
                done.push((value, read));
            }
        }
    }

    /// Whether a handle that [`live`](Self::live) gave still lives.
    pub fn is_read(&self) -> bool {
        self.state.lock().slots.iter().any(|slot| slot.is_alive())
    }

    /// Reads `value` for every living handle, without showing it yet.
    ///
    /// # Errors
    /// What any of them says, all problems at once.
    pub fn prepare(&self, value: impl Into<Arc<V>>) -> Result<Prepared<'_, V>, Problems> {
        let value = value.into();
        let mut done: Vec<(Arc<Slot<V>>, Shared)> = Vec::new();
        loop {
            let mut state = self.state.lock();
            let missing = state.unread_slots(&done);
            if missing.is_empty() {
                let mut draft = Content::new(Arc::clone(&value));
                draft.fill(&state.slots, &done);
                return Ok(Prepared { board: self, value, id: state.keep(draft) });
            }
            drop(state);
            done.extend(read_all(missing, &value)?);
        }
    }

    fn handle<T>(&self, index: usize, alive: Arc<()>) -> Live<T> {
        Live { shown: Arc::clone(&self.whole.shown), index, alive, read: PhantomData }
    }
}

/// The version; the value may be secret.
impl<V> fmt::Debug for Board<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board").field("whole", &self.whole).finish_non_exhaustive()
    }
}

/// A value that every handle can read, kept beside the one that is shown until it is dropped.
#[must_use = "nothing is shown before `exchange`"]
pub struct Prepared<'a, V> {
    board: &'a Board<V>,
    value: Arc<V>,
    id: u64,
}

impl<V> Prepared<'_, V> {
    /// What was prepared.
    pub fn value(&self) -> Arc<V> {
        Arc::clone(&self.value)
    }

    /// Shows what is kept and keeps what was shown, for all handles at one instant; says the new version. The first
    /// call publishes, the second undoes it, and each is a version of its own.
    ///
    /// Whoever prepares twice at once has to see to the order of exchanges.
    pub fn exchange(&self) -> u64 {
        let mut guard = self.board.state.lock();
        let state = &mut *guard;
        // Its place is taken by what was shown, so it is there until `self` is dropped.
        let Some(draft) = state.drafts.get_mut(&self.id) else { return state.version };
        std::mem::swap(&mut state.shown, draft);
        state.version += 1;
        let version = state.version;
        let before = self.board.whole.shown.show(state.edition());
        drop(guard);
        drop(before);
        version
    }
}

impl<V> Drop for Prepared<'_, V> {
    fn drop(&mut self) {
        let kept = self.board.state.lock().drafts.remove(&self.id);
        // What a value does when it is dropped must not happen under the lock, which is released by now.
        drop(kept);
    }
}

impl<V> fmt::Debug for Prepared<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

impl<V> State<V> {
    fn edition(&self) -> Edition {
        Edition::new(self.version, &self.shown.values)
    }

    /// The handle that reads this already.
    fn living(&self, reads: &(TypeId, KeyPath)) -> Option<(usize, Arc<()>)> {
        let same = |(at, slot): (usize, &Arc<Slot<V>>)| {
            let alive = (slot.reads == *reads).then(|| slot.alive.upgrade())??;
            Some((at + 1, alive))
        };
        self.slots.iter().enumerate().find_map(same)
    }

    /// The values, shown or kept, that a new handle has not read.
    fn unread_values(&self, done: &[(Arc<V>, Shared)]) -> Vec<Arc<V>> {
        let contents = std::iter::once(&self.shown).chain(self.drafts.values());
        let unread =
            |content: &&Content<V>| !done.iter().any(|(value, _)| Arc::ptr_eq(value, &content.value));
        contents.filter(unread).map(|content| Arc::clone(&content.value)).collect()
    }

    /// The living handles that have not read a new value.
    fn unread_slots(&self, done: &[(Arc<Slot<V>>, Shared)]) -> Vec<Arc<Slot<V>>> {
        let unread =
            |slot: &&Arc<Slot<V>>| slot.is_alive() && !done.iter().any(|(other, _)| Arc::ptr_eq(other, slot));
        self.slots.iter().filter(unread).cloned().collect()
    }

    /// Gives a handle a number, which may have been that of one that has gone, and puts what it read in its place.
    fn add(&mut self, slot: Arc<Slot<V>>, done: &[(Arc<V>, Shared)]) -> (usize, Gone<V>) {
        let at = self.slots.iter().position(|slot| !slot.is_alive()).unwrap_or(self.slots.len());
        let gone = match self.slots.get_mut(at) {
            Some(place) => Some(std::mem::replace(place, slot)),
            None => {
                self.slots.push(slot);
                None
            }
        };
        let contents = std::iter::once(&mut self.shown).chain(self.drafts.values_mut());
        let put = |content: &mut Content<V>| {
            let read = done.iter().find(|(value, _)| Arc::ptr_eq(value, &content.value));
            content.put(at + 1, read.map_or_else(nothing, |(_, read)| Arc::clone(read)))
        };
        (at + 1, (gone, contents.map(put).collect()))
    }

    fn keep(&mut self, draft: Content<V>) -> u64 {
        let id = self.next_draft;
        self.next_draft += 1;
        self.drafts.insert(id, draft);
        id
    }
}

impl<V: Send + Sync + 'static> Content<V> {
    fn new(value: Arc<V>) -> Self {
        Self { values: vec![Arc::clone(&value) as Shared], value }
    }

    fn fill(&mut self, slots: &[Arc<Slot<V>>], done: &[(Arc<Slot<V>>, Shared)]) {
        for slot in slots {
            let read = done.iter().find(|(other, _)| Arc::ptr_eq(other, slot));
            self.values.push(read.map_or_else(nothing, |(_, read)| Arc::clone(read)));
        }
    }
}

impl<V> Content<V> {
    /// Puts a value in the place of the one that it gives back.
    fn put(&mut self, index: usize, read: Shared) -> Option<Shared> {
        if self.values.len() <= index {
            self.values.resize_with(index + 1, nothing);
        }
        Some(std::mem::replace(self.values.get_mut(index)?, read))
    }
}

/// What stands where no handle reads.
fn nothing() -> Shared {
    Arc::new(())
}

impl<V> Slot<V> {
    fn is_alive(&self) -> bool {
        self.alive.strong_count() > 0
    }

    fn read(&self, value: &V) -> Result<Shared, Problems> {
        catch_unwind(AssertUnwindSafe(|| (self.read)(value))).unwrap_or_else(|_| {
            let message = format!("reading it as `{}` panicked", self.type_name).into();
            let problem = Problem::error(ProblemKind::Custom { message });
            Err(problem.with_path(self.reads.1.clone()).into())
        })
    }
}

type Done<V> = Vec<(Arc<Slot<V>>, Shared)>;

/// What each of the handles reads, or everything that is wrong.
fn read_all<V>(slots: Vec<Arc<Slot<V>>>, value: &V) -> Result<Done<V>, Problems> {
    let (mut done, mut problems, mut failed) = (Vec::new(), Problems::new(), false);
    for slot in slots {
        match slot.read(value) {
            Ok(read) => done.push((slot, read)),
            Err(found) => {
                failed = true;
                problems.extend(found);
            }
        }
    }
    problems.sort();
    if failed { Err(problems) } else { Ok(done) }
}

/// Every order of the steps of writers and readers, by `shuttle`.
#[cfg(test)]
mod tests {
    use super::*;
    use shuttle::thread;

    fn board(value: u64) -> Arc<Board<u64>> {
        Arc::new(Board::new(value))
    }

    fn doubled(value: &u64) -> Result<u64, Problems> {
        Ok(2 * value)
    }

    fn check(model: impl Fn() + Send + Sync + 'static) {
        shuttle::check_pct(model, 2000, 3);
    }

    #[test]
    fn versions_rise_and_no_handle_falls_behind_another() {
        check(|| {
            let board = board(0);
            let live = board.live(&KeyPath::root(), doubled).unwrap();
            let writer = Arc::clone(&board);
            let writer = thread::spawn(move || {
                for value in 1..4 {
                    writer.prepare(value).unwrap().exchange();
                }
            });
            let (mut reader, mut seen) = (live.reader(), 0);
            for _ in 0..4 {
                let (value, version) = (*reader.read(), reader.version());
                assert_eq!(value, 2 * (version - 1));
                let loaded = live.load();
                assert_eq!(*loaded, 2 * (loaded.version() - 1));
                let whole = board.whole().load();
                assert_eq!(*whole, whole.version() - 1);
                let versions = [seen, version, loaded.version(), whole.version()];
                assert!(versions.is_sorted(), "{versions:?}");
                seen = whole.version();
            }
            writer.join().unwrap();
            assert_eq!((*reader.read(), *live.load(), live.version()), (6, 6, 4));
        });
    }

    #[test]
    fn what_is_undone_is_a_version_of_its_own() {
        check(|| {
            let board = board(0);
            let writer = Arc::clone(&board);
            let writer = thread::spawn(move || {
                let next = writer.prepare(1u64).unwrap();
                assert_eq!((next.exchange(), next.exchange()), (2, 3));
            });
            let (mut reader, mut seen) = (board.whole().reader(), 1);
            for _ in 0..3 {
                let value = *reader.read();
                assert_eq!(value, u64::from(reader.version() == 2));
                assert!(reader.version() >= seen);
                seen = reader.version();
            }
            writer.join().unwrap();
            assert_eq!((*reader.read(), reader.version()), (0, 3));
        });
    }

    #[test]
    fn a_handle_that_comes_while_versions_change_follows_all_of_them() {
        check(|| {
            let board = board(0);
            let writer = Arc::clone(&board);
            let writer = thread::spawn(move || {
                let undone = writer.prepare(1u64).unwrap();
                undone.exchange();
                undone.exchange();
                drop(undone);
                writer.prepare(2u64).unwrap().exchange();
            });
            let first = board.live(&KeyPath::root(), doubled).unwrap();
            drop(first);
            let second = board.live(&KeyPath::root().join("a"), |value| Ok(*value == 1)).unwrap();
            let third = board.live(&KeyPath::root(), doubled).unwrap();
            let (early, late) = (second.load(), third.load());
            assert_eq!(*early, early.version() == 2);
            assert_eq!(Some(&*late), [0, 2, 0, 4].get(late.version() as usize - 1));
            writer.join().unwrap();
            assert_eq!((*second.load(), *third.load(), third.version()), (false, 4, 4));
        });
    }

    #[test]
    fn handles_that_went_leave_nothing_behind() {
        let model = || {
            let board = board(1);
            for number in 0..100usize {
                let path = KeyPath::root().join(number);
                let live = board.live(&path, doubled).unwrap();
                board.prepare(number as u64).unwrap().exchange();
                assert_eq!(*live.load(), 2 * number as u64);
            }
            let state = board.state.lock();
            assert_eq!((state.slots.len(), state.drafts.len(), state.shown.values.len()), (1, 0, 2));
        };
        shuttle::check_random(model, 1);
    }

    #[test]
    fn handles_of_one_kind_that_come_at_once_are_read_as_one() {
        check(|| {
            let board = board(1);
            let other = Arc::clone(&board);
            let other = thread::spawn(move || other.live(&KeyPath::root(), doubled).unwrap());
            let here = board.live(&KeyPath::root(), doubled).unwrap();
            let there = other.join().unwrap();
            board.prepare(2u64).unwrap().exchange();
            assert_eq!((*here.load(), *there.load()), (4, 4));
            assert_eq!(board.state.lock().slots.len(), 1);
        });
    }
}
