use enhanced_config_clock::Instant;
use enhanced_config_monitor::resource::{
    Measured, Resource, ResourceMonitor, ResourceSample, Thresholds, Whole,
};
use std::time::Duration;

fn sample() -> ResourceSample {
    ResourceMonitor::new([env!("CARGO_MANIFEST_DIR")]).sample(Instant::default())
}

#[test]
fn the_first_sample_of_a_rate_is_not_yet() {
    let sample = sample();
    assert_eq!(sample.cpu, Measured::NotYet);
    assert_eq!(sample.process_cpu, Measured::NotYet);
    assert!(sample.network.iter().chain(&sample.disk_io).all(|device| device.rate == Measured::NotYet));
    assert!(sample.memory.known().is_some() && sample.process.known().is_some());
}

#[test]
fn a_second_sample_at_the_same_time_is_still_not_yet() {
    let mut monitor = ResourceMonitor::new(["/"]);
    let process = |sample: ResourceSample| sample.process.known().unwrap().cpus;
    assert_eq!(process(monitor.sample(Instant::default())), Measured::NotYet);
    assert_eq!(process(monitor.sample(Instant::default())), Measured::NotYet);
    let later = Instant::default() + Duration::from_secs(1);
    assert!(process(monitor.sample(later)).known().is_some());
}

#[test]
fn what_exceeds_its_threshold_says_of_what_and_of_which_whole() {
    let sample = sample();
    let mut thresholds = Thresholds::default();
    (thresholds.memory, thresholds.disk) = (Some(0.0), Some(0.0));
    let exceeded = sample.check_resource_limits(&thresholds);
    let found: Vec<_> = exceeded.iter().map(|exceeded| &exceeded.resource).collect();
    assert_eq!(found, [&Resource::Memory, &Resource::Disk(env!("CARGO_MANIFEST_DIR").into())]);
    assert_eq!(exceeded[1].share.of, Whole::Disk);
    assert!(exceeded[1].to_string().ends_with("% of the disk, more than 0 %"), "{}", exceeded[1]);

    (thresholds.memory, thresholds.disk) = (None, Some(100.0));
    assert_eq!(sample.check_resource_limits(&thresholds), []);
}

#[test]
fn a_threshold_that_is_no_number_shows() {
    let mut thresholds = Thresholds::default();
    thresholds.memory = Some(f64::NAN);
    let exceeded = sample().check_resource_limits(&thresholds);
    assert!(exceeded.iter().any(|exceeded| exceeded.resource == Resource::Memory), "{exceeded:?}");
    assert!(serde_json::from_str::<Thresholds>(r#"{"memroy": 50}"#).is_err(), "a slip");
}

#[test]
fn a_path_that_is_not_there_is_not_available() {
    let sample = ResourceMonitor::new(["/no/such/path"]).sample(Instant::default());
    if cfg!(target_os = "linux") {
        assert_eq!(sample.disks[0].space, Measured::NotAvailable);
    }
    assert_eq!(sample.disks.len(), 1);
}

#[test]
fn a_sample_is_json() {
    let json = serde_json::to_value(sample()).unwrap();
    assert_eq!(json["cpu"], "not_yet");
    assert!(json["memory"]["known"]["share"]["percent"].is_number(), "{json}");
}
