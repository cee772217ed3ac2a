use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::ReloadEvent;

/// Sends what becomes of each attempt to all who listen; never waits for them.
///
/// ```
/// use enhanced_config_reload::{Cause, Events, Outcome, Received, ReloadEvent};
///
/// let events = Events::new();
/// let listener = events.listen();
/// events.send(&ReloadEvent::new("app", Cause::Request, Outcome::Unchanged, 1));
/// drop(events);
/// for received in listener {
///     match received {
///         Received::Event(event) => assert_eq!(&*event.name, "app"),
///         Received::Missed(count) => eprintln!("{count} events were not read in time"),
///     }
/// }
/// ```
#[derive(Default)]
pub struct Events(Mutex<Vec<Weak<Queue>>>);

/// Events that one listener has not read yet, at most. Then the oldest go.
const MOST_WAITING: usize = 1024;

impl Events {
    /// Nobody listens yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that is sent from now on.
    pub fn listen(&self) -> EventReceiver {
        let queue = Arc::new(Queue::default());
        let mut queues = self.0.lock();
        // Where nothing happens for long, many may have come and gone.
        queues.retain(|queue| queue.strong_count() > 0);
        queues.push(Arc::downgrade(&queue));
        drop(queues);
        EventReceiver(queue)
    }

    /// Sends to all who listen.
    pub fn send(&self, event: &ReloadEvent) {
        self.each(|waiting| waiting.push(event.clone()));
    }

    fn each(&self, change: impl Fn(&mut Waiting)) {
        let mut queues = self.0.lock();
        queues.retain(|queue| queue.strong_count() > 0);
        let listeners: Vec<_> = queues.iter().filter_map(Weak::upgrade).collect();
        drop(queues);
        // A waker is code of the program, which may come back here.
        listeners.iter().for_each(|queue| queue.change(&change));
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.each(|waiting| waiting.ended = true);
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("listeners", &self.0.lock().len()).finish()
    }
}

/// What is sent to one listener: as a blocking iterator, or one by one in whatever way suits the program.
///
/// Holds 1,024 events. Whoever reads too slowly misses the oldest, and is told how many. Ends when what sends goes.
pub struct EventReceiver(Arc<Queue>);

/// What a listener gets.
#[derive(Debug, Clone)]
pub enum Received {
    /// What became of an attempt.
    Event(ReloadEvent),
    /// So many events, older than any that follow, were not read in time.
    Missed(u64),
}

/// Why there is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotReceived {
    /// None has come.
    #[error("no event yet")]
    Yet,
    /// None will come: what sends them has gone.
    #[error("no event will come any more")]
    Ended,
}

impl EventReceiver {
    /// Waits for the next event; none when there will be no more.
    pub fn recv(&self) -> Option<Received> {
        let mut waiting = self.0.waiting.lock();
        self.0.arrived.wait_while(&mut waiting, |waiting| waiting.is_empty());
        waiting.pop().ok()
    }

    /// Waits for the next event, but not for longer than this.
    ///
    /// # Errors
    /// When there is none by then, or there will be no more.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Received, NotReceived> {
        let mut waiting = self.0.waiting.lock();
        self.0.arrived.wait_while_for(&mut waiting, |waiting| waiting.is_empty(), timeout);
        waiting.pop()
    }

    /// The next event if it is there already.
    ///
    /// # Errors
    /// When there is none yet, or there will be no more.
    pub fn try_recv(&self) -> Result<Received, NotReceived> {
        self.0.waiting.lock().pop()
    }

    /// Waits for the next event without blocking the thread; none when there will be no more. Needs no runtime of any
    /// particular kind. What is dropped while it waits loses no event.
    pub async fn recv_async(&mut self) -> Option<Received> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// The same as a poll function, to make a stream of: `futures::stream::poll_fn(|cx| receiver.poll_recv(cx))`.
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<Received>> {
        // What a waker does when it is cloned or dropped must not happen under the lock.
        let waker = context.waker().clone();
        let mut waiting = self.0.waiting.lock();
        match waiting.pop() {
            Err(NotReceived::Yet) => {
                let before = waiting.waker.replace(waker);
                drop(waiting);
                drop(before);
                Poll::Pending
            }
            received => Poll::Ready(received.ok()),
        }
    }
}

impl Iterator for EventReceiver {
    type Item = Received;

    fn next(&mut self) -> Option<Received> {
        self.recv()
    }
}

impl fmt::Debug for EventReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventReceiver").field("waiting", &self.0.waiting.lock().events.len()).finish()
    }
}

/// What waits for one listener.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<ReloadEvent>,
    missed: u64,
    ended: bool,
    waker: Option<Waker>,
}

impl Queue {
    fn change(&self, change: impl Fn(&mut Waiting)) {
        let mut waiting = self.waiting.lock();
        change(&mut waiting);
        let waker = waiting.waker.take();
        drop(waiting);
        self.arrived.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Waiting {
    fn push(&mut self, event: ReloadEvent) {
        if self.events.len() == MOST_WAITING {
            self.events.pop_front();
            self.missed += 1;
        }
        self.events.push_back(event);
    }

    fn pop(&mut self) -> Result<Received, NotReceived> {
        if self.missed > 0 {
            return Ok(Received::Missed(std::mem::take(&mut self.missed)));
        }
        let nothing = if self.ended { NotReceived::Ended } else { NotReceived::Yet };
        self.events.pop_front().map(Received::Event).ok_or(nothing)
    }

    fn is_empty(&self) -> bool {
        self.events.is_empty() && !self.ended
    }
}
