use crate::Ratio;
use crate::spans::{Counts, Spans};
use crate::sync::Mutex;
use enhanced_config_clock::Instant;
use std::time::Duration;

/// Over how many spans a budget looks back.
const SPANS: u32 = 10;
/// The parts of a call that a retry is paid with: whole ones, so that nothing is lost to rounding.
const PARTS: u64 = 1_000_000;

/// How many retries all users of a dependency may make together: a share of their calls, and a few per second.
///
/// When a dependency fails every call, retries without a budget multiply its load just then. Share one among all
/// policies for the same dependency. After Twitter's Finagle (`RetryBudget`), but a retry is charged when it is
/// scheduled, and counted in whole numbers.
///
/// ```
/// use enhanced_config_clock::Instant;
/// use enhanced_config_fault_tolerance::{Ratio, RetryBudget};
///
/// let budget = RetryBudget::new(Ratio::percent(20), 0);
/// let now = Instant::default();
/// (0..10).for_each(|_| budget.deposit(now));
/// assert_eq!((0..10).filter(|_| budget.withdraw(now)).count(), 2);
/// ```
#[derive(Debug)]
pub struct RetryBudget {
    window: Duration,
    account: Mutex<Account>,
}

#[derive(Debug)]
struct Account {
    terms: Terms,
    spans: Spans<Movements>,
}

#[derive(Clone, Copy, Debug)]
struct Terms {
    /// Of [`PARTS`], what a call deposits.
    share: u64,
    /// In parts, what there is without any call.
    reserve: u64,
}

/// How many retries a [`RetryBudget`] pays for.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(default, deny_unknown_fields))]
pub struct BudgetOptions {
    /// This share of the calls of the last ten seconds. Default: 20 %.
    pub share: Ratio,
    /// So many more each second. Default: 10.
    pub per_second: u32,
}

/// As Finagle has it.
impl Default for BudgetOptions {
    fn default() -> Self {
        Self { share: Ratio::percent(20), per_second: 10 }
    }
}

/// What went in and out of a budget.
#[derive(Clone, Copy, Debug, Default)]
struct Movements {
    deposits: u64,
    withdrawals: u64,
}

/// What a retry has cost, by the span that it was taken from.
#[derive(Debug)]
pub(super) struct Payment(u64);

/// A call that was noted, by the span that it was noted in.
#[derive(Debug)]
pub(crate) struct Deposit(u64);

impl Counts for Movements {
    fn add(&mut self, other: Self) {
        self.deposits += other.deposits;
        self.withdrawals += other.withdrawals;
    }

    fn remove(&mut self, other: Self) {
        self.deposits -= other.deposits;
        self.withdrawals -= other.withdrawals;
    }
}

impl RetryBudget {
    /// Of the calls of the last ten seconds `share` may be retried, and `per_second` more.
    #[must_use]
    pub fn new(share: Ratio, per_second: u32) -> Self {
        Self::over(Duration::from_secs(10), share, per_second)
    }

    /// The same over another time, which is divided into ten spans.
    #[must_use]
    pub fn over(window: Duration, share: Ratio, per_second: u32) -> Self {
        let terms = Terms::new(window, BudgetOptions { share, per_second });
        let spans = Spans::new(window / SPANS, SPANS as usize);
        Self { window, account: Mutex::new(Account { terms, spans }) }
    }

    /// Pays for more or for fewer from now on. What was deposited and spent stays so.
    pub fn set_options(&self, options: BudgetOptions) {
        self.account.lock().terms = Terms::new(self.window, options);
    }

    /// Notes a call, its first attempt only.
    pub fn deposit(&self, now: Instant) {
        self.note(now);
    }

    /// The same; says what to take back should the call never have been.
    pub(crate) fn note(&self, now: Instant) -> Deposit {
        Deposit(self.account.lock().spans.add(Movements { deposits: 1, withdrawals: 0 }, now))
    }

    pub(crate) fn take_back(&self, Deposit(span): Deposit) {
        self.account.lock().spans.take_back(Movements { deposits: 1, withdrawals: 0 }, span);
    }

    /// Pays for one retry, if there is enough.
    pub fn withdraw(&self, now: Instant) -> bool {
        self.pay(now).is_some()
    }

    /// The same; says what to give back should the retry not be made.
    pub(super) fn pay(&self, now: Instant) -> Option<Payment> {
        let mut account = self.account.lock();
        let enough = account.left(now) > 0;
        enough.then(|| Payment(account.spans.add(Movements { deposits: 0, withdrawals: 1 }, now)))
    }

    pub(super) fn give_back(&self, Payment(span): Payment) {
        self.account.lock().spans.take_back(Movements { deposits: 0, withdrawals: 1 }, span);
    }

    /// How many retries could be paid for now.
    pub fn balance(&self, now: Instant) -> u64 {
        self.account.lock().left(now)
    }
}

impl Account {
    fn left(&mut self, now: Instant) -> u64 {
        let Movements { deposits, withdrawals } = self.spans.total(now);
        let parts = deposits.saturating_mul(self.terms.share).saturating_add(self.terms.reserve);
        (parts / PARTS).saturating_sub(withdrawals)
    }
}

impl Terms {
    fn new(window: Duration, BudgetOptions { share, per_second }: BudgetOptions) -> Self {
        let reserve = window.as_micros().saturating_mul(per_second.into());
        Self {
            share: (share.get() * PARTS as f64).round() as u64,
            reserve: u64::try_from(reserve).unwrap_or(u64::MAX),
        }
    }
}
