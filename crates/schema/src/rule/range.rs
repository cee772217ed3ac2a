use std::fmt;
use std::ops::{Bound, RangeBounds};

use enhanced_config_core::NodeRef;
use serde_json::Value as Json;

use super::RuleFault;
use crate::instance::Number;

/// A range with at least one number in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Range {
    /// Both ends belong to it.
    Integers(Option<i128>, Option<i128>),
    Numbers(Bound<f64>, Bound<f64>),
}

impl Range {
    /// A range of integers, if its bounds are.
    pub(super) fn new<N: Copy + Into<Json>>(range: &impl RangeBounds<N>) -> Result<Self, RuleFault> {
        let (least, most) = (json(range.start_bound()), json(range.end_bound()));
        let range = match (integer(&least, 1), integer(&most, -1)) {
            (Some(least), Some(most)) => Self::Integers(least, most),
            _ => Self::Numbers(float(least)?, float(most)?),
        };
        if range.is_empty() { Err(RuleFault::Range) } else { Ok(range) }
    }

    pub(super) fn contains(&self, node: NodeRef<'_>) -> bool {
        match self {
            Self::Integers(least, most) => Number::of(node).and_then(Number::whole).is_some_and(|number| {
                least.is_none_or(|least| least <= number) && most.is_none_or(|most| number <= most)
            }),
            Self::Numbers(least, most) => {
                node.as_f64().is_some_and(|number| (*least, *most).contains(&number))
            }
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Integers(Some(least), Some(most)) => least > most,
            Self::Numbers(Bound::Included(least), Bound::Included(most)) => least > most,
            Self::Numbers(
                Bound::Included(least) | Bound::Excluded(least),
                Bound::Included(most) | Bound::Excluded(most),
            ) => least >= most,
            _ => false,
        }
    }
}

fn json<N: Copy + Into<Json>>(bound: Bound<&N>) -> Bound<Json> {
    bound.map(|number| (*number).into())
}

/// The first or last integer within a bound, if that is an integer; `step` leads from outside to inside.
fn integer(bound: &Bound<Json>, step: i128) -> Option<Option<i128>> {
    let whole = |number: &Json| match number {
        Json::Number(number) if !number.is_f64() => Number::of_json(number)?.whole(),
        _ => None,
    };
    match bound {
        Bound::Included(number) => whole(number).map(Some),
        Bound::Excluded(number) => whole(number).map(|number| Some(number + step)),
        Bound::Unbounded => Some(None),
    }
}

/// What is no number, or infinite, has become `null`.
fn float(bound: Bound<Json>) -> Result<Bound<f64>, RuleFault> {
    let number = |number: Json| number.as_f64().ok_or(RuleFault::Range);
    Ok(match bound {
        Bound::Included(bound) => Bound::Included(number(bound)?),
        Bound::Excluded(bound) => Bound::Excluded(number(bound)?),
        Bound::Unbounded => Bound::Unbounded,
    })
}

/// `an integer from 1 to 9`, `a number above 0`.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integers(Some(least), Some(most)) if least == most => write!(f, "the integer {least}"),
            Self::Integers(Some(least), Some(most)) => write!(f, "an integer from {least} to {most}"),
            Self::Integers(Some(least), None) => write!(f, "an integer of at least {least}"),
            Self::Integers(None, Some(most)) => write!(f, "an integer of at most {most}"),
            Self::Integers(None, None) => f.write_str("an integer"),
            Self::Numbers(Bound::Included(least), Bound::Included(most)) => {
                write!(f, "a number from {least} to {most}")
            }
            Self::Numbers(least, most) => write!(f, "a number{}", Ends(*least, *most)),
        }
    }
}

/// ` of at least 0 and below 1`
struct Ends(Bound<f64>, Bound<f64>);

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Bound::Included(least) => write!(f, " of at least {least}")?,
            Bound::Excluded(least) => write!(f, " above {least}")?,
            Bound::Unbounded => {}
        }
        let and = if self.0 == Bound::Unbounded || self.1 == Bound::Unbounded { "" } else { " and" };
        match self.1 {
            Bound::Included(most) => write!(f, "{and} of at most {most}"),
            Bound::Excluded(most) => write!(f, "{and} below {most}"),
            Bound::Unbounded => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<N: Copy + Into<Json>>(range: impl RangeBounds<N>, expected: &str) {
        assert_eq!(Range::new(&range).unwrap().to_string(), expected);
    }

    #[test]
    fn ranges_are_told_as_people_tell_them() {
        check(1024..=65535, "an integer from 1024 to 65535");
        check(1..10, "an integer from 1 to 9");
        check(0u64.., "an integer of at least 0");
        check(..-3i64, "an integer of at most -4");
        check(u64::MAX..=u64::MAX, "the integer 18446744073709551615");
        check((Bound::Excluded(i64::MAX), Bound::Unbounded), "an integer of at least 9223372036854775808");
        check(0.0..=1.5, "a number from 0 to 1.5");
        check(0.0..1.0, "a number of at least 0 and below 1");
        check((Bound::Excluded(0.0), Bound::Unbounded), "a number above 0");
        check(..=0.5, "a number of at most 0.5");
    }

    #[test]
    fn a_range_without_numbers_is_refused() {
        let empty = |range: Result<Range, RuleFault>| assert_eq!(range, Err(RuleFault::Range));
        empty(Range::new(&(2..2)));
        #[allow(clippy::reversed_empty_ranges, reason = "what is refused")]
        empty(Range::new(&(3..=2)));
        empty(Range::new(&(0.5..0.5)));
        empty(Range::new(&(f64::NAN..)));
        empty(Range::new(&(..f64::INFINITY)));
        empty(Range::new(&("a".."b")));
    }
}
