//! Bulkheads.
//!
//! After Michael Nygard, "Release It!", 2007: what is slow fills its own compartment and sinks nothing else.

mod call;
#[cfg(test)]
mod checks;
mod event;
mod options;
mod queue;
mod ticket;
mod word;

use crate::sync::{Apart, AtomicU64, Mutex};
use crate::{Observer, OptionError, Policy, Verdict};
use enhanced_config_clock::{Clock, Instant};
use queue::{Queue, Wake};
use std::fmt;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use word::Word;

pub use event::{Event, Rejected};
pub use options::BulkheadOptions;
pub use ticket::{Entry, Permit, Ticket};

/// Lets so many calls be in flight at a time; others wait in a queue with a bound, and no longer than is said.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::{Bulkhead, BulkheadOptions};
///
/// let bulkhead = Bulkhead::new(BulkheadOptions::default().with_max_in_flight(2))?;
/// let (first, second) = (bulkhead.admit()?, bulkhead.admit()?);
/// assert!(bulkhead.admit().is_err());
/// drop(first);
/// let third = bulkhead.admit()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Places are handed on in the order in which they were asked for, and nobody who comes later overtakes. Where there is
/// a place and nobody waits, taking and giving back one is an atomic operation each.
///
/// [`admit`](Self::admit), [`enter`](Self::enter) and [`Ticket::poll`] are the whole machine. As a [`Policy`] it never
/// waits; [`call_queued`](Self::call_queued) waits on its thread and [`call_queued_async`](Self::call_queued_async) in its
/// future. Who stops waiting, as a future that is dropped, leaves the queue. A future that is neither dropped nor polled
/// keeps the place that it was handed.
pub struct Bulkhead<O: Observer<Event> = ()> {
    word: AtomicU64,
    inner: Mutex<Inner>,
    rejected: Apart,
    observer: O,
}

#[derive(Debug)]
struct Inner {
    /// Not empty only while there is no place.
    queue: Queue,
    options: BulkheadOptions,
}

/// What became of somebody in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Waiting,
    /// It has left without a place.
    Left,
    /// It has a place.
    Handed,
}

/// What there is to see of a bulkhead at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Calls that have a place. More than the limit for a while after that was lowered.
    pub in_flight: u32,
    /// Calls that wait for one.
    pub waiting: u32,
    /// Calls that were not let through so far.
    pub rejected: u64,
    /// How much is let through.
    pub options: BulkheadOptions,
}

impl Default for Bulkhead {
    /// The default options.
    fn default() -> Self {
        Self::build(BulkheadOptions::default(), ())
    }
}

impl Bulkhead {
    /// An empty bulkhead.
    ///
    /// # Errors
    /// An option is out of its range.
    pub fn new(options: BulkheadOptions) -> Result<Self, OptionError> {
        Self::with_observer(options, ())
    }
}

impl<O: Observer<Event>> Bulkhead<O> {
    /// An empty bulkhead that tells `observer` what happens.
    ///
    /// # Errors
    /// An option is out of its range.
    pub fn with_observer(options: BulkheadOptions, observer: O) -> Result<Self, OptionError> {
        options.check()?;
        Ok(Self::build(options, observer))
    }

    pub(crate) fn build(options: BulkheadOptions, observer: O) -> Self {
        // A queue that may be long is seldom so.
        let queue = Queue::with_capacity(options.max_waiting.min(64) as usize);
        Self {
            word: AtomicU64::new(Word::new(options.max_in_flight).bits()),
            inner: Mutex::new(Inner { queue, options }),
            rejected: Apart::default(),
            observer,
        }
    }

    /// Asks for a place that is free now; never waits for one.
    ///
    /// # Errors
    /// There is none, or others wait for it.
    #[inline]
    pub fn admit(&self) -> Result<Permit<'_, O>, Rejected> {
        self.take().ok_or_else(|| self.reject(Rejected::Full))
    }

    /// Asks at `now` for a place, or for one in the queue.
    ///
    /// # Errors
    /// Neither is free.
    #[inline]
    pub fn enter(&self, now: Instant) -> Result<Entry<'_, O>, Rejected> {
        match self.take() {
            Some(permit) => Ok(Entry::Admitted(permit)),
            None => self.queue_up(now),
        }
    }

    /// What there is to see now.
    pub fn snapshot(&self) -> Snapshot {
        let inner = self.inner.lock();
        Snapshot {
            in_flight: self.word().in_flight(),
            waiting: inner.queue.len() as u32,
            rejected: self.rejected.0.load(Relaxed),
            options: inner.options,
        }
    }

    /// Changes how much is let through. Calls in flight and those that wait stay, for as long as they were told; places
    /// that are new go to the latter first.
    ///
    /// # Errors
    /// An option is out of its range, and nothing has changed.
    pub fn set_options(&self, options: BulkheadOptions) -> Result<(), OptionError> {
        options.check()?;
        self.replace_options(options);
        Ok(())
    }

    /// The same, of options that have been checked.
    pub(crate) fn replace_options(&self, options: BulkheadOptions) {
        {
            let mut inner = self.inner.lock();
            inner.options = options;
            self.change(|word| Some(word.with_limit(options.max_in_flight)));
        }
        self.hand_on();
    }

    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }

    /// Changes the word if `next` says to what. The word before if it was.
    #[inline]
    fn change(&self, next: impl Fn(Word) -> Option<Word>) -> Option<Word> {
        let next = |bits| next(Word::from_bits(bits)).map(Word::bits);
        self.word.fetch_update(AcqRel, Acquire, next).ok().map(Word::from_bits)
    }

    #[inline]
    pub(crate) fn take(&self) -> Option<Permit<'_, O>> {
        self.change(Word::taken).map(|_| Permit::new(self))
    }

    #[cold]
    fn queue_up(&self, now: Instant) -> Result<Entry<'_, O>, Rejected> {
        let ticket = {
            let mut inner = self.inner.lock();
            let Inner { queue, options } = &mut *inner;
            if options.max_wait.is_zero() || queue.len() >= options.max_waiting as usize {
                None
            } else {
                // Whoever gives a place back from here on finds the queue, or has given it back already.
                let before = self.change(|word| Some(word.taken().unwrap_or(word.with_queued(true))));
                if before.is_some_and(|word| word.taken().is_some()) {
                    return Ok(Entry::Admitted(Permit::new(self)));
                }
                Some(Ticket::new(self, queue.push(), now, now + options.max_wait))
            }
        };
        let ticket = ticket.ok_or_else(|| self.reject(Rejected::Full))?;
        self.observer.event(&Event::Queued);
        Ok(Entry::Waiting(ticket))
    }

    /// Gives back a place. Only for whoever has one.
    #[inline]
    fn give_back(&self) {
        let unless_queued = |word: Word| (!word.is_queued()).then(|| word.given_back());
        if self.change(unless_queued).is_none() {
            self.give_back_to_queue();
        }
    }

    #[cold]
    fn give_back_to_queue(&self) {
        let wake = {
            let mut inner = self.inner.lock();
            self.change(|word| Some(word.given_back()));
            self.hand_one_on(&mut inner.queue)
        };
        wake.unwrap_or_default().wake();
    }

    /// Hands all free places on to those who wait.
    fn hand_on(&self) {
        loop {
            let wake = self.hand_one_on(&mut self.inner.lock().queue);
            let Some(wake) = wake else { return };
            wake.wake();
        }
    }

    /// Hands one free place on to whoever has waited longest, if there are both.
    fn hand_one_on(&self, queue: &mut Queue) -> Option<Wake> {
        let word = self.word();
        if queue.is_empty() || !word.has_place() {
            return None;
        }
        let wake = queue.pop();
        self.word.store(word.handed_on().with_queued(!queue.is_empty()).bits(), Release);
        wake
    }

    /// What became of somebody in the queue, who leaves it now if that is `over`.
    fn look(&self, number: u64, over: bool) -> Found {
        // Dropped after the lock.
        let _wake;
        let mut inner = self.inner.lock();
        let queue = &mut inner.queue;
        if !queue.contains(number) {
            return Found::Handed;
        }
        if !over {
            return Found::Waiting;
        }
        _wake = queue.remove(number);
        if queue.is_empty() {
            self.change(|word| Some(word.with_queued(false)));
        }
        Found::Left
    }

    fn wake_by(&self, number: u64, wake: Wake) -> Wake {
        self.inner.lock().queue.wake_by(number, wake)
    }

    fn reject(&self, rejected: Rejected) -> Rejected {
        self.rejected.0.fetch_add(1, Relaxed);
        self.observer.event(&Event::Rejected(rejected));
        rejected
    }
}

/// Without a queue.
impl<O: Observer<Event>> Policy for Bulkhead<O> {
    type Permit<'a>
        = Permit<'a, O>
    where
        O: 'a;
    type Rejected = Rejected;

    #[inline]
    fn begin(&self, _: &impl Clock) -> Result<Permit<'_, O>, Rejected> {
        self.admit()
    }

    #[inline]
    fn end(&self, permit: Permit<'_, O>, _: Verdict, _: &impl Clock) {
        drop(permit);
    }
}

impl<O: Observer<Event>> fmt::Debug for Bulkhead<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulkhead").field("in_flight", &self.word().in_flight()).finish_non_exhaustive()
    }
}
