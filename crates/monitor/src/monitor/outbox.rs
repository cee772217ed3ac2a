use std::collections::VecDeque;
use std::sync::Mutex;

use super::lock;
use crate::alert::{AlertEvent, Sinks};

/// Events on their way to sinks: one at a time and in the order in which they came to be, whichever threads look.
#[derive(Default)]
pub(super) struct Outbox(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    events: VecDeque<AlertEvent>,
    /// Whether some thread is sending.
    sending: bool,
}

impl Outbox {
    pub(super) fn push(&self, events: Vec<AlertEvent>) {
        lock(&self.0).events.extend(events);
    }

    /// Sends what waits, unless somebody does already, who will send this too. No lock is held meanwhile.
    pub(super) fn send(&self, sinks: &Sinks) {
        if std::mem::replace(&mut lock(&self.0).sending, true) {
            return;
        }
        while let Some(event) = self.next() {
            sinks.send(&[event]);
        }
    }

    /// The oldest, or the end of sending.
    fn next(&self) -> Option<AlertEvent> {
        let mut waiting = lock(&self.0);
        let next = waiting.events.pop_front();
        waiting.sending = next.is_some();
        next
    }
}
