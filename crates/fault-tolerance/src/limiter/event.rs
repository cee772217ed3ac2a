use super::{Limited, Quota};

/// What happened in a limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Something was not let through.
    Rejected(Limited),
    /// Another quota.
    Changed {
        /// The quota before.
        from: Quota,
        /// The quota since.
        to: Quota,
    },
}
