//! Moments of the calendar as text, in UTC: `20261120T173312Z` for names of files, `2026-11-20T17:33:12Z` for people.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// The second of `time`, from the year 1970 to 9999; what lies outside becomes the nearest.
#[must_use]
pub fn stamp(time: SystemTime) -> String {
    let [year, month, day, hour, minute, second] = fields(time);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// The same as RFC 3339 has it.
#[must_use]
pub fn rfc3339(time: SystemTime) -> String {
    let [year, month, day, hour, minute, second] = fields(time);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// What [`stamp`] told; `None` of anything else.
#[must_use]
pub fn parse(stamp: &str) -> Option<SystemTime> {
    let (date, time) = stamp.strip_suffix('Z')?.split_once('T')?;
    let is_digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(date, 8) || !is_digits(time, 6) {
        return None;
    }
    let (date, time): (u64, u64) = (date.parse().ok()?, time.parse().ok()?);
    let days = days(date / 10_000, date / 100 % 100, date % 100)?;
    let seconds = days * DAY + time / 10_000 * 3600 + time / 100 % 100 * 60 + time % 100;
    // Refuses the 31st of February and the 99th minute.
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    (self::stamp(time) == stamp).then_some(time)
}

/// Year, month, day, hour, minute and second.
fn fields(time: SystemTime) -> [u64; 6] {
    const LAST: u64 = 253_402_300_799;
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().min(LAST));
    let ((year, month, day), second) = (date(seconds / DAY), seconds % DAY);
    [year, month, day, second / 3600, second / 60 % 60, second % 60]
}

/// Year, month and day of a day since 1970. `civil_from_days` of Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms": years begin in March, so that the leap day is the last of one.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (month, day) = ((month + 2) % 12 + 1, day - (153 * month + 2) / 5 + 1);
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// The other way, `days_from_civil`; none before 1970.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year.checked_sub(u64::from(month <= 2))?;
    let (era, year) = (year / 400, year % 400);
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day.checked_sub(1)?;
    (era * 146_097 + year * 365 + year / 4 - year / 100 + day).checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(seconds: u64, expected: &str) {
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(stamp(time), expected);
        assert_eq!(parse(expected), Some(time));
    }

    /// As `date -u -d @seconds +%Y%m%dT%H%M%SZ` says.
    #[test]
    fn is_what_date_says() {
        check(0, "19700101T000000Z");
        check(951_782_399, "20000228T235959Z");
        check(951_782_400, "20000229T000000Z");
        check(1_795_195_992, "20261120T173312Z");
        check(4_107_542_400, "21000301T000000Z");
        check(253_402_300_799, "99991231T235959Z");
    }

    #[test]
    fn what_lies_outside_becomes_the_nearest() {
        assert_eq!(stamp(UNIX_EPOCH - Duration::from_secs(1)), "19700101T000000Z");
        assert_eq!(stamp(UNIX_EPOCH + Duration::from_secs(1 << 40)), "99991231T235959Z");
    }

    #[test]
    fn nothing_else_is_a_moment() {
        for text in [
            "",
            "20261120T173312",
            "20261120173312Z",
            "20260231T000000Z",
            "20261301T000000Z",
            "20260001T000000Z",
            "20260100T000000Z",
            "20261120T240000Z",
            "20261120T006000Z",
            "20261120T000060Z",
            "19691231T235959Z",
            "00000000T000000Z",
            "+0261120T173312Z",
            "２0261120T173312Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn people_read_rfc3339() {
        let time = UNIX_EPOCH + Duration::from_secs(1_795_195_992);
        assert_eq!(rfc3339(time), "2026-11-20T17:33:12Z");
    }

    proptest! {
        #[test]
        fn every_second_is_told_and_read(seconds in 0..253_402_300_800u64) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            prop_assert_eq!(parse(&stamp(time)), Some(time));
        }

        #[test]
        fn anything_may_be_read(text in "[0-9TZ]{0,20}") {
            if let Some(time) = parse(&text) {
                prop_assert_eq!(stamp(time), text);
            }
        }
    }
}
