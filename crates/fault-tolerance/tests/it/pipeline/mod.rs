mod behaviour;
#[cfg(feature = "serde")]
mod data;
mod hedge;
mod standard;
mod time;
