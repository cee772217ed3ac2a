use crate::retry::Safety;
use std::fmt;

/// What a composition's harm depends on in a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    Breaker,
    Retry { has_budget: bool },
    Other,
}

/// A composition that is known to do harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The breaker sees only what all attempts together come to: it opens late, and does not stop the attempts.
    BreakerOutsideRetry,
    /// Attempts multiply: three around three are nine.
    NestedRetries,
    /// When everything fails, retries multiply the load just then.
    RetryWithoutBudget,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BreakerOutsideRetry => {
                "a circuit breaker outside a retry does not stop its attempts: add the retry first"
            }
            Self::NestedRetries => "a retry inside a retry multiplies the attempts: keep one",
            Self::RetryWithoutBudget => {
                "a retry without a budget multiplies the load when everything fails: share a `RetryBudget`"
            }
        })
    }
}

/// `layers` from the outside in.
pub(super) fn lint(layers: &[Facts], _safety: Safety) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (mut breaker, mut retry) = (false, false);
    for layer in layers {
        match *layer {
            Facts::Breaker => breaker = true,
            Facts::Retry { has_budget } => {
                warnings.extend(breaker.then_some(Warning::BreakerOutsideRetry));
                warnings.extend(retry.then_some(Warning::NestedRetries));
                warnings.extend((!has_budget).then_some(Warning::RetryWithoutBudget));
                retry = true;
            }
            Facts::Other => {}
        }
    }
    warnings
}
