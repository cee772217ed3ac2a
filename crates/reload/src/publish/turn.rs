use std::cell::Cell;
use std::fmt;

use crate::sync::{Condvar, Mutex, thread_local, wait};

/// Lets one attempt to publish run at a time, and as few as will do for all who ask.
///
/// All attempts of one turn do the same: look at the sources and publish what they say. No lock is held while one
/// runs, so that it may call whatever it likes, this turn included.
///
/// ```
/// # use enhanced_config_reload::Turn;
/// let turn = Turn::new();
/// let mut attempts = 0;
/// let first = turn.run(|| {
///     attempts += 1;
///     if attempts == 1 {
///         // As a callback that reloads what it is called for: that is done afterwards.
///         assert_eq!(turn.run(|| 0), None);
///     }
///     attempts
/// });
/// assert_eq!((first, attempts), (Some(1), 2));
/// ```
pub struct Turn<R> {
    state: Mutex<State<R>>,
    ended: Condvar,
}

struct State<R> {
    running: bool,
    /// Somebody who must not wait asked while an attempt ran.
    again: bool,
    /// How many attempts have begun.
    begun: u64,
    /// How many wait for an attempt to end.
    waiting: usize,
    /// What came of the last attempt that ended, and its number, as long as somebody waits.
    last: Option<(u64, R)>,
}

/// How often in a row attempts are repeated for what they ask for themselves. Who asks each time would never end.
const MOST_REPEATS: usize = 16;

thread_local! {
    /// How many turns this thread has.
    static TURNS: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread makes an attempt: then it must not wait for others, which may wait for it.
pub(crate) fn is_inside_an_attempt() -> bool {
    TURNS.with(Cell::get) > 0
}

impl<R: Clone> Turn<R> {
    /// Nobody has it.
    pub fn new() -> Self {
        let state = State { running: false, again: false, begun: 0, waiting: 0, last: None };
        Self { state: Mutex::new(state), ended: Condvar::new() }
    }

    /// What came of an attempt that began after this was called: of `attempt`, or, where others asked at the same
    /// time, of theirs. Waits for an attempt that runs already.
    ///
    /// None where waiting could be for ever: when an attempt runs, and this is called inside an attempt, of this turn or
    /// another. Then one more follows the one that runs; at most 16 in a row.
    ///
    /// A thread that an attempt itself waits for must not call this.
    ///
    /// # Panics
    /// When `attempt` does; those who wait then make their own.
    pub fn run(&self, attempt: impl FnMut() -> R) -> Option<R> {
        match self.take() {
            Taken::Mine(has) => Some(has.run(attempt)),
            Taken::Joined(result) => Some(result),
            Taken::Deferred => None,
        }
    }

    /// As [`run`](Self::run), but none where another attempt runs already, and then no other follows for it.
    ///
    /// # Panics
    /// When `attempt` does.
    pub fn try_run(&self, attempt: impl FnMut() -> R) -> Option<R> {
        let has = self.begin(&mut self.state.lock())?;
        Some(has.run(attempt))
    }

    fn take(&self) -> Taken<'_, R> {
        let mut state = self.state.lock();
        let asked = state.begun;
        loop {
            if let Some(result) = state.later_than(asked) {
                return Taken::Joined(result);
            }
            if let Some(has) = self.begin(&mut state) {
                return Taken::Mine(has);
            }
            if is_inside_an_attempt() {
                state.again = true;
                return Taken::Deferred;
            }
            state.waiting += 1;
            state = wait(&self.ended, state);
            state.waiting -= 1;
        }
    }

    /// Takes the turn, if nobody has it.
    fn begin(&self, state: &mut State<R>) -> Option<Has<'_, R>> {
        if state.running {
            return None;
        }
        state.running = true;
        TURNS.with(|turns| turns.set(turns.get() + 1));
        Some(Has { turn: self, number: state.begin(), left: MOST_REPEATS, gone: false })
    }
}

impl<R: Clone> State<R> {
    /// What came of the last attempt, if it began after `asked` others had.
    fn later_than(&mut self, asked: u64) -> Option<R> {
        self.last.as_ref().filter(|(number, _)| *number > asked)?;
        // The last who waited takes it along.
        let last = if self.waiting == 0 { self.last.take() } else { self.last.clone() };
        last.map(|(_, result)| result)
    }
}

impl<R> State<R> {
    /// The number of the attempt that begins now, which is what all want who asked until now.
    fn begin(&mut self) -> u64 {
        self.again = false;
        self.begun += 1;
        self.begun
    }
}

impl<R: Clone> Default for Turn<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> fmt::Debug for Turn<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("running", &self.state.lock().running).finish_non_exhaustive()
    }
}

enum Taken<'a, R> {
    Mine(Has<'a, R>),
    Joined(R),
    Deferred,
}

/// A thread has the turn; dropping this gives it back.
struct Has<'a, R> {
    turn: &'a Turn<R>,
    /// Of the attempt that runs.
    number: u64,
    /// How many may be repeated yet.
    left: usize,
    gone: bool,
}

impl<R: Clone> Has<'_, R> {
    /// Makes the attempt, and more as long as somebody asks for them meanwhile; what came of the first.
    fn run(mut self, mut attempt: impl FnMut() -> R) -> R {
        let first = self.attempt(&mut attempt);
        while self.repeats() {
            self.attempt(&mut attempt);
        }
        first
    }

    fn attempt(&self, attempt: &mut impl FnMut() -> R) -> R {
        let result = attempt();
        let mut state = self.turn.state.lock();
        let shared = (state.waiting > 0).then(|| (self.number, result.clone()));
        let before = std::mem::replace(&mut state.last, shared);
        drop(state);
        self.turn.ended.notify_all();
        // Where no lock is held: what goes may be large.
        drop(before);
        result
    }

    /// Whether another attempt begins because somebody asked meanwhile. If not, the turn is given back in the same
    /// step, lest somebody ask in between.
    fn repeats(&mut self) -> bool {
        let mut state = self.turn.state.lock();
        let asked = state.again;
        if let Some(left) = self.left.checked_sub(1).filter(|_| asked) {
            self.left = left;
            self.number = state.begin();
            return true;
        }
        state.running = false;
        state.again = false;
        self.gone = true;
        drop(state);
        if asked {
            tracing::error!("a callback asks for a reload whenever it is called: that is not done");
        }
        false
    }
}

impl<R> Drop for Has<'_, R> {
    fn drop(&mut self) {
        TURNS.with(|turns| turns.set(turns.get() - 1));
        if !self.gone {
            self.turn.state.lock().running = false;
        }
        self.turn.ended.notify_all();
    }
}

/// Orders of the steps of threads, chosen by `shuttle`.
#[cfg(test)]
mod tests {
    use super::*;
    use shuttle::sync::atomic::{AtomicU64, Ordering};
    use shuttle::thread;
    use std::sync::Arc;

    /// A turn, how many attempts have begun, and how many run.
    #[derive(Default)]
    struct Counted {
        turn: Turn<u64>,
        begun: AtomicU64,
        running: AtomicU64,
    }

    impl Counted {
        /// Asks for an attempt that calls `inside`; what comes back has begun after the call.
        fn run(&self, inside: impl Fn()) -> Option<u64> {
            let before = self.begun.load(Ordering::SeqCst);
            let result = self.turn.run(|| {
                assert_eq!(self.running.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
                let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
                inside();
                self.running.fetch_sub(1, Ordering::SeqCst);
                number
            });
            assert!(result.is_none_or(|number| number > before), "{result:?} began before {before}");
            result
        }
    }

    fn check(model: impl Fn() + Send + Sync + 'static) {
        shuttle::check_pct(model, 2000, 3);
    }

    #[test]
    fn attempts_take_turns_and_whoever_waits_gets_one_that_began_later() {
        check(|| {
            let counted = Arc::new(Counted::default());
            let ask = |_| {
                let counted = Arc::clone(&counted);
                thread::spawn(move || counted.run(thread::yield_now).unwrap())
            };
            let threads: Vec<_> = (0..4).map(ask).collect();
            let numbers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            let begun = counted.begun.load(Ordering::SeqCst);
            assert!(numbers.contains(&begun) && begun <= 4, "{numbers:?} of {begun}");
        });
    }

    #[test]
    fn a_result_is_kept_no_longer_than_somebody_waits_for_it() {
        check(|| {
            let turn = Arc::new(Turn::new());
            let ask = |_| {
                let turn = Arc::clone(&turn);
                thread::spawn(move || {
                    turn.run(|| Arc::new(())).map(|result| Arc::downgrade(&result)).unwrap()
                })
            };
            let threads: Vec<_> = (0..3).map(ask).collect();
            let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            let last = turn.run(|| Arc::new(())).unwrap();
            assert!(results.iter().all(|result| result.upgrade().is_none()));
            assert_eq!(Arc::strong_count(&last), 1);
        });
    }

    #[test]
    fn who_only_tries_waits_for_nobody() {
        check(|| {
            let turn = Arc::new(Turn::new());
            let other = Arc::clone(&turn);
            let other = thread::spawn(move || other.run(thread::yield_now));
            turn.try_run(|| assert_eq!(turn.try_run(|| unreachable!("the turn is taken")), None));
            other.join().unwrap();
            assert_eq!(turn.try_run(|| ()), Some(()));
        });
    }

    #[test]
    fn what_is_asked_inside_is_done_afterwards_before_the_turn_goes_on() {
        check(|| {
            let counted = Arc::new(Counted::default());
            let other = Arc::clone(&counted);
            let other = thread::spawn(move || other.run(|| ()).unwrap());
            let asked = AtomicU64::new(0);
            let first = counted.run(|| {
                if asked.fetch_add(1, Ordering::SeqCst) == 0 {
                    assert_eq!(counted.run(|| ()), None);
                }
            });
            // Unless the other's attempt did for both.
            if asked.load(Ordering::SeqCst) > 0 {
                assert_eq!(asked.load(Ordering::SeqCst), 2);
                assert!(counted.begun.load(Ordering::SeqCst) > first.unwrap());
            }
            other.join().unwrap();
            assert!(!counted.turn.state.lock().running);
        });
    }

    #[test]
    fn attempts_of_two_turns_that_ask_for_each_other_never_wait_for_each_other() {
        check(|| {
            let (a, b) = (Arc::new(Counted::default()), Arc::new(Counted::default()));
            let crossing = |own: &Arc<Counted>, other: &Arc<Counted>| {
                let (own, other) = (Arc::clone(own), Arc::clone(other));
                move || {
                    let once = AtomicU64::new(0);
                    own.run(|| {
                        if once.fetch_add(1, Ordering::SeqCst) == 0 {
                            other.run(|| ());
                        }
                    })
                }
            };
            let thread = thread::spawn(crossing(&a, &b));
            crossing(&b, &a)();
            thread.join().unwrap();
            let settled = |counted: &Counted| {
                let state = counted.turn.state.lock();
                !state.running && !state.again
            };
            assert!(settled(&a) && settled(&b), "and nothing that was asked for is forgotten");
        });
    }
}
