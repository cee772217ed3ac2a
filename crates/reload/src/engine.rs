//! The thread that watches. Truth is what paths lead to now: events, and the clock, only say when to look.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_clock::{Clock, Instant, SystemClock};
use enhanced_config_files::Fingerprint;

use crate::chore::Chore;
use crate::followed::Followed;
use crate::jobs::Jobs;
use crate::settle::Due;
use crate::shared::{Message, Shared};
use crate::trails::{Index, Trails, place_of};
use crate::watch::{Happened, Notice, Notices, Watcher};
use crate::{Attempt, Follow, Input, ReloadOptions};

/// The coarsest clock of a file system: a change within this time of another may not show.
const COARSE: Duration = Duration::from_secs(2);

/// Until an attempt is made again that met another one of the same name.
const BUSY: Duration = Duration::from_millis(100);

/// Below this, looking takes longer than the pause.
const SHORTEST: Duration = Duration::from_millis(10);

pub(crate) struct Engine {
    options: ReloadOptions,
    shared: Arc<Shared>,
    watcher: Watcher,
    followed: HashMap<Arc<str>, Followed>,
    /// Those with an attempt to make.
    pending: BTreeSet<Arc<str>>,
    index: Index,
    jobs: Jobs,
    chore: Option<Chore>,
    polled: Instant,
    /// What the directories in which something may appear looked like at the last poll.
    directories: HashMap<PathBuf, Option<Fingerprint>>,
    environment: (Instant, u64),
}

impl Engine {
    pub(crate) fn new(options: ReloadOptions, watcher: Watcher, shared: Arc<Shared>) -> Self {
        let now = SystemClock.now();
        Self {
            options,
            shared,
            watcher,
            followed: HashMap::new(),
            pending: BTreeSet::new(),
            index: Index::default(),
            jobs: Jobs::default(),
            chore: None,
            polled: now,
            directories: HashMap::new(),
            environment: (now, environment()),
        }
    }

    /// Until it is told to stop.
    pub(crate) fn run(mut self) {
        self.shared.enter_watcher();
        while !self.shared.is_stopping() {
            let timeout = self.next().map(|at| at - SystemClock.now());
            let notices = self.watcher.wait(timeout);
            for message in self.shared.messages() {
                self.take(message);
            }
            self.hear(notices);
            self.poll();
            self.compare_environment();
            self.attempt();
            if self.chore.as_mut().is_some_and(|chore| !chore.run(|| SystemClock.now())) {
                self.chore = None;
            }
            self.shared.set_queued(self.pending.iter().filter(|name| self.due(name).is_some()).count());
        }
        // Those who wait for an answer will not get one, and one of them may be an attempt.
        drop(self.shared.messages());
        self.jobs.join();
    }

    /// When to wake at the latest; never while nothing is followed.
    fn next(&mut self) -> Option<Instant> {
        let now = SystemClock.now();
        let slow = self.jobs.tell_slow(now, self.options.slow.max(SHORTEST));
        let may_begin = self.may_begin();
        let waiting = self.pending.iter().filter(|_| may_begin);
        let due = waiting.filter_map(|name| Some(self.due(name)?.at)).min();
        let is_idle = self.followed.is_empty();
        let poll = (!is_idle).then(|| self.polled + self.poll_interval());
        let environment = self.environment_interval().filter(|_| !is_idle);
        let environment = environment.map(|interval| self.environment.0 + interval);
        let chore = self.chore.as_ref().and_then(Chore::next);
        [slow, due, poll, environment, chore].into_iter().flatten().min()
    }

    fn poll_interval(&self) -> Duration {
        self.options.poll_interval.max(SHORTEST)
    }

    fn environment_interval(&self) -> Option<Duration> {
        self.options.environment_interval.map(|interval| interval.max(SHORTEST))
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Follow(name, follow, inputs) => self.follow(name, follow, inputs),
            Message::Forget(name) => self.forget(&name),
            Message::Ended(name, attempt) => {
                self.jobs.end(&name);
                self.ended(&name, attempt);
            }
            Message::Chore(run) => self.chore = Some(Chore::new(run)),
            Message::Ready(ready) => drop(ready),
        }
    }

    fn follow(&mut self, name: Arc<str>, follow: Arc<dyn Follow>, inputs: Vec<Input>) {
        match self.followed.get_mut(&name) {
            Some(followed) => {
                followed.follow = follow;
                followed.read(inputs);
            }
            None => drop(self.followed.insert(Arc::clone(&name), Followed::new(follow, inputs))),
        }
        self.look(&name);
        self.arm(&name);
    }

    fn forget(&mut self, name: &str) {
        self.pending.remove(name);
        let Some(followed) = self.followed.remove(name) else { return };
        for path in self.index.remove(name, &followed.trails) {
            self.watcher.unwatch(&path);
        }
    }

    fn ended(&mut self, name: &Arc<str>, attempt: Option<Attempt>) {
        let now = SystemClock.now();
        let Some(followed) = self.followed.get_mut(name) else { return };
        match attempt {
            Some(Attempt::Done(inputs)) => followed.read(inputs),
            Some(Attempt::Moved(inputs)) => {
                followed.depend_on(inputs);
                followed.settling.owe(now);
            }
            Some(Attempt::Failed(inputs)) => {
                followed.read(inputs);
                followed.settling.owe(now + self.options.poll_interval);
            }
            Some(Attempt::Busy) => followed.settling.owe(now + BUSY),
            None => followed.give_up(),
        }
        self.look(name);
        self.arm(name);
    }

    /// Looks at everything that notices are about.
    fn hear(&mut self, notices: Notices) {
        let mut changed = BTreeSet::new();
        let mut written = BTreeSet::new();
        for notice in &notices.of {
            for (name, is_hop) in self.index.concerned(notice) {
                self.hear_of(&name, notice, is_hop);
                match notice.happened {
                    Happened::Written | Happened::Closed => written.insert(name),
                    Happened::Replaced | Happened::Other => changed.insert(name),
                };
            }
        }
        if notices.lost {
            changed.extend(self.followed.keys().cloned());
        }
        for name in written.difference(&changed) {
            self.look(name);
        }
        // What a path leads to may be another inode now, and the way to it another.
        for name in &changed {
            self.look(name);
            self.arm(name);
        }
    }

    fn hear_of(&mut self, name: &str, notice: &Notice, is_hop: bool) {
        // What happens to an inode that lost its name is of no account.
        if notice.name.is_none() && notice.happened == Happened::Other {
            return;
        }
        let Some(followed) = self.followed.get_mut(name) else { return };
        let whole = is_hop || followed.is_one_file();
        let now = SystemClock.now();
        tracing::trace!(config = name, at = ?place_of(notice), happened = ?notice.happened, "heard");
        followed.settling.hear(now, &self.options, &place_of(notice), notice.happened, whole);
    }

    /// Looks at all inputs of one configuration; those of another may be told by the same event.
    fn look(&mut self, name: &Arc<str>) {
        let Some(followed) = self.followed.get_mut(name) else { return };
        followed.look(SystemClock.now());
        self.note(name);
    }

    fn note(&mut self, name: &Arc<str>) {
        let due = self.followed.get(name).and_then(|followed| followed.settling.due(&self.options));
        match due {
            Some(_) => self.pending.insert(Arc::clone(name)),
            None => self.pending.remove(name),
        };
    }

    /// Watches what the inputs of a configuration lead to now.
    fn arm(&mut self, name: &Arc<str>) {
        let Some(followed) = self.followed.get_mut(name) else { return };
        let trails = Trails::of(followed.inputs());
        for path in trails.paths() {
            if let Err(why) = self.watcher.watch(path) {
                self.shared.set_deaf(why, self.options.poll_interval);
            }
        }
        if trails == followed.trails {
            return;
        }
        let left = self.index.remove(name, &followed.trails);
        self.index.add(name, &trails);
        for path in left.iter().filter(|path| !trails.paths().contains(&***path)) {
            self.watcher.unwatch(path);
        }
        followed.trails = trails;
    }

    /// Looks at everything, where it is time: events do not tell all.
    fn poll(&mut self) {
        let now = SystemClock.now();
        if self.followed.is_empty() || now - self.polled < self.poll_interval() {
            return;
        }
        self.polled = now;
        let changed = self.changed_directories();
        let names: Vec<Arc<str>> = self.followed.keys().cloned().collect();
        for name in &names {
            let Some(followed) = self.followed.get_mut(name) else { continue };
            let appeared = followed.trails.directories().any(|directory| changed.contains(directory));
            let found = if appeared { followed.look(now) } else { followed.look_at_files(now) };
            self.note(name);
            if found {
                self.arm(name);
            }
        }
    }

    /// The directories in which something may have appeared since the last poll, each looked at once however many
    /// follow it.
    fn changed_directories(&mut self) -> BTreeSet<PathBuf> {
        let (before, now) = (std::mem::take(&mut self.directories), SystemTime::now());
        let mut changed = BTreeSet::new();
        for directory in self.followed.values().flat_map(|followed| followed.trails.directories()) {
            if self.directories.contains_key(directory) {
                continue;
            }
            let found = Fingerprint::at(directory);
            let is_same = before.get(directory) == Some(&found);
            let shows = found.is_none_or(|found| found.is_older_than(COARSE, now));
            if !is_same || !shows {
                changed.insert(directory.to_owned());
            }
            self.directories.insert(directory.to_owned(), found);
        }
        changed
    }

    fn compare_environment(&mut self) {
        let Some(interval) = self.environment_interval() else { return };
        let now = SystemClock.now();
        if now - self.environment.0 < interval {
            return;
        }
        let before = std::mem::replace(&mut self.environment, (now, environment()));
        if before.1 == self.environment.1 {
            return;
        }
        for (name, followed) in &mut self.followed {
            followed.environment = true;
            followed.settling.owe(now);
            self.pending.insert(Arc::clone(name));
        }
    }

    /// Makes the attempts that are due.
    fn attempt(&mut self) {
        let now = SystemClock.now();
        while self.may_begin() {
            let due = self.pending.iter().find(|name| self.due(name).is_some_and(|due| due.at <= now));
            let Some(name) = due.cloned() else { return };
            // Where it is not after all, that is because of what was seen since `now`.
            if self.is_due(&name) {
                self.begin(&name);
            }
        }
    }

    fn may_begin(&self) -> bool {
        self.jobs.brisk() < self.options.at_once.max(1)
    }

    /// When the next attempt of one configuration is due, unless one is being made.
    fn due(&self, name: &str) -> Option<Due> {
        let followed = self.followed.get(name).filter(|_| !self.jobs.is_running(name))?;
        followed.settling.due(&self.options)
    }

    /// Whether it is time for an attempt, and still is after one more look.
    fn is_due(&mut self, name: &Arc<str>) -> bool {
        for _ in 0..2 {
            let due = self.followed.get(name).and_then(|followed| followed.settling.due(&self.options));
            if due.is_none_or(|due| due.at > SystemClock.now()) {
                return false;
            }
            self.look(name);
        }
        true
    }

    fn begin(&mut self, name: &Arc<str>) {
        let now = SystemClock.now();
        let Some(followed) = self.followed.get_mut(name) else { return };
        let Some(due) = followed.settling.due(&self.options) else { return };
        let trigger = followed.begin(due.patient);
        tracing::trace!(config = &**name, cause = ?trigger.cause(), patient = due.patient, "settled");
        followed.settling.begin(now);
        if !self.jobs.begin(&self.shared, name, &followed.follow, trigger, now) {
            followed.settling.owe(now + self.options.poll_interval);
        }
    }
}

/// What the variables of the process are, in a number.
fn environment() -> u64 {
    let mut variables: Vec<_> = std::env::vars_os().collect();
    variables.sort();
    let mut hasher = DefaultHasher::new();
    variables.hash(&mut hasher);
    hasher.finish()
}
