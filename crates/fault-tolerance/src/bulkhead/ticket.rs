use super::queue::Wake;
use super::{Bulkhead, Event, Found, Rejected};
use crate::Observer;
use enhanced_config_clock::Instant;
use std::fmt;
use std::task::{Poll, Waker};

/// A place in a bulkhead, given back when it is dropped.
#[must_use = "the place is given back when this is dropped"]
pub struct Permit<'a, O: Observer<Event> = ()>(&'a Bulkhead<O>);

/// A place in the queue, left when it is dropped. See [`Bulkhead::enter`].
#[must_use = "the queue is left when this is dropped"]
pub struct Ticket<'a, O: Observer<Event> = ()> {
    bulkhead: &'a Bulkhead<O>,
    /// None once the queue has been left.
    number: Option<u64>,
    began: Instant,
    deadline: Instant,
    /// From when on a place is of no use, even if it has come free.
    end: Option<Instant>,
}

/// What asking a bulkhead for a place leads to.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub enum Entry<'a, O: Observer<Event> = ()> {
    /// The call may begin.
    Admitted(Permit<'a, O>),
    /// There is no place yet.
    Waiting(Ticket<'a, O>),
}

impl<'a, O: Observer<Event>> Permit<'a, O> {
    /// Only for whoever has taken a place.
    pub(super) const fn new(bulkhead: &'a Bulkhead<O>) -> Self {
        Self(bulkhead)
    }
}

impl<O: Observer<Event>> Drop for Permit<'_, O> {
    #[inline]
    fn drop(&mut self) {
        self.0.give_back();
    }
}

impl<'a, O: Observer<Event>> Ticket<'a, O> {
    pub(super) const fn new(
        bulkhead: &'a Bulkhead<O>,
        number: u64,
        began: Instant,
        deadline: Instant,
    ) -> Self {
        Self { bulkhead, number: Some(number), began, deadline, end: None }
    }

    /// Waits no longer than until `end`, and takes no place then.
    pub(super) fn end_at(&mut self, end: Instant) {
        self.deadline = self.deadline.min(end);
        self.end = Some(end);
    }

    /// When the wait ends.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Looks at `now` whether a place has come free. One that has is taken, be it late. Pending for ever once it has
    /// answered.
    ///
    /// # Errors
    /// The wait is over: at exactly the deadline it is.
    pub fn poll(&mut self, now: Instant) -> Poll<Result<Permit<'a, O>, Rejected>> {
        let Some(number) = self.number else { return Poll::Pending };
        let found = self.bulkhead.look(number, now >= self.deadline);
        if found == Found::Waiting {
            return Poll::Pending;
        }
        self.number = None;
        let waited = now - self.began;
        let is_of_no_use = self.end.is_some_and(|end| now >= end);
        if found == Found::Handed && is_of_no_use {
            self.bulkhead.give_back();
        }
        if found == Found::Left || is_of_no_use {
            return Poll::Ready(Err(self.bulkhead.reject(Rejected::TimedOut { waited })));
        }
        let permit = Permit::new(self.bulkhead);
        self.bulkhead.observer.event(&Event::Admitted { waited });
        Poll::Ready(Ok(permit))
    }

    /// Has `waker` called when a place has come free, in place of the one before. One that has come free before is found
    /// by [`poll`](Self::poll), which therefore comes after.
    pub fn wake_by(&self, waker: &Waker) {
        self.wake(Wake::Task(waker.clone()));
    }

    pub(super) fn wake(&self, wake: Wake) {
        if let Some(number) = self.number {
            drop(self.bulkhead.wake_by(number, wake));
        }
    }
}

impl<O: Observer<Event>> Drop for Ticket<'_, O> {
    fn drop(&mut self) {
        let found = self.number.take().map(|number| self.bulkhead.look(number, true));
        if found == Some(Found::Handed) {
            // A place, at the same moment: the next one gets it.
            self.bulkhead.give_back();
        }
    }
}

impl<O: Observer<Event>> fmt::Debug for Permit<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl<O: Observer<Event>> fmt::Debug for Ticket<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("began", &self.began)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
