use std::iter::Enumerate;
use std::panic::resume_unwind;
use std::slice;
use std::sync::mpsc::{self, Sender};
use std::thread;

use parking_lot::Mutex;

/// What `work` makes of each of `items`, in their order, with up to `threads` of them at work at once. `begun` is told on
/// the thread of the caller, as each is begun, in their order too.
///
/// # Panics
/// When `work` does, once all else is done; when `begun` does, once what is being worked on is.
pub(crate) fn at_once<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    mut begun: impl FnMut(usize, &T),
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let left = Mutex::new(items.iter().enumerate());
    let (tell, told) = mpsc::channel();
    let mut results = Vec::with_capacity(items.len());
    let run = |tell| take_turns(&left, &work, &tell);
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..threads.min(items.len()) {
            let (run, tell) = (&run, tell.clone());
            workers.extend(thread::Builder::new().spawn_scoped(scope, move || run(tell)));
        }
        if workers.is_empty() {
            // The system has no thread to give.
            run(tell);
        } else {
            drop(tell);
        }
        for turn in told {
            match turn {
                Turn::Begun(at, item) => begun(at, item),
                Turn::Done(at, result) => results.push((at, result)),
            }
        }
        for worker in workers {
            // A panic goes on as what it is, not as that of some thread.
            worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

enum Turn<'a, T, R> {
    Begun(usize, &'a T),
    Done(usize, R),
}

/// Works on what is left until there is nothing, or nobody wants it any more.
fn take_turns<'a, T, R>(
    left: &Mutex<Enumerate<slice::Iter<'a, T>>>,
    work: impl Fn(&T) -> R,
    tell: &Sender<Turn<'a, T, R>>,
) {
    let next = || {
        // Told of under the lock, so that it is told of in order. Nobody waits in this channel.
        let mut left = left.lock();
        let (at, item) = left.next()?;
        tell.send(Turn::Begun(at, item)).ok().map(|()| (at, item))
    };
    while let Some((at, item)) = next() {
        if tell.send(Turn::Done(at, work(item))).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Barrier;

    #[test]
    fn all_is_done_and_told_in_order() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [0, 1, 3, 200] {
            let mut begun = Vec::new();
            let doubled = at_once(threads, &items, |at, _| begun.push(at), |item| 2 * item);
            assert_eq!(begun, items, "{threads} threads");
            assert!(doubled.iter().copied().eq(items.iter().map(|item| 2 * item)), "{threads} threads");
        }
        assert!(at_once(4, &[], |_, _| panic!("nothing begins"), |(): &()| ()).is_empty());
    }

    #[test]
    fn several_are_at_work_at_once() {
        // Passed by two only if both are there.
        let both = Barrier::new(2);
        at_once(2, &[(), ()], |_, _| {}, |()| both.wait());
    }

    #[test]
    fn a_panic_is_the_callers() {
        let work = |item: &u32| {
            if *item == 2 {
                panic!("of two")
            }
        };
        let panic = catch_unwind(|| at_once(2, &[1, 2, 3], |_, _| {}, work)).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"of two"));
        let listener = AssertUnwindSafe(|| at_once(2, &[1, 2, 3], |_, _| panic!("of the listener"), |_| ()));
        assert_eq!(catch_unwind(listener).unwrap_err().downcast_ref(), Some(&"of the listener"));
    }
}
