use crate::sync::Thread;
use std::collections::VecDeque;
use std::mem;
use std::task::Waker;

/// Those who wait for a place, oldest first. Whoever is no longer in it, and has not left by itself, was handed a place.
///
/// Ways to wake are taken out and given to the caller, who uses or drops them when the lock is not held: a waker is code
/// of the program.
#[derive(Debug)]
pub(super) struct Queue {
    waiters: VecDeque<Waiter>,
    /// The number of whoever comes next. They rise along the queue.
    next: u64,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    wake: Wake,
}

/// How to wake somebody who waits.
#[derive(Debug, Default)]
pub(super) enum Wake {
    /// It looks by itself.
    #[default]
    Nobody,
    Thread(Thread),
    Task(Waker),
}

impl Wake {
    pub(super) fn wake(self) {
        match self {
            Self::Nobody => {}
            Self::Thread(thread) => thread.unpark(),
            Self::Task(waker) => waker.wake(),
        }
    }
}

impl Queue {
    /// Room for so many without an allocation.
    pub(super) fn with_capacity(waiters: usize) -> Self {
        Self { waiters: VecDeque::with_capacity(waiters), next: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.waiters.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    pub(super) fn push(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        self.waiters.push_back(Waiter { number, wake: Wake::Nobody });
        number
    }

    pub(super) fn pop(&mut self) -> Option<Wake> {
        self.waiters.pop_front().map(|waiter| waiter.wake)
    }

    pub(super) fn contains(&self, number: u64) -> bool {
        self.place(number).is_some()
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<Wake> {
        self.place(number).and_then(|place| self.waiters.remove(place)).map(|waiter| waiter.wake)
    }

    /// From now on wakes by `wake`. What is no longer needed comes back.
    pub(super) fn wake_by(&mut self, number: u64, wake: Wake) -> Wake {
        let waiter = self.place(number).and_then(|place| self.waiters.get_mut(place));
        match waiter {
            Some(waiter) => mem::replace(&mut waiter.wake, wake),
            None => wake,
        }
    }

    fn place(&self, number: u64) -> Option<usize> {
        self.waiters.binary_search_by_key(&number, |waiter| waiter.number).ok()
    }
}
