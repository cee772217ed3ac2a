//! A call that fails a few times, and one that fails for good; time is told to pass, and nobody waits.

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::retry::{GiveUp, Safety, retry_after};
use enhanced_config_fault_tolerance::{
    Backoff, Jitter, Ratio, RetryBudget, RetryOptions, RetryPolicy, Verdict,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

fn main() -> Result<(), GiveUp> {
    let clock = ManualClock::new();
    let backoff = Backoff::exponential(Duration::from_millis(200), 2.0).with_cap(Duration::from_secs(5));
    let options =
        RetryOptions::default().with_max_attempts(5).with_backoff(backoff.with_jitter(Jitter::Equal));
    // All who call the same server share one budget: in bad times a fifth more calls, and not five times as many.
    let budget = Arc::new(RetryBudget::new(Ratio::percent(20), 10));
    let policy = RetryPolicy::new(options).with_budget(budget);

    let mut replies = [Ok((503, "2")), Err("connection reset"), Ok((200, "level: debug"))].into_iter();
    let mut fetch = || replies.next().unwrap_or(Err("connection refused"));
    // Says what a reply means: a server may be reached, and yet ask for patience.
    let judge = |reply: &Result<(u16, &str), &str>| match reply {
        Ok((503, header)) => {
            retry_after(header, SystemTime::now()).map_or(Verdict::Failure, Verdict::RetryAfter)
        }
        Ok(_) => Verdict::Success,
        Err(_) => Verdict::Failure,
    };
    let attempt = policy.begin(Safety::Idempotent, clock.now());
    let began = clock.now();
    let reply = attempt.run(&clock, &judge, &mut fetch);
    println!("{reply:?} after {:.1?}", clock.now() - began);

    let deadline = clock.now() + Duration::from_secs(1);
    let attempt = policy.begin(Safety::Idempotent, clock.now()).with_deadline(deadline)?;
    if let Err(error) = attempt.run(&clock, &judge, &mut fetch) {
        println!("{} ({})", error.error, error.reason);
        for attempt in error.history.last() {
            println!(
                "  {:7.1?} after the first: {:?}, next in {:.1?}",
                attempt.began, attempt.verdict, attempt.wait
            );
        }
    }
    Ok(())
}
