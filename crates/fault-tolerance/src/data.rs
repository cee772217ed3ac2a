//! Options from data: by `serde`, from any text that describes itself.
//!
//! Only what does not read as its type does: ratios and durations are texts, and where a type's fields are private or
//! depend on each other there is a form for the data. What is wrong with a single value is said where it stands; what
//! options say together, by the types' own checks.

use crate::breaker::{Closing, HalfOpen, Undecided};
use crate::{Backoff, Jitter, Quota, Ratio};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// Reads `200ms`, `1.5s` and `1m30s`.
pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(DurationVisitor)
}

/// The same, or nothing.
pub(crate) fn optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    Ok(Option::<Text>::deserialize(deserializer)?.map(|Text(duration)| duration))
}

/// The same, but not no time.
fn some_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let duration = duration(deserializer)?;
    if duration.is_zero() {
        Err(D::Error::custom("expected a duration longer than nothing"))
    } else {
        Ok(duration)
    }
}

struct Text(Duration);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        duration(deserializer).map(Self)
    }
}

struct DurationVisitor;

impl Visitor<'_> for DurationVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration, as \"200ms\", \"1.5s\" or \"1m30s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        parse_duration(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// What each unit is in nanoseconds.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Numbers and units one after another, as in Go's `time.ParseDuration`; exact, and none of what is too small to be told.
fn parse_duration(text: &str) -> Option<Duration> {
    let (mut rest, mut nanos) = (text.trim(), 0u128);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        nanos = nanos.checked_add(in_nanos(number, *unit)?)?;
        rest = after;
    }
    let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
    Some(Duration::new(seconds, (nanos % 1_000_000_000) as u32))
}

/// `number` units of so many nanoseconds. Beyond the 18th place after the point there is nothing to be told.
fn in_nanos(number: &str, unit: u128) -> Option<u128> {
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let part = part.get(..part.len().min(18))?;
    let whole: u128 = u128::from(whole.parse::<u64>().ok()?).checked_mul(unit)?;
    let part = u128::from(part.parse::<u64>().ok()?) * unit / 10u128.pow(part.len() as u32);
    whole.checked_add(part)
}

/// From `0.2` and `"20%"`.
impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RatioVisitor)
    }
}

struct RatioVisitor;

impl Visitor<'_> for RatioVisitor {
    type Value = Ratio;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ratio from 0 to 1, or from \"0%\" to \"100%\"")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Ratio, E> {
        Ratio::new(value).map_err(|_| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Ratio, E> {
        Ratio::new(value as f64).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Ratio, E> {
        Ratio::new(value as f64).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Ratio, E> {
        text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// `{ shape: { exponential: { first: 100ms, factor: 2 } }, cap: 10s, jitter: full }`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackoffData {
    shape: ShapeData,
    #[serde(default, deserialize_with = "optional_duration")]
    cap: Option<Duration>,
    #[serde(default)]
    jitter: Jitter,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum ShapeData {
    Constant(#[serde(deserialize_with = "duration")] Duration),
    Linear {
        #[serde(deserialize_with = "duration")]
        first: Duration,
        #[serde(deserialize_with = "duration")]
        step: Duration,
    },
    Exponential {
        #[serde(deserialize_with = "duration")]
        first: Duration,
        #[serde(deserialize_with = "factor")]
        factor: f64,
    },
    Fibonacci(#[serde(deserialize_with = "duration")] Duration),
    Decorrelated(#[serde(deserialize_with = "duration")] Duration),
}

fn factor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let factor = f64::deserialize(deserializer)?;
    let is_factor = factor >= 0.0 && factor.is_finite();
    if is_factor { Ok(factor) } else { Err(D::Error::custom("expected a factor of 0 or more")) }
}

impl From<BackoffData> for Backoff {
    fn from(BackoffData { shape, cap, jitter }: BackoffData) -> Self {
        let backoff = match shape {
            ShapeData::Constant(wait) => Self::constant(wait),
            ShapeData::Linear { first, step } => Self::linear(first, step),
            ShapeData::Exponential { first, factor } => Self::exponential(first, factor),
            ShapeData::Fibonacci(first) => Self::fibonacci(first),
            ShapeData::Decorrelated(first) => Self::decorrelated(first),
        };
        backoff.with_cap(cap.unwrap_or(Duration::MAX)).with_jitter(jitter)
    }
}

/// `{ probes: 5, closing: { successes: 4 }, limit: { after: 1m, then: open } }`; without `closing`, all probes.
#[derive(serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HalfOpenData {
    probes: u16,
    closing: Option<Closing>,
    #[serde(deserialize_with = "duration")]
    probe_timeout: Duration,
    limit: Option<LimitData>,
    #[serde(deserialize_with = "optional_duration")]
    ramp: Option<Duration>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitData {
    #[serde(deserialize_with = "duration")]
    after: Duration,
    then: Undecided,
}

impl Default for HalfOpenData {
    fn default() -> Self {
        let HalfOpen { probes, probe_timeout, ramp, .. } = HalfOpen::default();
        Self { probes, closing: None, probe_timeout, limit: None, ramp }
    }
}

impl From<HalfOpenData> for HalfOpen {
    fn from(HalfOpenData { probes, closing, probe_timeout, limit, ramp }: HalfOpenData) -> Self {
        let closing = closing.unwrap_or(Closing::Successes(probes));
        let limit = limit.map(|LimitData { after, then }| (after, then));
        Self { probes, closing, probe_timeout, limit, ramp }
    }
}

/// `{ count: 100, per: 1s, burst: 20 }`; without `per` a second, without `burst` all of them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaData {
    count: NonZeroU32,
    #[serde(default = "second", deserialize_with = "some_time")]
    per: Duration,
    burst: Option<NonZeroU32>,
}

const fn second() -> Duration {
    Duration::from_secs(1)
}

impl From<QuotaData> for Quota {
    fn from(QuotaData { count, per, burst }: QuotaData) -> Self {
        Self::per(count, per).with_burst(burst.unwrap_or(count))
    }
}
