use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a `Retry-After` header asks to wait at `now`: seconds, or a date in any of the three forms of HTTP
/// (RFC 9110, sections 10.2.3 and 5.6.7). A date that has passed asks for no wait. None if it is neither.
///
/// ```
/// use enhanced_config_fault_tolerance::retry::retry_after;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// assert_eq!(retry_after("120", UNIX_EPOCH), Some(Duration::from_secs(120)));
/// assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", UNIX_EPOCH), Some(Duration::from_secs(60)));
/// assert_eq!(retry_after("soon", UNIX_EPOCH), None);
/// ```
#[must_use]
pub fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Some(seconds) = digits(header) {
        return Some(Duration::from_secs(seconds));
    }
    let seconds = date(header, now)?;
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        // What is too long ago for this system's clock has passed.
        let at = UNIX_EPOCH.checked_sub(distance);
        return Some(at.and_then(|at| at.duration_since(now).ok()).unwrap_or_default());
    }
    Some(UNIX_EPOCH.checked_add(distance)?.duration_since(now).unwrap_or_default())
}

/// A number of nothing but digits; the largest there is if it is larger.
fn digits(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| text.parse().unwrap_or(u64::MAX))
}

const DAY: u64 = 24 * 60 * 60;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The seconds since 1970 of a date, fewer than none if it is before. The day of the week is not compared: the date says it all.
fn date(text: &str, now: SystemTime) -> Option<i64> {
    let mut words = [""; 6];
    let mut count = 0;
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        *words.get_mut(count)? = word;
        count += 1;
    }
    let (day, month, year, time) = match (count, words) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        (6, [_, day, month, year, time, "GMT"]) => (day, month, full_year(year)?, time),
        // Sun Nov  6 08:49:37 1994
        (5, [_, month, day, time, year, _]) => (day, month, full_year(year)?, time),
        // Sunday, 06-Nov-94 08:49:37 GMT
        (4, [_, date, time, "GMT", ..]) => {
            let (day, rest) = date.split_once('-')?;
            let (month, year) = rest.split_once('-')?;
            (day, month, short_year(year, now)?, time)
        }
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let day = digits(day).filter(|day| (1..=length(year, month)).contains(day))?;
    // Of four digits at most: far from the ends of the number.
    (days(year, month, day)? * DAY as i64).checked_add_unsigned(seconds(time)?)
}

fn full_year(text: &str) -> Option<u64> {
    digits(text).filter(|_| text.len() == 4)
}

/// Of two digits: the year of this century, or of the last if that is more than 50 years ahead.
fn short_year(text: &str, now: SystemTime) -> Option<u64> {
    let year = digits(text).filter(|_| text.len() == 2)?;
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let this = 1970 + seconds / (DAY * 365 + DAY / 4);
    let near = this - this % 100 + year;
    Some(if near > this + 50 { near - 100 } else { near })
}

/// `08:49:37`, a leap second included.
fn seconds(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let mut part = |most| {
        let text = parts.next()?;
        digits(text).filter(|number| text.len() == 2 && *number <= most)
    };
    let (hours, minutes, seconds) = (part(23)?, part(59)?, part(60)?);
    parts.next().is_none().then_some(hours * 3600 + minutes * 60 + seconds)
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn length(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to a date of the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> Option<i64> {
    let leap_days = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let in_year = (1..month).map(|month| length(year, month)).sum::<u64>() + day - 1;
    let year = i64::try_from(year).ok()?;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    years.checked_add_unsigned(in_year)
}
