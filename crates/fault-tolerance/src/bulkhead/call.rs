//! Waiting for a place.

use super::queue::Wake;
use super::{Bulkhead, Entry, Event, Permit, Rejected};
use crate::sync::{current, park_timeout};
use crate::{AsyncSleep, CallError, Observer};
use enhanced_config_clock::{Clock, Instant};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

impl<O: Observer<Event>> Bulkhead<O> {
    /// Makes a call in a place of its own, and waits for one on this thread.
    ///
    /// # Errors
    /// The bulkhead's refusal, or the call's own error.
    #[inline]
    pub fn call_queued<T, E>(
        &self,
        clock: &impl Clock,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E, Rejected>> {
        let _place = self.wait(clock).map_err(CallError::Rejected)?;
        work().map_err(CallError::Failed)
    }

    /// Makes an asynchronous call in a place of its own, and waits for one until it is free or `sleep` is over.
    ///
    /// Dropped before it has ended, it leaves the queue or gives its place back.
    ///
    /// # Errors
    /// The bulkhead's refusal, or the call's own error.
    pub async fn call_queued_async<T, E, F: Future<Output = Result<T, E>>>(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
        work: impl FnOnce() -> F,
    ) -> Result<T, CallError<E, Rejected>> {
        let _place = self.wait_async(clock, sleep).await.map_err(CallError::Rejected)?;
        work().await.map_err(CallError::Failed)
    }

    /// Waits for a place on this thread.
    ///
    /// Sleeps by the machine's time whatever `clock` is: one that is advanced by hand wakes nobody.
    ///
    /// # Errors
    /// The queue is full, or no place came free in time.
    #[inline]
    pub fn wait(&self, clock: &impl Clock) -> Result<Permit<'_, O>, Rejected> {
        // Where there is a place nobody asks what time it is.
        self.take().map_or_else(|| self.wait_in_queue(clock, None), Ok)
    }

    /// Waits though there was no place a moment ago; not for a place that comes free at `end` or later.
    #[cold]
    pub(crate) fn wait_in_queue(
        &self,
        clock: &impl Clock,
        end: Option<Instant>,
    ) -> Result<Permit<'_, O>, Rejected> {
        let mut ticket = match self.enter(clock.now())? {
            Entry::Admitted(permit) => return Ok(permit),
            Entry::Waiting(ticket) => ticket,
        };
        if let Some(end) = end {
            ticket.end_at(end);
        }
        ticket.wake(Wake::Thread(current()));
        loop {
            let now = clock.now();
            match ticket.poll(now) {
                Poll::Ready(answer) => return answer,
                Poll::Pending => park_timeout(ticket.deadline() - now),
            }
        }
    }

    /// Waits for a place in a future, until it is free or `sleep` is over.
    ///
    /// # Errors
    /// The queue is full, or no place came free in time.
    pub async fn wait_async(
        &self,
        clock: &impl Clock,
        sleep: &impl AsyncSleep,
    ) -> Result<Permit<'_, O>, Rejected> {
        if let Some(permit) = self.take() {
            return Ok(permit);
        }
        let now = clock.now();
        let mut ticket = match self.enter(now)? {
            Entry::Admitted(permit) => return Ok(permit),
            Entry::Waiting(ticket) => ticket,
        };
        let mut over = pin!(sleep.sleep(ticket.deadline() - now));
        poll_fn(|context| {
            ticket.wake_by(context.waker());
            let is_over = over.as_mut().poll(context).is_ready();
            ticket.poll(if is_over { ticket.deadline() } else { clock.now() })
        })
        .await
    }
}
