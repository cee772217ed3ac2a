use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::thread::{self, ThreadId};

use foldhash::fast::RandomState;

/// Work that is being done for a key, so that nobody else does it meanwhile.
///
/// Whoever changes the key cancels the work by taking it off this list: what comes of it is not published.
pub(crate) struct Flights<K> {
    running: HashMap<K, Flight, RandomState>,
    /// Which key each waiting thread waits for.
    waiting: HashMap<ThreadId, K, RandomState>,
    next: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Flight {
    id: u64,
    owner: ThreadId,
    pub(crate) work: Work,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// The caller's loader runs.
    Load,
    /// A cold entry is decoded.
    Inflate,
}

impl<K: Hash + Eq + Clone> Flights<K> {
    pub(crate) fn new() -> Self {
        Self { running: HashMap::default(), waiting: HashMap::default(), next: 0 }
    }

    /// The work that is being done for `key`.
    pub(crate) fn of<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<Flight>
    where
        K: Borrow<Q>,
    {
        self.running.get(key).copied()
    }

    /// Notes that this thread works for `key`.
    pub(crate) fn start(&mut self, key: K, work: Work) -> Flight {
        self.next += 1;
        let flight = Flight { id: self.next, owner: thread::current().id(), work };
        self.running.insert(key, flight);
        flight
    }

    /// Ends the work; says whether it still counts.
    pub(crate) fn finish(&mut self, key: &K, flight: Flight) -> bool {
        let counts = self.of(key) == Some(flight);
        if counts {
            self.running.remove(key);
        }
        counts
    }

    /// Whatever is being done for `key` no longer counts.
    pub(crate) fn cancel<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.running.remove(key);
    }

    /// Whatever is being done no longer counts.
    pub(crate) fn cancel_all(&mut self) {
        self.running.clear();
    }

    /// Notes that this thread waits for the work on `key`, unless that work waits for this thread itself.
    #[must_use]
    pub(crate) fn wait<Q>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let me = thread::current().id();
        let mut next = self.of(key);
        // Ends: a thread waits only if that closes no circle.
        while let Some(flight) = next {
            if flight.owner == me {
                return false;
            }
            next = self.waiting.get(&flight.owner).and_then(|key| self.of(key.borrow()));
        }
        self.waiting.insert(me, key.to_owned());
        true
    }

    pub(crate) fn stop_waiting(&mut self) {
        self.waiting.remove(&thread::current().id());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flights() -> Flights<&'static str> {
        Flights::new()
    }

    fn elsewhere<T: Send>(run: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| scope.spawn(run).join().unwrap())
    }

    #[test]
    fn cancelled_work_does_not_count() {
        let mut flights = flights();
        let first = flights.start("a", Work::Load);
        flights.cancel("a");
        let second = flights.start("a", Work::Load);
        assert!(!flights.finish(&"a", first));
        assert!(flights.finish(&"a", second));
        assert!(!flights.finish(&"a", second));
    }

    #[test]
    fn nobody_waits_for_himself() {
        let mut flights = flights();
        flights.start("a", Work::Load);
        assert!(!flights.wait(&"a"));
    }

    #[test]
    fn a_circle_of_two_is_not_closed() {
        let mut flights = flights();
        flights.start("a", Work::Load);
        elsewhere(|| {
            flights.start("b", Work::Load);
            assert!(flights.wait(&"a"));
        });
        assert!(!flights.wait(&"b"));
    }

    #[test]
    fn a_chain_may_wait() {
        let mut flights = flights();
        elsewhere(|| flights.start("c", Work::Inflate));
        elsewhere(|| {
            flights.start("b", Work::Load);
            assert!(flights.wait(&"c"));
        });
        assert!(flights.wait(&"b"));
        flights.stop_waiting();
        assert!(flights.waiting.len() == 1);
    }
}
