use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use enhanced_config_core::{KeyPath, Problem, ProblemKind, Problems};
use enhanced_config_reload::{Board, Guard, Live, Reader, Section};

/// Two keys that always have the same value.
#[derive(Debug, Default, PartialEq)]
struct Pair {
    left: u64,
    right: u64,
}

fn pair(value: u64) -> Pair {
    Pair { left: value, right: value }
}

fn right(pair: &Pair) -> Result<u64, Problems> {
    Ok(pair.right)
}

fn at(path: &str) -> KeyPath {
    path.parse().unwrap()
}

fn refusal(message: &'static str) -> Problems {
    Problem::error(ProblemKind::Custom { message: message.into() }).with_path(at("right")).into()
}

fn publish(board: &Board<Pair>, value: u64) -> u64 {
    board.prepare(pair(value)).unwrap().exchange()
}

#[test]
fn handles_are_shared_among_threads() {
    fn check<T: Send + Sync>() {}
    check::<Live<Pair>>();
    check::<Section<Pair>>();
    check::<Reader<Pair>>();
    check::<Board<Pair>>();
    check::<Guard<Pair>>();
}

#[test]
fn every_handle_follows() {
    let board = Board::new(pair(1));
    let live = board.live(&at("right"), right).unwrap();
    let section = board.whole().section(|pair| &pair.left);
    let mut reader = live.clone().reader();
    assert_eq!((*live.load(), *section.load(), *reader.read(), live.version()), (1, 1, 1, 1));
    assert_eq!(publish(&board, 2), 2);
    assert_eq!((*live.load(), *section.load(), *reader.read(), live.version()), (2, 2, 2, 2));
    assert_eq!((section.version(), reader.version(), board.whole().load().version()), (2, 2, 2));
}

#[test]
fn handles_show_their_version_and_not_what_may_be_secret() {
    let board = Board::with_version(7, "hunter2".to_owned());
    let live = board.whole();
    let section = live.section(|text: &String| text);
    let prepared = board.prepare("hunter3".to_owned()).unwrap();
    for (shown, expected) in [
        (format!("{live:?}"), "Live { version: 7, .. }"),
        (format!("{:?}", live.load()), "Guard { version: 7, .. }"),
        (format!("{:?}", live.reader()), "Reader { version: 7, .. }"),
        (format!("{section:?}"), "Section { version: 7, .. }"),
        (format!("{:?}", section.load()), "SectionGuard { version: 7, .. }"),
        (format!("{board:?}"), "Board { whole: Live { version: 7, .. }, .. }"),
        (format!("{prepared:?}"), "Prepared { .. }"),
    ] {
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_snapshot_does_not_change() {
    let board = Board::new(pair(1));
    let before = board.whole().load();
    let section = board.whole().section(|pair| &pair.left);
    let part = section.load();
    publish(&board, 2);
    assert_eq!((before.left, before.version(), *part, part.version()), (1, 1, 1, 1));
    assert_eq!(*before.into_arc(), pair(1));
}

#[test]
fn a_section_can_be_of_any_size_and_outlives_its_board() {
    let board = Board::new("db.example".to_owned());
    let host = board.whole().section(|text: &String| text.split('.').next().unwrap_or_default());
    let reads = board.live(&at("length"), |text: &String| Ok(text.len())).unwrap().section(|length| length);
    board.prepare("cache.example".to_owned()).unwrap().exchange();
    drop(board);
    assert_eq!((&*host.load(), *reads.clone().load()), ("cache", 13));
}

#[test]
fn what_does_not_fit_is_not_prepared() {
    let board = Board::new(pair(1));
    let even = |pair: &Pair| if pair.right < 5 { Ok(pair.right) } else { Err(refusal("too large")) };
    let live = board.live(&at("right"), even).unwrap();
    let _text = board.live(&at("text"), |pair: &Pair| match pair.left {
        9 => Err(refusal("no nine")),
        left => Ok(left.to_string()),
    });
    let problems = board.prepare(pair(9)).unwrap_err();
    assert_eq!(problems.to_string(), "right: too large\nright: no nine");
    assert_eq!((*live.load(), live.version()), (1, 1));
    assert_eq!(publish(&board, 3), 2);
}

#[test]
fn a_handle_that_does_not_fit_is_not_made() {
    let board = Board::new(pair(1));
    let problems = board.live(&at("right"), |_| Err::<u64, _>(refusal("never"))).unwrap_err();
    assert_eq!(problems.to_string(), "right: never");
    assert_eq!(publish(&board, 2), 2, "and asks nothing of what comes next");
}

#[test]
fn a_reader_that_panics_is_a_problem() {
    let board = Board::new(pair(1));
    let live = board.live(&at("right"), |pair: &Pair| {
        assert_eq!(pair.left, 1, "a reader that panics");
        Ok(pair.left)
    });
    let problems = board.prepare(pair(2)).unwrap_err();
    assert_eq!(problems.to_string(), "right: reading it as `u64` panicked");
    assert_eq!(*live.unwrap().load(), 1);
}

#[test]
fn an_error_without_problems_is_an_error() {
    let board = Board::new(pair(1));
    let _live = board.live(&at(""), |pair: &Pair| match pair.left {
        1 => Ok(()),
        _ => Err(Problems::new()),
    });
    assert!(board.prepare(pair(2)).unwrap_err().is_empty());
}

#[test]
fn handles_of_one_type_and_path_read_once() {
    let board = Board::new(pair(1));
    let reads = Arc::new(AtomicUsize::new(0));
    let live = |path| {
        let reads = Arc::clone(&reads);
        let count = move |pair: &Pair| {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok(pair.left)
        };
        board.live(&at(path), count).unwrap()
    };
    let handles: Vec<_> = (0..100).map(|_| live("a")).collect();
    assert_eq!(reads.load(Ordering::Relaxed), 1);
    let other = live("b");
    publish(&board, 2);
    assert_eq!(reads.load(Ordering::Relaxed), 4);
    assert!(handles.iter().chain([&other]).all(|handle| *handle.load() == 2));
    drop(handles);
    publish(&board, 3);
    assert_eq!(reads.load(Ordering::Relaxed), 5, "nobody reads `a` any more");
    assert_eq!((*live("c").load(), *live("d").load(), *other.load()), (3, 3, 3));
}

#[test]
fn a_handle_is_read_for_as_long_as_a_section_of_it_is() {
    let board = Board::new(pair(1));
    let section = board.live(&at("right"), right).unwrap().section(|right| right);
    publish(&board, 2);
    // Would take the place of the handle if that had gone.
    let _other = board.live(&at("left"), |pair: &Pair| Ok(pair.left.to_string())).unwrap();
    publish(&board, 3);
    assert_eq!(*section.load(), 3);
}

#[test]
fn values_are_freed_with_their_version() {
    let board = Board::new(pair(1));
    let live = board.live(&at("right"), |pair: &Pair| Ok(Arc::new(pair.right))).unwrap();
    let first = Arc::downgrade(&*live.load());
    let prepared = board.prepare(pair(2)).unwrap();
    prepared.exchange();
    assert!(first.upgrade().is_some(), "it may be shown again");
    drop(prepared);
    assert!(first.upgrade().is_none());
}

#[test]
fn a_handle_made_before_the_end_of_a_publication_has_to_fit_both_versions() {
    let board = Board::new(pair(1));
    let equal_to = |value| {
        move |pair: &Pair| match pair.left == value {
            true => Ok(pair.left),
            false => Err(refusal("another")),
        }
    };
    let prepared = board.prepare(pair(2)).unwrap();
    assert!(board.live(&at("one"), equal_to(1)).is_err());
    prepared.exchange();
    assert!(board.live(&at("two"), equal_to(2)).is_err());
    let both = board.live(&at("right"), right).unwrap();
    assert_eq!(*both.load(), 2);
    prepared.exchange();
    assert_eq!((*both.load(), both.version()), (1, 3));
    drop(prepared);
    assert!(board.live(&at("one"), equal_to(1)).is_ok());
}

#[test]
fn whatever_runs_the_code_of_the_program_holds_no_lock() {
    struct Uses(Arc<Board<Pair>>);
    impl Drop for Uses {
        fn drop(&mut self) {
            publish(&self.0, 7);
        }
    }
    let board = Arc::new(Board::new(pair(1)));
    let inner = Arc::clone(&board);
    let read = move |_: &Pair| {
        drop(inner.live(&at("inner"), right)?);
        Ok(Uses(Arc::clone(&inner)))
    };
    let live = board.live(&at("outer"), read).unwrap();
    let kept = board.prepare(pair(2)).unwrap();
    drop(live);
    let _takes_its_place = board.live(&at("left"), right).unwrap();
    drop(kept);
    assert_eq!(board.whole().load().left, 7);
}

#[test]
fn eight_readers_never_see_half_of_a_swap() {
    const SWAPS: u64 = 10_000;
    let board = Board::new(pair(0));
    let halves = board.live(&at("right"), |pair: &Pair| Ok((pair.left, pair.right))).unwrap();
    let (start, done) = (Barrier::new(9), AtomicBool::new(false));
    let follow = || {
        let (mut reader, section) = (board.whole().reader(), board.whole().section(|pair| pair));
        let mut seen = 0;
        start.wait();
        loop {
            let last = done.load(Ordering::Acquire);
            let (part, half, version) = (section.load(), halves.load(), reader.version());
            assert_eq!((part.left, half.0), (part.right, half.1));
            assert!(part.version() >= version && half.version() >= part.version());
            let value = reader.read();
            assert_eq!(value.left, value.right);
            // Every third swap is taken back.
            assert!(reader.version() >= seen.max(half.version()));
            seen = reader.version();
            if last {
                return seen;
            }
        }
    };
    thread::scope(|scope| {
        let readers: Vec<_> = (0..8).map(|_| scope.spawn(follow)).collect();
        start.wait();
        for value in 1..=SWAPS {
            let prepared = board.prepare(pair(value)).unwrap();
            prepared.exchange();
            if value.is_multiple_of(3) {
                prepared.exchange();
            }
        }
        done.store(true, Ordering::Release);
        let all = 1 + SWAPS + SWAPS / 3;
        assert!(readers.into_iter().all(|reader| reader.join().unwrap() == all));
    });
    assert_eq!(*board.whole().load(), pair(SWAPS));
}
