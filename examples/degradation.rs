//! Prices come from a server, from another one, from memory or from a list, whichever is the best that can be had; and a
//! shop offers less while things are bad. Time is told to pass, and nobody waits.

use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::breaker::Window;
use enhanced_config_fault_tolerance::ladder::{Event, Mode};
use enhanced_config_fault_tolerance::{
    Backoff, BreakerOptions, CircuitBreaker, DegradationLadder, GracefulDegradation, LadderOptions,
    OptionError, Policy, Ratio,
};
use std::io::{Error, ErrorKind};
use std::ops::Range;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

struct Server {
    down: Range<u64>,
    breaker: CircuitBreaker,
}

impl Server {
    fn new(down: Range<u64>) -> Result<Self, OptionError> {
        let options =
            BreakerOptions::default().with_window(Window::Calls(20)).with_wait(Backoff::constant(SECOND * 5));
        Ok(Self { down, breaker: CircuitBreaker::new(options)? })
    }

    fn price(&self, second: u64) -> Result<u64, Error> {
        if self.down.contains(&second) { Err(ErrorKind::ConnectionRefused.into()) } else { Ok(100 + second) }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clock = ManualClock::new();
    let second = || clock.now().as_nanos() / 1_000_000_000;
    let (near, far) = (Server::new(10..60)?, Server::new(15..50)?);
    let prices = GracefulDegradation::new(&near).or_endpoint(&far).or_stale(SECOND * 20).or_value(99);
    let timeline = |event: &Event| {
        if let Event::Changed(change) = event {
            println!("{:2} s  the shop: {:?} -> {:?}", second(), change.from, change.to);
        }
    };
    let ladder = DegradationLadder::with_observer(LadderOptions::default().with_dwell(SECOND * 5), timeline)?;

    let mut rank = None;
    for _ in 0..90 {
        let served = prices.call(&clock, |server| server.breaker.call(&clock, || server.price(second())))?;
        if rank.replace(served.level.rank) != Some(served.level.rank) {
            let cause = served.cause.map_or("all is well".to_owned(), |cause| cause.to_string());
            println!("{:2} s  {} from the {}; {cause}", second(), served.value, served.level);
        }
        // How good a price is that comes from there.
        let health = [100, 75, 50, 10].get(served.level.rank).copied().unwrap_or(0);
        ladder.observe(Ratio::percent(health), clock.now());
        clock.advance(SECOND);
    }

    ladder.pin(Mode::Essential, clock.now());
    println!("held by hand: {:?}", ladder.snapshot());
    println!("{:?}", prices.snapshot());
    Ok(())
}
