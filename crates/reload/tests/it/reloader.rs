//! Following files, and what whoever follows them may do meanwhile.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use enhanced_config_reload::{Attempt, ConfigHotReloader, Follow, Input, ReloadOptions, Trigger, Turn};

/// Takes its time, and waits for the reloader and drops it on the thread that watches when that tells so.
struct DropsItsReloader {
    reloader: Mutex<Option<ConfigHotReloader>>,
    told: Mutex<Sender<Duration>>,
    go_on: Mutex<Receiver<()>>,
}

impl Follow for DropsItsReloader {
    fn follow(&self, _: &Trigger) -> Attempt {
        let _ = self.go_on.lock().unwrap().recv();
        Attempt::Done(Vec::new())
    }

    fn slow(&self, running_for: Duration) {
        let reloader = self.reloader.lock().unwrap().take();
        reloader.iter().for_each(ConfigHotReloader::wait_ready);
        drop(reloader);
        let _ = self.told.lock().unwrap().send(running_for);
    }
}

#[test]
fn the_thread_that_watches_does_not_wait_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.yaml");
    std::fs::write(&path, "1").unwrap();
    // Not a busy loop: at least 10 ms.
    let reloader = ConfigHotReloader::start(ReloadOptions::default().with_slow(Duration::ZERO)).unwrap();
    let ((told, tells), (goes, go_on)) = (channel(), channel());
    let follow =
        DropsItsReloader { reloader: Mutex::default(), told: Mutex::new(told), go_on: Mutex::new(go_on) };
    let follow = Arc::new(follow);
    reloader.follow("app", Arc::clone(&follow) as _, vec![Input::now(&path)]);
    reloader.wait_ready();
    *follow.reloader.lock().unwrap() = Some(reloader);
    std::fs::write(&path, "2").unwrap();
    let running_for = tells.recv_timeout(Duration::from_secs(20)).expect("the thread goes on");
    assert!(running_for >= Duration::from_millis(10), "{running_for:?}");
    goes.send(()).unwrap();
}

/// Follows one more file in the middle of an attempt, while the thread that watches waits for the end of that.
struct FollowsAnother {
    reloader: OnceLock<ConfigHotReloader>,
    turn: Turn<()>,
    slow: (Mutex<Sender<()>>, Mutex<Receiver<()>>),
    ended: (Mutex<Sender<()>>, Mutex<Receiver<()>>),
    told: Mutex<Sender<()>>,
}

impl Follow for FollowsAnother {
    fn follow(&self, _: &Trigger) -> Attempt {
        self.turn.run(|| {
            self.slow.1.lock().unwrap().recv().unwrap();
            self.reloader.get().unwrap().wait_ready();
        });
        self.ended.0.lock().unwrap().send(()).unwrap();
        Attempt::Done(Vec::new())
    }

    fn slow(&self, _: Duration) {
        self.slow.0.lock().unwrap().send(()).unwrap();
        self.ended.1.lock().unwrap().recv().unwrap();
        self.told.lock().unwrap().send(()).unwrap();
    }
}

#[test]
fn an_attempt_and_the_thread_that_watches_do_not_wait_for_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.yaml");
    std::fs::write(&path, "1").unwrap();
    let both = || {
        let (sender, receiver) = channel();
        (Mutex::new(sender), Mutex::new(receiver))
    };
    let (told, tells) = channel();
    let follow = Arc::new(FollowsAnother {
        reloader: OnceLock::new(),
        turn: Turn::new(),
        slow: both(),
        ended: both(),
        told: Mutex::new(told),
    });
    let reloader =
        ConfigHotReloader::start(ReloadOptions::default().with_slow(Duration::from_millis(10))).unwrap();
    reloader.follow("app", Arc::clone(&follow) as _, vec![Input::now(&path)]);
    follow.reloader.set(reloader).unwrap();
    follow.reloader.get().unwrap().wait_ready();
    std::fs::write(&path, "2").unwrap();
    tells.recv_timeout(Duration::from_secs(20)).expect("neither waits for ever");
    follow.reloader.get().unwrap().forget("app");
}

#[cfg(target_os = "linux")]
#[test]
fn what_waits_to_settle_is_in_the_queue() {
    const HOUR: Duration = Duration::from_secs(3600);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("motd");
    std::fs::write(&path, "1").unwrap();
    let patient = ReloadOptions::default().with_settle(HOUR).with_max_wait(HOUR);
    let reloader = ConfigHotReloader::start(patient).unwrap();
    reloader.follow_files("motd", [&path], || Ok(()), |()| Ok(()));
    assert_eq!(reloader.queued(), 0);
    std::fs::write(&path, "22").unwrap();
    // What was written before a wait begins is looked at before the next one ends.
    (0..2).for_each(|_| reloader.wait_ready());
    assert_eq!(reloader.queued(), 1);
    reloader.forget("motd");
    (0..2).for_each(|_| reloader.wait_ready());
    assert_eq!(reloader.queued(), 0);
}

#[test]
fn the_thread_that_watches_does_a_chore_as_often_as_that_wants() {
    let reloader = ConfigHotReloader::start(ReloadOptions::default()).unwrap();
    let (tell, told) = channel();
    let mut times = 0;
    reloader.set_chore(move || {
        times += 1;
        let _ = tell.send((times, std::thread::current().name().map(str::to_owned)));
        assert!(times < 5, "as a test does");
        (times < 3).then_some(Duration::from_millis(1))
    });
    for time in 1..=3 {
        assert_eq!(told.recv().unwrap(), (time, Some("config-watch".to_owned())));
    }
    let wake = reloader.waker();
    for time in 4..=5 {
        wake();
        assert_eq!(told.recv().unwrap().0, time);
    }
    // It panicked, and is gone; the thread is not.
    assert!(told.recv().is_err());
    reloader.wait_ready();
}
