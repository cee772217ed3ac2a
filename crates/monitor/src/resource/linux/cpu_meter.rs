use crate::resource::{CpuTimes, Measured};

/// How busy CPUs are, from look to look.
///
/// Times come in ticks of some ten milliseconds, so that a look soon after another would find all or nothing of a tick. What
/// was found before goes on being told until enough of them have passed: who looks often must not make a value come and go.
#[derive(Debug, Default)]
pub(super) struct CpuMeter {
    before: Option<CpuTimes>,
    told: Option<f64>,
}

impl CpuMeter {
    /// The percentage now, when CPUs have spent `times`, and so many ticks are `enough`.
    pub(super) fn look(&mut self, times: CpuTimes, enough: u64) -> Measured<f64> {
        let passed = self.before.map(|before| times.since(&before).all());
        match (self.before, passed) {
            (Some(before), Some(1..)) if self.told.is_none() || passed >= Some(enough) => {
                self.told = Some(times.busy_percent_since(&before));
                self.before = Some(times);
            }
            // Nothing has passed, and yet they are others: they begin anew.
            (Some(before), Some(0)) if before != times => self.before = Some(times),
            (Some(_), _) => {}
            (None, _) => self.before = Some(times),
        }
        self.told.map_or(Measured::NotYet, Measured::Known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(busy: u64, idle: u64) -> CpuTimes {
        CpuTimes { user: busy, idle, ..CpuTimes::default() }
    }

    #[test]
    fn who_looks_often_finds_the_same_and_not_nothing() {
        let mut meter = CpuMeter::default();
        assert_eq!(meter.look(times(0, 0), 40), Measured::NotYet);
        assert_eq!(meter.look(times(0, 0), 40), Measured::NotYet, "no tick has passed");
        assert_eq!(meter.look(times(95, 5), 40), Measured::Known(95.0));
        assert_eq!(meter.look(times(95, 5), 40), Measured::Known(95.0), "no tick has passed");
        assert_eq!(meter.look(times(95, 7), 40), Measured::Known(95.0), "two ticks have");
        assert_eq!(meter.look(times(115, 25), 40), Measured::Known(50.0), "enough have, since it was told");
    }

    #[test]
    fn the_first_share_is_told_as_soon_as_there_is_one() {
        let mut meter = CpuMeter::default();
        meter.look(times(7, 7), 40);
        assert_eq!(meter.look(times(8, 8), 40), Measured::Known(50.0));
    }

    #[test]
    fn times_that_fall_stop_nothing() {
        let mut meter = CpuMeter::default();
        let looks = [(50, 50, None), (100, 100, Some(50.0)), (10, 10, Some(50.0)), (50, 20, Some(80.0))];
        for (busy, idle, expected) in looks {
            assert_eq!(meter.look(times(busy, idle), 40).known(), expected, "{busy} {idle}");
        }
    }
}
