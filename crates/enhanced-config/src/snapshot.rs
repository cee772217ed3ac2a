use std::sync::Arc;

use enhanced_config_core::ExtractOptions;
use enhanced_config_files::ConfigRoot;
use enhanced_config_layers::Loaded;

use crate::freshness::LastCheck;
use crate::monitoring::Reads;

/// What a [`Config`](crate::Config) refers to.
pub(crate) struct Snapshot {
    pub(crate) label: Label,
    pub(crate) loaded: Arc<Loaded>,
}

/// What a snapshot is beside its documents; the same while these are compressed.
#[derive(Clone)]
pub(crate) struct Label {
    pub(crate) name: Arc<str>,
    pub(crate) version: u64,
    pub(crate) options: Arc<ExtractOptions>,
    pub(crate) checked: Arc<LastCheck>,
    pub(crate) reads: Reads,
    /// Not all that is shared: that holds the snapshots, and would never end.
    pub(crate) root: Arc<ConfigRoot>,
}
