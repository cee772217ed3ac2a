//! Who is asked and told when a configuration changes, and in which order.
//!
//! [`Subscribers::publish`] is the protocol: everybody may refuse, then the swap, then those are told whose part
//! changed; if one of them fails, it is taken back and they are told that. No lock is held while a callback runs.

mod calls;
mod events;
mod list;
mod publication;
mod subscribers;
mod turn;

pub use calls::{Callback, CallbackKind, Calls, Overdue};
pub use events::{EventReceiver, Events, NotReceived, Received};
pub use list::Subscription;
pub use publication::Publication;
pub use subscribers::{Stopped, Subscribers};
pub use turn::Turn;
pub(crate) use turn::is_inside_an_attempt;
