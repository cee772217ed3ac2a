use std::time::Duration;

use serde::Serialize;

use crate::history::{Step, Summary};

/// Where a number is going, by the straight line that fits it best.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trend {
    /// Up, down, or neither.
    pub direction: Direction,
    /// Where the line begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How much it rises in an hour.
    pub per_hour: f64,
    /// How much time it covers.
    pub span: Duration,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It grows.
    Rising,
    /// It shrinks.
    Falling,
    /// Neither, or it scatters too much to tell.
    Flat,
}

impl Trend {
    /// Of the [figures](crate::history::Summary::figure) of `steps`; `None` with fewer than four. Counts of the first and the
    /// last step are left out: the one may have begun before anybody counted, and the other still goes on.
    ///
    /// Ordinary least squares. It rises or falls when the slope is three standard errors away from none, which chance
    /// alone brings about once in some hundred flat series, and the line moves by a twentieth of its mean at least.
    #[must_use]
    pub fn of(steps: &[Step]) -> Option<Self> {
        let steps = match steps {
            [Step { summary: Summary::Total(_), .. }, whole @ .., _] => whole,
            steps => steps,
        };
        let start = steps.first()?.start;
        let hours = |duration: Duration| duration.as_secs_f64() / 3600.0;
        let points =
            steps.iter().filter_map(|step| Some((hours(step.start - start), step.summary.figure()?)));
        let points: Vec<(f64, f64)> = points.collect();
        let (first, last) = (points.first()?.0, points.last()?.0);
        if points.len() < 4 || last <= first {
            return None;
        }
        let line = Line::through(&points);
        let (from, to) = (line.at(first), line.at(last));
        let moved = (to - from).abs() >= line.mean.abs() / 20.0;
        let direction = match line.slope {
            slope if !moved || slope.abs() <= 3.0 * line.slope_error => Direction::Flat,
            slope if slope > 0.0 => Direction::Rising,
            _ => Direction::Falling,
        };
        let span = Duration::from_secs_f64((last - first) * 3600.0);
        Some(Self { direction, from, to, per_hour: line.slope, span })
    }
}

struct Line {
    middle: f64,
    mean: f64,
    slope: f64,
    slope_error: f64,
}

impl Line {
    /// At least three points, not all at one place.
    fn through(points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let middle = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let spread: f64 = points.iter().map(|(x, _)| (x - middle).powi(2)).sum();
        let slope = points.iter().map(|(x, y)| (x - middle) * (y - mean)).sum::<f64>() / spread;
        let residue: f64 = points.iter().map(|(x, y)| (y - mean - slope * (x - middle)).powi(2)).sum();
        Self { middle, mean, slope, slope_error: (residue / (count - 2.0) / spread).sqrt() }
    }

    fn at(&self, x: f64) -> f64 {
        self.mean + self.slope * (x - self.middle)
    }
}

impl Direction {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::Flat => "flat",
        }
    }
}
