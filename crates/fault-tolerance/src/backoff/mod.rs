//! How long to wait before the next attempt.

mod jitter;
mod random;

use std::time::Duration;

pub use jitter::Jitter;
pub(crate) use jitter::scale;
pub(crate) use random::Random;

/// A rule for the waits between attempts, with a hard upper bound.
///
/// The bound holds for everything: where jitter would reach above it, it is drawn from what lies below.
///
/// ```
/// use enhanced_config_fault_tolerance::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::exponential(Duration::from_millis(100), 2.0).with_cap(Duration::from_millis(500));
/// let waits: Vec<_> = backoff.delays(0).take(4).map(|wait| wait.as_millis()).collect();
/// assert_eq!(waits, [100, 200, 400, 500]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(from = "crate::data::BackoffData"))]
pub struct Backoff {
    shape: Shape,
    cap: Duration,
    jitter: Jitter,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Constant(Duration),
    Linear { first: Duration, step: Duration },
    Exponential { first: Duration, factor: f64 },
    Fibonacci(Duration),
    Decorrelated(Duration),
    Custom(fn(u32) -> Duration),
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        use Shape::*;
        match (self, other) {
            (Constant(a), Constant(b))
            | (Fibonacci(a), Fibonacci(b))
            | (Decorrelated(a), Decorrelated(b)) => a == b,
            (Linear { first: a, step: b }, Linear { first: c, step: d }) => a == c && b == d,
            (Exponential { first: a, factor: b }, Exponential { first: c, factor: d }) => a == c && b == d,
            (Custom(a), Custom(b)) => std::ptr::fn_addr_eq(*a, *b),
            _ => false,
        }
    }
}

impl Backoff {
    /// Always `wait`.
    #[must_use]
    pub const fn constant(wait: Duration) -> Self {
        Self::of(Shape::Constant(wait))
    }

    /// `first`, then `step` more each time.
    #[must_use]
    pub const fn linear(first: Duration, step: Duration) -> Self {
        Self::of(Shape::Linear { first, step })
    }

    /// `first`, then `factor` times as long each time. A factor that is no number, or below zero, counts as one.
    #[must_use]
    pub const fn exponential(first: Duration, factor: f64) -> Self {
        Self::of(Shape::Exponential { first, factor: if factor >= 0.0 { factor } else { 1.0 } })
    }

    /// `first`, `first`, then each time the sum of the last two.
    #[must_use]
    pub const fn fibonacci(first: Duration) -> Self {
        Self::of(Shape::Fibonacci(first))
    }

    /// Drawn between `first` and three times the wait before, which is its own jitter: another is not applied.
    ///
    /// After Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015; but a draw is made below the
    /// cap, where the original draws above it and piles up at it.
    #[must_use]
    pub const fn decorrelated(first: Duration) -> Self {
        Self::of(Shape::Decorrelated(first))
    }

    /// Whatever `wait` says, given 0 before the first retry, then 1, and so on.
    #[must_use]
    pub const fn custom(wait: fn(u32) -> Duration) -> Self {
        Self::of(Shape::Custom(wait))
    }

    /// Never waits longer than `cap`, jitter included. Default: no bound.
    #[must_use]
    pub const fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Spreads the waits. Default: [`Jitter::None`].
    #[must_use]
    pub const fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The longest wait there can be.
    #[must_use]
    pub const fn cap(&self) -> Duration {
        self.cap
    }

    /// The waits before retry 1, 2, and so on without end; the same for the same seed.
    #[must_use]
    pub fn delays(&self, seed: u64) -> Delays {
        Delays { backoff: *self, retries: 0, previous: None, random: Random::new(seed) }
    }

    const fn of(shape: Shape) -> Self {
        Self { shape, cap: Duration::MAX, jitter: Jitter::None }
    }

    /// The wait before the retry with this number, the first being 0, without jitter and uncapped.
    fn plain(&self, retry: u32) -> Duration {
        match self.shape {
            Shape::Constant(wait) | Shape::Decorrelated(wait) => wait,
            Shape::Linear { first, step } => first.saturating_add(step.saturating_mul(retry)),
            Shape::Exponential { first, factor } => {
                scale(first, factor.powi(i32::try_from(retry).unwrap_or(i32::MAX)))
            }
            Shape::Fibonacci(first) => fibonacci(first, retry),
            Shape::Custom(wait) => wait(retry),
        }
    }
}

fn fibonacci(first: Duration, retry: u32) -> Duration {
    let (mut this, mut next) = (first, first);
    for _ in 0..retry {
        if this == Duration::MAX || this.is_zero() {
            break;
        }
        (this, next) = (next, this.saturating_add(next));
    }
    this
}

/// The waits of one operation, in order. See [`Backoff::delays`].
#[derive(Clone, Debug)]
pub struct Delays {
    backoff: Backoff,
    retries: u32,
    previous: Option<Duration>,
    random: Random,
}

impl Delays {
    /// Goes on by another rule, from the wait that is next.
    pub(crate) fn change(&mut self, backoff: Backoff, seed: Option<u64>) {
        self.backoff = backoff;
        if let Some(seed) = seed {
            self.random = Random::new(seed);
        }
    }

    /// Drawn between nothing and the next wait, or `most` if that is shorter.
    pub(crate) fn spread(&mut self, most: Duration) -> Duration {
        let most = self.next().unwrap_or_default().min(most);
        scale(most, self.random.unit()).min(most)
    }

    /// Begins again with the first wait; what was drawn stays drawn.
    pub(crate) fn restart(&mut self) {
        self.retries = 0;
        self.previous = None;
    }
}

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let Backoff { shape, cap, jitter } = self.backoff;
        let wait = match shape {
            Shape::Decorrelated(first) => {
                let (lowest, previous) = (first.min(cap), self.previous.unwrap_or(first));
                let highest = previous.saturating_mul(3).min(cap).max(lowest);
                lowest.saturating_add(scale(highest - lowest, self.random.unit())).min(highest)
            }
            _ => jitter.apply(self.backoff.plain(self.retries), cap, self.random.unit()),
        };
        self.retries = self.retries.saturating_add(1);
        self.previous = Some(wait);
        Some(wait)
    }
}
