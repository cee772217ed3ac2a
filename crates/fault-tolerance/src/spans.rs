use enhanced_config_clock::Instant;
use std::time::Duration;

/// What can be counted into a span of time, and taken out when the span is forgotten.
pub(crate) trait Counts: Copy + Default {
    fn add(&mut self, other: Self);
    /// `other` has been added before.
    fn remove(&mut self, other: Self);
}

/// Counts over the last so many spans of time, the present one included. Spans begin at multiples of their width.
#[derive(Debug)]
pub(crate) struct Spans<T> {
    width: u64,
    spans: Box<[T]>,
    /// The number of the span that is counted now, from the clock's origin on.
    present: u64,
    /// When it ends, in nanoseconds, and its place: most counts need no division.
    end: u64,
    place: usize,
    total: T,
}

impl<T: Counts> Spans<T> {
    /// At least one span, of at least a nanosecond.
    pub(crate) fn new(width: Duration, spans: usize) -> Self {
        let width = u64::try_from(width.as_nanos()).unwrap_or(u64::MAX).max(1);
        let (spans, total) = (vec![T::default(); spans.max(1)].into(), T::default());
        Self { width, spans, present: 0, end: width, place: 0, total }
    }

    /// Says which span it was counted into.
    pub(crate) fn add(&mut self, counts: T, now: Instant) -> u64 {
        self.advance(now);
        self.total.add(counts);
        if let Some(present) = self.spans.get_mut(self.place) {
            present.add(counts);
        }
        self.present
    }

    /// Takes back what was counted into `span`, unless it has become too old since and is forgotten.
    pub(crate) fn take_back(&mut self, counts: T, span: u64) {
        if self.present - span < self.spans.len() as u64 {
            self.total.remove(counts);
            self.span(span).remove(counts);
        }
    }

    pub(crate) fn total(&mut self, now: Instant) -> T {
        self.advance(now);
        self.total
    }

    /// Adds everything that is not too old at `now` to others, which may be of another width. Each span counts there as what
    /// its last moment belongs to: nothing is forgotten before its time.
    pub(crate) fn pour_into(&mut self, other: &mut Self, now: Instant) {
        self.advance(now);
        let oldest = (self.present + 1).saturating_sub(self.spans.len() as u64);
        for number in oldest..=self.present {
            let last = (number + 1).saturating_mul(self.width) - 1;
            other.add(*self.span(number), Instant::from_nanos(last.min(now.as_nanos())));
        }
        other.advance(now);
    }

    pub(crate) fn clear(&mut self) {
        self.spans.fill(T::default());
        self.total = T::default();
    }

    /// Forgets what has become too old. A moment before the present span belongs to it: that caller looked at the
    /// clock first and came second.
    #[inline]
    fn advance(&mut self, now: Instant) {
        if now.as_nanos() >= self.end {
            self.begin_span(now);
        }
    }

    #[cold]
    fn begin_span(&mut self, now: Instant) {
        let span = now.as_nanos() / self.width;
        let passed = span.saturating_sub(self.present).min(self.spans.len() as u64);
        for back in 0..passed {
            let old = std::mem::take(self.span(span - back));
            self.total.remove(old);
        }
        self.present = self.present.max(span);
        self.end = self.present.saturating_add(1).saturating_mul(self.width);
        self.place = (self.present % self.spans.len() as u64) as usize;
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the length, which is not 0")]
    fn span(&mut self, number: u64) -> &mut T {
        let place = (number % self.spans.len() as u64) as usize;
        &mut self.spans[place]
    }
}
