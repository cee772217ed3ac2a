use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use super::own_thread::OwnThread;
use super::{Core, lock};

const SHORTEST: Duration = Duration::from_millis(1);
/// A year: what is far longer is no point in time.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// Does what is due at every interval, on a thread of its own, or on one that it is lent.
#[derive(Default)]
pub(super) struct Engine {
    schedule: Mutex<Schedule>,
    /// Held on a lent thread for all of an interval.
    turn: Mutex<()>,
}

#[derive(Default)]
struct Schedule {
    /// None while nothing is to be done.
    interval: Option<Duration>,
    due: Option<Instant>,
    own: Option<OwnThread>,
    lender: Option<Lender>,
    lenders: u64,
    /// The lent thread, in the middle of an interval.
    ticking: Option<ThreadId>,
}

struct Lender {
    number: u64,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Engine {
    pub(super) fn start(&self, core: &Arc<Core>, interval: Duration) -> io::Result<()> {
        let mut schedule = lock(&self.schedule);
        if schedule.is_running() {
            return Ok(());
        }
        schedule.interval = Some(interval.clamp(SHORTEST, LONGEST));
        self.go_on(schedule, core)
    }

    /// By way of whichever thread there is.
    fn go_on(&self, mut schedule: MutexGuard<'_, Schedule>, core: &Arc<Core>) -> io::Result<()> {
        let Some(interval) = schedule.interval else { return Ok(()) };
        schedule.due = Some(Instant::now());
        match &schedule.lender {
            Some(lender) => {
                let wake = Arc::clone(&lender.wake);
                drop(schedule);
                wake();
            }
            None => match OwnThread::start(Arc::clone(core), interval) {
                Ok(own) => schedule.own = Some(own),
                Err(error) => {
                    schedule.interval = None;
                    return Err(error);
                }
            },
        }
        Ok(())
    }

    pub(super) fn stop(&self) {
        let mut schedule = lock(&self.schedule);
        schedule.interval = None;
        let (own, ticking) = (schedule.own.take(), schedule.ticking);
        drop(schedule);
        drop(own);
        // A callback that stops what calls it cannot wait for itself.
        if ticking != Some(thread::current().id()) {
            drop(lock(&self.turn));
        }
    }

    pub(super) fn is_running(&self) -> bool {
        lock(&self.schedule).is_running()
    }

    /// Leaves its own thread for one that `wake` wakes, and gives back the number of that.
    pub(super) fn move_to(&self, core: &Arc<Core>, wake: Arc<dyn Fn() + Send + Sync>) -> u64 {
        let mut schedule = lock(&self.schedule);
        schedule.lenders += 1;
        let number = schedule.lenders;
        schedule.lender = Some(Lender { number, wake });
        let own = schedule.own.take();
        drop(schedule);
        drop(own);
        // Nothing but starting a thread can fail.
        let _ = self.go_on(lock(&self.schedule), core);
        number
    }

    /// Does without a lent thread from now on.
    pub(super) fn move_from(&self, core: &Arc<Core>, number: u64) {
        let mut schedule = lock(&self.schedule);
        if !schedule.is_lent(number) {
            return;
        }
        schedule.lender = None;
        if let Err(error) = self.go_on(schedule, core) {
            tracing::error!(target: "enhanced_config::monitor", "no thread to go on monitoring: {error}");
        }
    }

    /// Does what is due, on a lent thread; gives back how long nothing will be.
    pub(super) fn run(&self, core: &Core, number: u64) -> Option<Duration> {
        let turn = lock(&self.turn);
        let now = Instant::now();
        let mut schedule = lock(&self.schedule);
        if schedule.take_due(number, now) {
            schedule.ticking = Some(thread::current().id());
            drop(schedule);
            core.tick();
            schedule = lock(&self.schedule);
            schedule.ticking = None;
        }
        drop(turn);
        let due = schedule.due.filter(|_| schedule.interval.is_some() && schedule.is_lent(number))?;
        Some(due.saturating_duration_since(Instant::now()))
    }
}

impl Schedule {
    fn is_running(&self) -> bool {
        let goes_on = self.lender.is_some() || self.own.as_ref().is_some_and(|own| !own.is_finished());
        self.interval.is_some() && goes_on
    }

    fn is_lent(&self, number: u64) -> bool {
        self.lender.as_ref().is_some_and(|lender| lender.number == number)
    }

    /// Whether it is time. What took longer than an interval does not have to be made up for.
    fn take_due(&mut self, number: u64, now: Instant) -> bool {
        let (Some(interval), Some(due)) = (self.interval, self.due) else { return false };
        if !self.is_lent(number) || due > now {
            return false;
        }
        self.due = Some((due + interval).max(now));
        true
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}
