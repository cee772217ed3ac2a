use tracing::field::Empty;

/// What is done to a configuration, as traces name it.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    Load,
    Validate,
    #[cfg_attr(not(feature = "reload"), allow(dead_code, reason = "nothing else asks"))]
    Reload,
    #[cfg(feature = "migrate")]
    Migrate,
    Save,
}

impl Step {
    /// Does `work` in a span, which says at its end whether it has succeeded. Neither errors nor values are in it, which may
    /// be secret.
    pub(crate) fn run<T>(
        self,
        config: &str,
        work: impl FnOnce() -> T,
        succeeded: impl FnOnce(&T) -> bool,
    ) -> T {
        macro_rules! span {
            ($name:literal) => {
                tracing::info_span!(target: "enhanced_config", $name, config, succeeded = Empty)
            };
        }
        let span = match self {
            Step::Load => span!("config.load"),
            Step::Validate => span!("config.validate"),
            Step::Reload => span!("config.reload"),
            #[cfg(feature = "migrate")]
            Step::Migrate => span!("config.migrate"),
            Step::Save => span!("config.save"),
        };
        let done = span.in_scope(work);
        span.record("succeeded", succeeded(&done));
        done
    }
}
