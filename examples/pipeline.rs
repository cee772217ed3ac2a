//! A flaky dependency behind the standard pipeline: its options are data, all that is wrong with them is said at once, and
//! they change while calls are made.

use enhanced_config::core::{ExtractOptions, KeyPath, extract};
use enhanced_config::format::{ParseOptions, parse};
use enhanced_config::{Format, Problems};
use enhanced_config_clock::{Clock, ManualClock};
use enhanced_config_fault_tolerance::Verdict;
use enhanced_config_fault_tolerance::pipeline::{Event, PipelineOptions, StandardPipeline};
use enhanced_config_fault_tolerance::retry::Safety;
use std::io::{Error, ErrorKind};
use std::time::Duration;

const GOOD: &str = r#"
total_timeout: 8s
retry:
  backoff: { shape: { exponential: { first: 250ms, factor: 2 } }, jitter: none }
breaker:
  window: { calls: 20 }
  trip: { failure_ratio: 90%, minimum_calls: 8 }
  half_open: { probes: 1 }
  wait: { shape: { constant: 3s } }
attempt_timeout: 2s
"#;

/// Every value is wrong, or wrong beside another.
const BAD: &str = r#"
total_timeout: soon
rate_limit: { count: 0 }
breaker:
  trip: { failure_ratio: 120% }
  half_open: { probe: 3 }
"#;
const OUT_OF_RANGE: &str = r#"
attempt_timeout: 0s
bulkhead: { max_in_flight: 0 }
breaker: { window: { calls: 0 }, half_open: { probes: 5000 } }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("What cannot be read, with its place:\n");
    if let Err(problems) = read(BAD) {
        println!("{problems}\n");
    }
    println!("What is out of range, with its path:\n");
    if let Err(errors) = read(OUT_OF_RANGE)?.check() {
        println!("{errors}\n");
    }
    run(&read(GOOD)?)
}

fn read(text: &str) -> Result<PipelineOptions, Problems> {
    let parsed = parse(text.as_bytes(), Format::Yaml, "calls.yaml", &ParseOptions::default())?;
    extract(parsed.document.root(), &KeyPath::root(), &ExtractOptions::default()).map(|(options, _)| options)
}

fn run(options: &PipelineOptions) -> Result<(), Box<dyn std::error::Error>> {
    // A program passes `SystemClock`. This one decides itself what time it is, and is done in no time.
    let clock = ManualClock::new();
    // What is asked is judged once, for all policies.
    let judge = |result: &Result<&str, Error>| match result {
        Ok(_) => Verdict::Success,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Verdict::Ignore,
        Err(_) => Verdict::Failure,
    };
    let timeline = |event: &Event| println!("{:5.2} s  {event:?}", clock.now().as_nanos() as f64 / 1e9);
    let pipeline =
        StandardPipeline::standard(Safety::Idempotent, options)?.with_judge(judge).with_observer(timeline);
    for warning in pipeline.lint() {
        println!("warning: {warning}");
    }

    // Down from second 1 to second 6.
    let fetch = || match clock.now().as_nanos() / 1_000_000_000 {
        1..6 => Err(Error::from(ErrorKind::ConnectionRefused)),
        _ => Ok("log: {level: debug}"),
    };
    for call in 0..6 {
        if call == 2 {
            let stricter = read(
                &GOOD.replace("failure_ratio: 90%, minimum_calls: 8", "failure_ratio: 60%, minimum_calls: 4"),
            )?;
            pipeline.reconfigure(&stricter, clock.now())?;
            println!("{:5.2} s  the breaker opens earlier from now on", clock.now().as_nanos() as f64 / 1e9);
        }
        match pipeline.call(&clock, fetch) {
            Ok(text) => println!("served: {text}"),
            Err(error) => println!("failed: {error}"),
        }
        clock.advance(Duration::from_secs(1));
    }
    println!("{:#?}", pipeline.snapshot(clock.now()));
    Ok(())
}
