/// In which of its states a breaker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Calls flow and are counted.
    Closed,
    /// No call is let through until a wait is over.
    Open,
    /// A few calls are let through to see how they do.
    HalfOpen,
    /// Probes did well, and a growing share of the calls flows.
    Ramp,
    /// No call is let through until somebody says so.
    ForcedOpen,
    /// Calls flow and nothing is counted.
    Disabled,
    /// Calls flow and are counted, and nothing comes of it.
    MetricsOnly,
}

const STATES: [State; 7] = [
    State::Closed,
    State::Open,
    State::HalfOpen,
    State::Ramp,
    State::ForcedOpen,
    State::Disabled,
    State::MetricsOnly,
];

/// What every caller has to know, in one atomic.
///
/// | bits | |
/// |---|---|
/// | 0 to 2 | the state |
/// | 3 | steady: a quick success would leave the window as it is |
/// | 4 to 15 | half-open: probes that may yet begin |
/// | 16 | timed: counting a call needs to know what time it is |
/// | 17 to 63 | the generation, another at each change of state |
///
/// Places for probes are taken and given back by compare-and-swap of the whole word, so one that belongs to an earlier
/// generation can do neither.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Word(u64);

const STEADY: u64 = 1 << 3;
const PLACE: u64 = 1 << 4;
const TIMED: u64 = 1 << 16;
const GENERATION: u64 = 1 << 17;

impl Word {
    pub(super) const fn new(state: State) -> Self {
        Self(state as u64)
    }

    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn state(self) -> State {
        STATES.get((self.0 % STEADY) as usize).copied().unwrap_or(State::Closed)
    }

    pub(super) const fn is_closed(self) -> bool {
        self.0 % STEADY == State::Closed as u64
    }

    pub(super) const fn is_open(self) -> bool {
        self.0 % STEADY == State::Open as u64
    }

    pub(super) const fn is_steady(self) -> bool {
        self.0 & STEADY != 0
    }

    pub(super) const fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    pub(super) const fn places(self) -> u16 {
        (self.0 % TIMED / PLACE) as u16
    }

    pub(super) const fn generation(self) -> u64 {
        self.0 / GENERATION
    }

    /// The next generation, in `state`, with so many places for probes.
    pub(super) const fn next(self, state: State, places: u16) -> Self {
        let next = (self.generation() + 1).wrapping_mul(GENERATION) | self.0 & TIMED;
        Self(next + places as u64 * PLACE + state as u64)
    }

    /// The same generation in another state.
    pub(super) const fn in_state(self, state: State) -> Self {
        Self(self.0 - self.0 % STEADY + state as u64)
    }

    pub(super) const fn with_steady(self, steady: bool) -> Self {
        Self(if steady { self.0 | STEADY } else { self.0 & !STEADY })
    }

    pub(super) const fn with_timed(self, timed: bool) -> Self {
        Self(if timed { self.0 | TIMED } else { self.0 & !TIMED })
    }

    /// With one place less, if there is one.
    pub(super) const fn taken(self) -> Option<Self> {
        if self.places() > 0 { Some(Self(self.0 - PLACE)) } else { None }
    }

    /// With one place more. Only for whoever has taken one.
    pub(super) const fn given_back(self) -> Self {
        Self(self.0 + PLACE)
    }
}
