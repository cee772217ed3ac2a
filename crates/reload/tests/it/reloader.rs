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
