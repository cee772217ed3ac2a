use super::{Cause, Event, GracefulDegradation, Level, LevelKind, Served, Unserved};
use crate::{Observer, Verdict};
use enhanced_config_clock::Instant;
use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

/// How a call to a [`GracefulDegradation`] ends.
pub(super) type Outcome<T, E> = Result<Served<T, E>, Unserved<E>>;

/// One call on its way down the levels: the pure machine. See [`GracefulDegradation::begin`].
pub struct Serving<'a, T, E, P, O: Observer<Event>> {
    chain: &'a GracefulDegradation<T, E, P, O>,
    /// The endpoint to be asked now.
    endpoint: &'a P,
    rank: usize,
    causes: Vec<Cause<E>>,
    /// The first value that was judged a failure: better than nothing.
    spare: Option<(T, Level)>,
}

/// What a level that is not the first serves.
pub(super) enum Fallback<T, E, P> {
    Endpoint(P),
    Stale { max_age: Duration },
    Function(Make<T, E>),
    Value(Make<T, E>),
}

pub(super) type Make<T, E> = Box<dyn Fn(&Cause<E>) -> Result<T, E> + Send + Sync>;

impl<'a, T, E, P, O: Observer<Event>> Serving<'a, T, E, P, O> {
    pub(super) const fn new(chain: &'a GracefulDegradation<T, E, P, O>, primary: &'a P) -> Self {
        Self { chain, endpoint: primary, rank: 0, causes: Vec::new(), spare: None }
    }

    /// The endpoint to ask. Its answer goes to [`record`](Self::record).
    #[must_use]
    pub const fn endpoint(&self) -> &'a P {
        self.endpoint
    }

    /// Takes the answer of the endpoint, at `now`: another is to be asked, or the call ends.
    ///
    /// What is to be ignored, as an invalid request of our own, is no better answered elsewhere, and ends the call.
    pub fn record(
        &mut self,
        result: Result<T, E>,
        verdict: Verdict,
        now: Instant,
    ) -> ControlFlow<Result<Served<T, E>, Unserved<E>>> {
        let level = Level { rank: self.rank, kind: LevelKind::Endpoint };
        let is_last = matches!(verdict, Verdict::Success | Verdict::Ignore);
        match result {
            Ok(value) if is_last => {
                // What is only not the dependency's fault, as "no such thing", is no good answer to another call.
                if verdict == Verdict::Success {
                    self.chain.keep(&value, now);
                }
                return self.serve(value, level, now);
            }
            Ok(value) => {
                self.note(level, verdict, None);
                self.spare.get_or_insert((value, level));
            }
            Err(error) => self.note(level, verdict, Some(error)),
        }
        if is_last { self.give_up() } else { self.descend(now) }
    }

    /// Tries the levels below until one serves, or is another endpoint.
    fn descend(&mut self, now: Instant) -> ControlFlow<Outcome<T, E>> {
        let chain = self.chain;
        while let Some(fallback) = chain.fallbacks.get(self.rank) {
            self.rank += 1;
            let (make, kind) = match fallback {
                Fallback::Endpoint(endpoint) => {
                    self.endpoint = endpoint;
                    return ControlFlow::Continue(());
                }
                Fallback::Stale { max_age } => {
                    let stale = chain.stale.as_ref().and_then(|stale| stale.get(*max_age, now));
                    let Some((value, age)) = stale else { continue };
                    let kind = LevelKind::Stale { age };
                    return self.serve(value, Level { rank: self.rank, kind }, now);
                }
                Fallback::Function(make) => (make, LevelKind::Function),
                Fallback::Value(make) => (make, LevelKind::Value),
            };
            let level = Level { rank: self.rank, kind };
            match self.causes.first().map(make) {
                Some(Ok(value)) => return self.serve(value, level, now),
                Some(Err(error)) => self.note(level, Verdict::Failure, Some(error)),
                // There is a cause, or nobody would be here.
                None => {}
            }
        }
        match self.spare.take() {
            Some((value, level)) => self.serve(value, level, now),
            None => self.give_up(),
        }
    }

    fn note(&mut self, level: Level, verdict: Verdict, error: Option<E>) {
        self.causes.push(Cause { level, verdict, error });
        self.chain.observer.event(&Event::Failed { level, verdict });
    }

    fn serve(&mut self, value: T, level: Level, now: Instant) -> ControlFlow<Outcome<T, E>> {
        self.chain.served(level.rank, now);
        let cause = std::mem::take(&mut self.causes).into_iter().next();
        ControlFlow::Break(Ok(Served { value, level, cause }))
    }

    fn give_up(&mut self) -> ControlFlow<Outcome<T, E>> {
        self.chain.unserved();
        ControlFlow::Break(Err(Unserved { causes: std::mem::take(&mut self.causes) }))
    }
}

impl<T, E, P, O: Observer<Event>> fmt::Debug for Serving<'_, T, E, P, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").field("rank", &self.rank).finish_non_exhaustive()
    }
}

impl<T, E, P: fmt::Debug> fmt::Debug for Fallback<T, E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(endpoint) => f.debug_tuple("Endpoint").field(endpoint).finish(),
            Self::Stale { max_age } => f.debug_struct("Stale").field("max_age", max_age).finish(),
            Self::Function(_) => f.write_str("Function"),
            Self::Value(_) => f.write_str("Value"),
        }
    }
}
