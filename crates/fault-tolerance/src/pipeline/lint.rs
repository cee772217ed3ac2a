use crate::retry::Safety;
use crate::timeout::Limit;
use std::fmt;
use std::time::Duration;

/// What a composition's harm depends on in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    Breaker,
    Bulkhead { max_wait: Duration },
    Hedge,
    Retry { attempts: u32, has_budget: bool },
    Throttle,
    Timeout { of: Limit, limit: Duration },
    Other,
}

/// A composition that is known to do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The breaker sees only what all attempts together come to: it opens late, and does not stop the attempts.
    BreakerOutsideRetry,
    /// What the timeout drops has no result, so that the breaker never learns of it.
    BreakerInsideAttemptTimeout,
    /// The same of the whole operation's timeout, where no attempt has one: calls that hang never open the breaker.
    BreakerInsideTotalTimeout,
    /// The throttle never learns of what a timeout outside of it drops: it lets all calls through that hang.
    ThrottleInsideTimeout,
    /// A call comes past both: what one refuses the other never sees, and one dependency has two states.
    NestedBreakers,
    /// Attempts multiply: three around three are nine.
    NestedRetries,
    /// A hedge only makes a second call of what may be made twice: here never.
    HedgeOfUnsafeCall,
    /// Both calls of a hedge make all their attempts.
    RetryInsideHedge,
    /// All attempts together have the time that is meant for one.
    AttemptTimeoutOutsideRetry,
    /// Each attempt has the time that is meant for all of them.
    TotalTimeoutInsideRetry,
    /// When everything fails, retries multiply the load just then.
    RetryWithoutBudget,
    /// The inner timeout is never reached.
    TimeoutNeverReached {
        /// How long the outer one lets everything take.
        outer: Duration,
        /// How long the inner one would let a part of it take.
        inner: Duration,
    },
    /// A call may wait for a place longer than it may take in all.
    QueueOutlastsTimeout {
        /// How long the timeout lets everything take.
        timeout: Duration,
        /// How long the bulkhead lets a call wait.
        max_wait: Duration,
    },
    /// The last attempts are never made if those before take as long as they may, even without a wait between them.
    AttemptsDoNotFit {
        /// How long the operation may take.
        total: Duration,
        /// How long all attempts may take together.
        attempts: Duration,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BreakerOutsideRetry => f.write_str(
                "a circuit breaker outside a retry does not stop its attempts: add the retry first",
            ),
            Self::BreakerInsideAttemptTimeout => f.write_str(
                "a circuit breaker inside an attempt's timeout never learns of it: add the breaker first",
            ),
            Self::BreakerInsideTotalTimeout => f.write_str(
                "a circuit breaker never learns of what the operation's timeout drops: add an attempt's timeout after it",
            ),
            Self::ThrottleInsideTimeout => f.write_str(
                "a throttle inside a timeout never learns of what that drops: add an attempt's timeout after it",
            ),
            Self::NestedBreakers => {
                f.write_str("a circuit breaker inside a circuit breaker sees what that one lets through: keep one")
            }
            Self::NestedRetries => f.write_str("a retry inside a retry multiplies the attempts: keep one"),
            Self::HedgeOfUnsafeCall => {
                f.write_str("a hedge of calls that are not idempotent never makes a second one: leave it out")
            }
            Self::RetryInsideHedge => {
                f.write_str("a retry inside a hedge makes its attempts for both calls: add the retry first")
            }
            Self::AttemptTimeoutOutsideRetry => f.write_str(
                "an attempt's timeout outside a retry limits all attempts together: add the retry first",
            ),
            Self::TotalTimeoutInsideRetry => f.write_str(
                "an operation's timeout inside a retry limits each attempt: add the timeout first",
            ),
            Self::RetryWithoutBudget => f.write_str(
                "a retry without a budget multiplies the load when everything fails: share a `RetryBudget`",
            ),
            Self::TimeoutNeverReached { outer, inner } => {
                write!(f, "a timeout of {inner:?} inside one of {outer:?} is never reached")
            }
            Self::QueueOutlastsTimeout { timeout, max_wait } => {
                write!(f, "a wait of {max_wait:?} in a bulkhead's queue does not fit into {timeout:?}")
            }
            Self::AttemptsDoNotFit { total, attempts } => {
                write!(f, "attempts that may take {attempts:?} together do not fit into {total:?}")
            }
        }
    }
}

/// What lies outside of a layer.
#[derive(Default)]
struct Outside {
    is_unsafe: bool,
    breaker: bool,
    hedge: bool,
    /// How many attempts the outermost retry makes, and the shortest timeout that all of them share.
    retry: Option<(u32, Option<Duration>)>,
    attempt_timeout: bool,
    shortest: Option<Duration>,
}

/// `layers` from the outside in.
pub(super) fn lint(layers: &[Facts], safety: Safety) -> Vec<Warning> {
    let is_unsafe = safety == Safety::NotIdempotent;
    let (mut warnings, mut outside) = (Vec::new(), Outside { is_unsafe, ..Outside::default() });
    let mut rest = layers;
    while let [layer, inside @ ..] = rest {
        outside.pass(layer, inside, &mut warnings);
        rest = inside;
    }
    warnings
}

impl Outside {
    fn pass(&mut self, layer: &Facts, inside: &[Facts], warnings: &mut Vec<Warning>) {
        match *layer {
            Facts::Breaker => {
                warnings.extend(self.blinds(inside).then_some(match self.attempt_timeout {
                    true => Warning::BreakerInsideAttemptTimeout,
                    false => Warning::BreakerInsideTotalTimeout,
                }));
                warnings.extend(self.breaker.then_some(Warning::NestedBreakers));
                self.breaker = true;
            }
            Facts::Throttle => {
                warnings.extend(self.blinds(inside).then_some(Warning::ThrottleInsideTimeout));
            }
            Facts::Bulkhead { max_wait } => {
                let timeout = self.shortest.filter(|&timeout| max_wait > timeout);
                warnings.extend(timeout.map(|timeout| Warning::QueueOutlastsTimeout { timeout, max_wait }));
            }
            Facts::Hedge => {
                warnings.extend(self.is_unsafe.then_some(Warning::HedgeOfUnsafeCall));
                self.hedge = true;
            }
            Facts::Retry { attempts, has_budget } => {
                warnings.extend(self.hedge.then_some(Warning::RetryInsideHedge));
                warnings.extend(self.breaker.then_some(Warning::BreakerOutsideRetry));
                warnings.extend(self.attempt_timeout.then_some(Warning::AttemptTimeoutOutsideRetry));
                warnings.extend(self.retry.map(|_| Warning::NestedRetries));
                warnings.extend((!has_budget).then_some(Warning::RetryWithoutBudget));
                self.retry = self.retry.or(Some((attempts, self.shortest)));
            }
            Facts::Timeout { of, limit } => self.pass_timeout(of, limit, warnings),
            Facts::Other => {}
        }
    }

    /// Whether a timeout drops what is here before anybody here has its result.
    fn blinds(&self, inside: &[Facts]) -> bool {
        self.shortest.is_some() && !inside.iter().any(|layer| matches!(layer, Facts::Timeout { .. }))
    }

    fn pass_timeout(&mut self, of: Limit, inner: Duration, warnings: &mut Vec<Warning>) {
        let is_misplaced = of == Limit::Total && self.retry.is_some();
        warnings.extend(is_misplaced.then_some(Warning::TotalTimeoutInsideRetry));
        if let Some(outer) = self.shortest.filter(|&outer| inner >= outer) {
            warnings.push(Warning::TimeoutNeverReached { outer, inner });
        } else if let Some((attempts, Some(total))) = self.retry {
            let attempts = inner.saturating_mul(attempts);
            warnings.extend((attempts > total).then_some(Warning::AttemptsDoNotFit { total, attempts }));
        }
        self.attempt_timeout |= of == Limit::Attempt;
        self.shortest = Some(self.shortest.map_or(inner, |outer| outer.min(inner)));
    }
}
