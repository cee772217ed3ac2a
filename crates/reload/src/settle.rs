//! When a configuration whose files change has settled. Decides and never waits: whoever looks says what there is, and
//! when.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use enhanced_config_clock::Instant;

use crate::ReloadOptions;
use crate::watch::Happened;

/// After something finished took its place on a quiet system: how long to see whether that was all.
const WHOLE: Duration = Duration::from_millis(1);

/// What is known of changes under way.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    /// Since when an attempt is owed.
    first: Option<Instant>,
    /// When something became something else for the last time, attempts in between or not.
    last: Option<Instant>,
    /// Since when something is missing, or empty, that was there.
    missing: Option<Instant>,
    /// Whether it is not there: nobody who has it open will make it whole.
    gone: bool,
    /// When the last attempt began that found what it read to be something else.
    tried: Option<Instant>,
    /// Whether the attempt is owed whatever there is to see.
    owed: bool,
    /// Files that were written and not closed, since when.
    open: HashMap<PathBuf, Instant>,
    /// Whether one of them was waited for in vain: then none is until the next attempt succeeds.
    unclosed: bool,
    /// When the first of them was closed that had been open for longer than it takes to settle.
    closed: Option<Instant>,
    /// Whether all that happened since the system was quiet is that something finished took its place.
    whole: bool,
}

/// What there is to see, compared with what was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    /// Something is not what it was at the look before.
    pub(crate) changed: bool,
    /// Something is not what it was when it was read.
    pub(crate) differs: bool,
    /// Something is not there, or is empty, that was when it was read.
    pub(crate) missing: bool,
    /// It is not there.
    pub(crate) gone: bool,
}

/// When to make an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Instant,
    /// Whether what is read has to be what was seen. Else it may be half of something, which is better than never to
    /// read what never rests.
    pub(crate) patient: bool,
}

impl Settling {
    /// Something happened to `file`; `whole` when a replacement of it leaves nothing else to wait for.
    pub(crate) fn hear(
        &mut self,
        now: Instant,
        options: &ReloadOptions,
        file: &Path,
        happened: Happened,
        whole: bool,
    ) {
        match happened {
            Happened::Written => drop(self.open.entry(file.to_owned()).or_insert(now)),
            Happened::Closed | Happened::Replaced => {
                let long = self.open.remove(file).is_some_and(|since| now - since > options.settle);
                self.closed = self.closed.or(long.then_some(now));
            }
            Happened::Other => {}
        }
        let quiet = self.first.is_none() && self.last.is_none_or(|last| now - last >= options.settle);
        self.whole = happened == Happened::Replaced && whole && quiet;
    }

    /// What there is to see now.
    pub(crate) fn look(&mut self, now: Instant, look: Look) {
        if look.changed {
            self.last = Some(now);
        }
        self.missing = look.missing.then(|| self.missing.unwrap_or(now));
        self.gone = look.gone;
        let owed = look.differs || self.owed;
        self.first = owed.then(|| self.first.unwrap_or(now));
    }

    /// An attempt is owed, whatever there is to see.
    pub(crate) fn owe(&mut self, now: Instant) {
        self.owed = true;
        self.whole = false;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// An attempt begins.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.tried = Some(now);
        // Whoever has not closed by now has been waited for.
        self.unclosed |= !self.open.is_empty();
        self.open.clear();
        self.closed = None;
        self.whole = false;
    }

    /// The attempt dealt with what there was.
    pub(crate) fn done(&mut self) {
        self.owed = false;
        self.first = None;
        self.missing = None;
        self.tried = None;
        self.unclosed = false;
    }

    /// When to make the next attempt; none while nothing has changed.
    pub(crate) fn due(&self, options: &ReloadOptions) -> Option<Due> {
        let first = self.first?;
        let last = self.last.unwrap_or(first);
        // What moved while it was read will rest for a moment soon.
        let again = self.tried.map(|tried| tried + options.settle / 5).unwrap_or_default();
        let open = self.open.values().max().filter(|_| !self.unclosed);
        let open = open.map(|since| *since + options.open_wait);
        if let Some(missing) = self.missing {
            // Whoever emptied it and has it open is about to fill it.
            let open = open.filter(|_| !self.gone).unwrap_or_default();
            return Some(Due { at: again.max(missing + options.missing_grace).max(open), patient: true });
        }
        if self.whole {
            return Some(Due { at: last + WHOLE, patient: true });
        }
        let settled = last + options.settle;
        // Whoever kept a file open used up the longest wait, and still may not be through: once more, to settle.
        let closed = self.closed.map(|closed| closed + options.settle);
        let limit = (first + options.max_wait).max(closed.unwrap_or_default());
        let at = settled.min(limit).max(open.unwrap_or_default()).max(again);
        Some(Due { at, patient: at < first + options.max_wait + options.open_wait })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: Look = Look { changed: true, differs: true, missing: false, gone: false };
    const STILL: Look = Look { changed: false, ..CHANGED };
    const EMPTY: Look = Look { missing: true, ..CHANGED };
    const GONE: Look = Look { gone: true, ..EMPTY };
    const BACK: Look = Look { differs: false, ..CHANGED };

    fn ms(ms: u64) -> Instant {
        Instant::from_nanos(ms * 1_000_000)
    }

    /// A configuration of one file, and the story so far.
    #[derive(Default)]
    struct Story(Settling);

    impl Story {
        fn hear(mut self, at: u64, happened: Happened) -> Self {
            self.0.hear(ms(at), &ReloadOptions::default(), Path::new("f"), happened, true);
            self
        }

        fn see(mut self, at: u64, look: Look) -> Self {
            self.0.look(ms(at), look);
            self
        }

        fn attempt(mut self) -> Self {
            self.0.begin(ms(0));
            self.0.done();
            self
        }

        /// An attempt that finds what it reads to be something else.
        fn moved(mut self, at: u64) -> Self {
            self.0.begin(ms(at));
            self.0.owe(ms(at));
            self
        }

        #[track_caller]
        fn due(self, at: u64) -> Self {
            assert_eq!(self.0.due(&ReloadOptions::default()), Some(Due { at: ms(at), patient: true }));
            self
        }

        #[track_caller]
        fn not_patient(self, at: u64) -> Self {
            let due = self.0.due(&ReloadOptions::default()).unwrap();
            assert_eq!((due.at.as_nanos() / 1_000_000, due.patient), (at, false));
            self
        }

        #[track_caller]
        fn not_due(self) -> Self {
            assert_eq!(self.0.due(&ReloadOptions::default()), None);
            self
        }
    }

    use Happened::{Closed, Other, Replaced, Written};

    #[test]
    fn nothing_is_due_until_something_differs() {
        Story::default().not_due().hear(1, Other).see(1, Look::default()).not_due();
    }

    #[test]
    fn a_change_settles_from_the_last_time_it_was_seen_to_change() {
        Story::default().see(100, CHANGED).due(150).see(140, CHANGED).due(190).see(150, STILL).due(190);
    }

    #[test]
    fn what_never_settles_is_read_after_the_longest_wait() {
        let mut story = Story::default();
        for at in (0..=1000).step_by(10) {
            story = story.see(at, CHANGED);
        }
        let mut story = story.due(1000);
        for at in (1000..4000).step_by(10) {
            // What is read there still has to be what was seen.
            story = story.moved(at).see(at + 5, CHANGED);
        }
        story.moved(4000).not_patient(4010);
    }

    #[test]
    fn a_file_being_written_is_waited_for_until_it_is_closed() {
        let story = Story::default().hear(0, Written).see(0, CHANGED).due(3000);
        let story = story.hear(1700, Written).see(1700, CHANGED).due(3000);
        let story = story.hear(1710, Closed).see(1710, STILL).due(1750);
        // Longer than the longest wait already, and still it settles.
        story.hear(1740, Written).hear(1740, Closed).see(1740, CHANGED).due(1760);
    }

    #[test]
    fn but_no_longer_than_the_limit() {
        Story::default().hear(0, Written).see(0, CHANGED).attempt().see(3000, BACK).not_due();
    }

    #[test]
    fn nor_once_more_when_that_was_in_vain() {
        let story = Story::default().hear(0, Written).see(0, CHANGED).due(3000).moved(3000);
        story
            .hear(3005, Written)
            .see(3005, CHANGED)
            .due(3010)
            .attempt()
            .hear(3100, Written)
            .see(3100, CHANGED)
            .due(6100);
    }

    #[test]
    fn a_finished_file_put_in_place_on_a_quiet_system_need_not_settle() {
        Story::default().hear(100, Replaced).see(100, CHANGED).due(101);
    }

    #[test]
    fn it_has_to_when_something_else_happens_too() {
        Story::default().hear(100, Replaced).see(100, CHANGED).hear(100, Written).hear(100, Closed).due(150);
        Story::default().hear(100, Replaced).see(100, CHANGED).hear(100, Replaced).see(100, CHANGED).due(150);
        Story::default().see(100, CHANGED).hear(120, Replaced).see(120, CHANGED).due(170);
    }

    #[test]
    fn it_has_to_when_the_last_change_was_a_moment_ago() {
        let story = Story::default().hear(100, Replaced).see(100, CHANGED).due(101).attempt();
        story
            .hear(120, Replaced)
            .see(120, CHANGED)
            .due(170)
            .attempt()
            .hear(220, Replaced)
            .see(220, CHANGED)
            .due(221);
    }

    #[test]
    fn what_is_missing_may_return() {
        let story = Story::default().see(100, GONE).due(600).see(300, GONE).due(600);
        story.see(400, BACK).not_due();
    }

    #[test]
    fn what_is_empty_and_open_is_about_to_be_filled() {
        let story = || Story::default().hear(100, Written).see(100, EMPTY);
        story().due(3100).hear(200, Closed).see(200, EMPTY).due(600);
        story().see(200, GONE).due(600);
    }

    #[test]
    fn an_attempt_that_is_owed_is_made_whatever_there_is_to_see() {
        let mut story = Story::default().see(100, CHANGED);
        story.0.begin(ms(155));
        story.0.owe(ms(160));
        story.see(160, BACK).due(210).attempt().not_due();
    }
}
