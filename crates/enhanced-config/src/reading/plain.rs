use enhanced_config_layers::Loaded;

use super::Patience;
use crate::Rejection;

/// What all configurations of a system share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading(());

/// Reads the sources of one configuration.
#[derive(Default)]
pub(crate) struct Reader;

impl Reading {
    pub(crate) fn reader(&self, _: &str) -> Reader {
        Reader
    }

    pub(crate) fn read(
        &self,
        _: &Reader,
        _: Patience,
        mut run: impl FnMut() -> Result<Loaded, Rejection>,
    ) -> Result<Loaded, Rejection> {
        run()
    }
}

impl Reader {
    /// Nothing is known of the sources beyond what is served.
    pub(crate) fn is_troubled(&self) -> bool {
        false
    }
}
