//! Numbers for people.

use std::time::Duration;

use crate::trend::{Direction, Trend};

/// `3 min`, `1.2 ms`.
pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_secs() {
        0 if duration.is_zero() => "0 s".into(),
        0 if seconds < 1e-6 => format!("{} ns", duration.as_nanos()),
        0 if seconds < 1e-3 => format!("{:.1} µs", seconds * 1e6),
        0 => format!("{:.1} ms", seconds * 1e3),
        1..10 => format!("{seconds:.1} s"),
        10..120 => format!("{seconds:.0} s"),
        120..7200 => format!("{} min", duration.as_secs() / 60),
        7200..172_800 => format!("{} h", duration.as_secs() / 3600),
        _ => format!("{} d", duration.as_secs() / 86_400),
    }
}

/// `1.5 GiB`.
pub(super) fn bytes(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024.0 {
        return format!("{bytes:.0} B");
    }
    let (mut left, mut unit) = (bytes / 1024.0, "KiB");
    for larger in UNITS.into_iter().skip(1) {
        if left < 1024.0 {
            break;
        }
        (left, unit) = (left / 1024.0, larger);
    }
    format!("{left:.1} {unit}")
}

/// `1 234 567`.
pub(super) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// `99.8 %`, or a dash.
pub(super) fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".into(), |ratio| format!("{:.1} %", 100.0 * ratio))
}

/// `rising, 40.1 to 52.3`; nothing when it is too early to tell.
pub(super) fn trend(trend: Option<&Trend>, figure: impl Fn(f64) -> String) -> String {
    match trend {
        None => String::new(),
        Some(trend) if trend.direction == Direction::Flat => "flat".into(),
        Some(trend) => {
            format!("{}, {} to {}", trend.direction.as_str(), figure(trend.from), figure(trend.to))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let said = [0, 999, 1_500, 1_234_567, 1_500_000_000, 59_000_000_000]
            .map(|nanos| duration(Duration::from_nanos(nanos)));
        assert_eq!(said, ["0 s", "999 ns", "1.5 µs", "1.2 ms", "1.5 s", "59 s"]);
        let said = [180, 7200, 1_000_000].map(|seconds| duration(Duration::from_secs(seconds)));
        assert_eq!(said, ["3 min", "2 h", "11 d"]);
    }

    #[test]
    fn large_numbers_can_be_read() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1 000", "1 234 567"]);
        let said = [0.0, 1023.0, 1536.0, 1.6e9, 1e30].map(bytes);
        assert_eq!(said, ["0 B", "1023 B", "1.5 KiB", "1.5 GiB", "888178419700125.2 PiB"]);
    }
}
