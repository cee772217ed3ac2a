use std::fmt;
use std::str::FromStr;

/// A share of a whole, from 0 to 1.
///
/// ```
/// use enhanced_config_fault_tolerance::Ratio;
///
/// assert_eq!(Ratio::new(0.2), "20%".parse());
/// assert!(Ratio::new(1.5).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Ratio(f64);

/// Not a share of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a ratio from 0 to 1, or from \"0%\" to \"100%\"")]
#[non_exhaustive]
pub struct RatioError;

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);
    /// One half.
    pub const HALF: Self = Self(0.5);
    /// All of it.
    pub const ONE: Self = Self(1.0);

    /// The share `value`.
    ///
    /// # Errors
    /// Below 0, above 1, or not a number.
    pub fn new(value: f64) -> Result<Self, RatioError> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(RatioError) }
    }

    /// The share of `percent` hundredths; more than 100 are 100.
    #[must_use]
    pub const fn percent(percent: u8) -> Self {
        Self(if percent < 100 { percent as f64 / 100.0 } else { 1.0 })
    }

    /// The number from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// `part` of `whole`; none of nothing.
    pub(crate) fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0).then(|| Self(part.min(whole) as f64 / whole as f64))
    }
}

/// Reads `0.2` and `20%`.
impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let text = text.trim();
        let (number, whole) = match text.strip_suffix('%') {
            Some(percent) => (percent.trim_end(), 100.0),
            None => (text, 1.0),
        };
        number.parse::<f64>().map_err(|_| RatioError).and_then(|number| Self::new(number / whole))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 1e6).round() / 1e4)
    }
}
