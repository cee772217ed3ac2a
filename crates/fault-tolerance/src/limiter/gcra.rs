//! The arithmetic of the generic cell rate algorithm, in its form of virtual scheduling (ITU-T I.371, annex A).
//!
//! All that is remembered is one moment, the theoretical arrival time: when everything let through so far will have been
//! earned. It lies ahead of now by the debt. A call is let through if the debt then stays within a burst.

use super::{Limited, Quota};
use std::time::Duration;

/// The theoretical arrival time after `count` more at `now`, if they may pass within `max_wait`, and when they may.
#[inline]
pub(super) fn reserve(
    quota: &Quota,
    arrival: u64,
    count: u32,
    now: u64,
    max_wait: u64,
) -> Result<(u64, u64), Limited> {
    if count == 0 {
        return Ok((arrival, now));
    }
    if count > quota.burst().get() {
        return Err(Limited { retry_after: None });
    }
    let next = arrival.max(now).saturating_add(quota.cost(count));
    // At the end of time there is no debt to be told from another.
    if next == u64::MAX {
        return Err(Limited { retry_after: None });
    }
    let at = next.saturating_sub(quota.tolerance()).max(now);
    let wait = at - now;
    if wait > max_wait {
        return Err(Limited { retry_after: Some(Duration::from_nanos(wait)) });
    }
    Ok((next, at))
}

/// The theoretical arrival time after `count` that were to pass at `at` have been given back.
///
/// What was reserved after them keeps its moment, so only what is not in its way comes back: the rule of
/// golang.org/x/time/rate. Nothing comes back of what has passed.
pub(super) fn cancel(quota: &Quota, arrival: u64, count: u32, at: u64, now: u64) -> u64 {
    if at < now {
        return arrival;
    }
    let last = arrival.saturating_sub(quota.tolerance());
    let back = quota.cost(count).saturating_sub(last.saturating_sub(at));
    arrival.saturating_sub(back)
}

/// How many may pass at `now`.
pub(super) fn remaining(quota: &Quota, arrival: u64, now: u64) -> u32 {
    let debt = arrival.saturating_sub(now);
    let left = quota.tolerance().saturating_sub(debt) / quota.cost(1);
    u32::try_from(left).unwrap_or(u32::MAX).min(quota.burst().get())
}

/// The arrival time that leaves as much to pass under another quota, as far as its burst allows.
pub(super) fn convert(old: &Quota, new: &Quota, arrival: u64, now: u64) -> u64 {
    // Less than nothing if more is reserved.
    let left = i128::from(old.tolerance()) - i128::from(arrival.saturating_sub(now));
    // Rounded down: a change of quota is no reason for one more.
    let left = left.saturating_mul(new.cost(1).into()).div_euclid(old.cost(1).into());
    let debt = (i128::from(new.tolerance()) - left).max(0);
    now.saturating_add(u64::try_from(debt).unwrap_or(u64::MAX))
}
