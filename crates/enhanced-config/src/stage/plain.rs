use std::convert::Infallible;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Report, Stopped};
use crate::attempt::Made;
use crate::slot::Slot;
use crate::system::Shared;
use crate::{Config, Rejection};

/// What all configurations of a system share.
#[derive(Default)]
pub(crate) struct Hub;

impl Shared {
    /// Nobody watches files.
    pub(crate) fn follow(self: &Arc<Self>, _: &Arc<Slot>) {}

    /// Nothing is kept on disk.
    pub(crate) fn last_known_good(&self, _: &Slot, _: &Rejection) -> Option<Config> {
        None
    }

    pub(crate) fn keep_as_good(&self, _: &Slot, _: &Config) {}
}

/// Nobody hears what becomes of attempts.
pub(crate) type Event = Option<Infallible>;

/// One attempt at a time.
#[derive(Default)]
pub(crate) struct Stage(Mutex<()>);

impl Stage {
    pub(crate) fn new(_: &Arc<str>, _: &Hub) -> Self {
        Self::default()
    }

    pub(crate) fn run(&self, mut attempt: impl FnMut() -> Made) -> Option<Made> {
        let _turn = self.0.lock();
        Some(attempt())
    }

    pub(crate) fn try_run(&self, mut attempt: impl FnMut() -> Made) -> Option<Made> {
        let _turn = self.0.try_lock()?;
        Some(attempt())
    }

    pub(crate) fn publish(
        &self,
        _: &Config,
        _: &Config,
        swap: impl FnOnce(),
        _: impl FnOnce(),
    ) -> Result<(), Stopped> {
        swap();
        Ok(())
    }

    pub(crate) fn report(&self, _: &Hub, report: &Report<'_>) -> Event {
        if let (Some(old), Some(rejection)) = (report.old, report.ended.rejection())
            && report.before != report.trouble
        {
            tracing::error!(config = old.name(), "serving what was loaded before: {rejection}");
        }
        None
    }

    /// Nobody depends on it.
    pub(crate) fn current(&self) -> Option<Config> {
        None
    }

    pub(crate) fn set_current(&self, _: Config) {}

    /// Whether nobody depends on it.
    pub(crate) fn is_idle(&self) -> bool {
        true
    }
}
