use crate::{Clock, Instant, Sleep};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

/// The machine's monotonic clock. All values of this type share one origin, so their moments compare.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// The first time anyone asked.
static ORIGIN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);

impl Clock for SystemClock {
    #[inline]
    fn now(&self) -> Instant {
        // The machine's clock never goes back; `checked` takes a nanosecond less than `elapsed` all the same.
        let since = std::time::Instant::now().checked_duration_since(*ORIGIN);
        Instant::default() + since.unwrap_or_default()
    }
}

impl Sleep for SystemClock {
    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
