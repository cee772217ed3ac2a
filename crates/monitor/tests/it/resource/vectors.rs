use enhanced_config_monitor::resource::{CpuTimes, Space, Unwrapped};
use serde_json::Value;

/// Each case says which test or which lines of psutil it was taken from.
const VECTORS: &str = include_str!("vectors.json");

fn cases(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    let mut cases = all["cases"].as_array().unwrap().clone();
    assert!(cases.iter().all(|case| case["source"]["repo"].is_string()));
    cases.retain(|case| case["kind"] == kind);
    assert!(!cases.is_empty());
    cases
}

fn counters(value: &Value) -> [u64; 3] {
    serde_json::from_value(value.clone()).unwrap()
}

fn cpu_times(value: &Value) -> CpuTimes {
    let names = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
    assert_eq!(value.as_object().unwrap().len(), names.len());
    CpuTimes::from_array(names.map(|name| value[name].as_u64().unwrap()))
}

fn tenths(percent: f64) -> f64 {
    (10.0 * percent).round()
}

#[test]
fn every_kind_of_case_is_tried() {
    let tried: usize =
        ["counter_wrap", "disk_usage", "cpu_percent"].map(|kind| cases(kind).len()).iter().sum();
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(tried, all["cases"].as_array().unwrap().len());
}

#[test]
fn counters_that_wrap_go_on() {
    for case in cases("counter_wrap") {
        let mut unwrapped = Unwrapped::<3>::new();
        for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let expected = step["expect"].as_object().unwrap();
            unwrapped.begin();
            for (device, raw) in step["raw"].as_object().unwrap() {
                let counted = unwrapped.advance(device, counters(raw));
                assert_eq!(counted, counters(&expected[device]), "{}, step {number}, {device}", case["id"]);
            }
            unwrapped.end();
            assert_eq!(unwrapped.len(), expected.len(), "{}, step {number}", case["id"]);
        }
    }
}

#[test]
fn a_counter_that_falls_adds_to_what_it_had() {
    let mut unwrapped = Unwrapped::<1>::new();
    let counted: Vec<u64> = [100, 90, 95, 5].map(|raw| unwrapped.advance("disk", [raw])[0]).to_vec();
    assert_eq!(counted, [100, 190, 195, 200]);
}

#[test]
fn a_device_that_comes_back_is_a_new_one() {
    let mut unwrapped = Unwrapped::<1>::new();
    for (present, raw, expected) in [(true, 100, 100), (true, 10, 110), (false, 0, 0), (true, 20, 20)] {
        unwrapped.begin();
        if present {
            assert_eq!(unwrapped.advance("disk", [raw]), [expected]);
        }
        unwrapped.end();
        assert_eq!((unwrapped.contains("disk"), unwrapped.is_empty()), (present, !present));
    }
}

#[test]
fn disks_are_as_full_as_ordinary_users_find_them() {
    for case in cases("disk_usage") {
        let input = |name: &str| case["input"][name].as_u64().unwrap();
        let blocks = (input("blocks"), input("blocks_free"), input("blocks_available"));
        let space = Space::from_blocks(blocks.0, blocks.1, blocks.2, input("fragment_size"));
        let expected = ["total", "used", "free"].map(|name| case["expect"][name].as_u64().unwrap());
        assert_eq!([space.total, space.used, space.free], expected, "{}", case["id"]);
        let percent = case["expect"]["percent"].as_f64().unwrap();
        assert_eq!(tenths(space.share().percent), tenths(percent), "{}", case["id"]);
    }
    assert_eq!(Space::from_blocks(0, 0, 0, 4096).share().percent, 0.0);
}

#[test]
fn processors_are_busy_but_not_while_they_wait_for_a_disk() {
    for case in cases("cpu_percent") {
        let percent = cpu_times(&case["after"]).busy_percent_since(&cpu_times(&case["before"]));
        assert_eq!(tenths(percent), tenths(case["expect_percent"].as_f64().unwrap()), "{}", case["id"]);
    }
}
