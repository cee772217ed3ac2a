use std::fmt;
use std::sync::Arc;

use enhanced_config_format::Editor;

use crate::{Step, StepError, Version};

/// How a configuration gets from one version to the next, and back.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Migration {
    /// The name of the configuration.
    pub config: String,
    /// The older version.
    pub from: Version,
    /// The newer version.
    pub to: Version,
    /// From the older to the newer.
    pub up: Steps,
    /// From the newer to the older. Default: the inverse of `up`, if every step has one.
    pub down: Option<Steps>,
}

/// What a migration does, in one direction.
#[derive(Clone)]
#[non_exhaustive]
pub enum Steps {
    /// Steps as data, one after the other.
    Data(Vec<Step>),
    /// Code that edits the text.
    Code(Arc<Code>),
}

type Code = dyn Fn(&mut Editor) -> Result<(), StepError> + Send + Sync;

impl Migration {
    /// From `from` to `to` by `up`, which is a list of [`Step`]s or [code](Steps::code).
    ///
    /// ```
    /// use enhanced_config_migrate::{Migration, Step, Steps, Version};
    /// let step = Step::Rename { path: "server.host".parse::<enhanced_config_core::KeyPath>()?.into(), key: "address".into() };
    /// let renames = Migration::new("app", Version::new(1, 0, 0), Version::new(1, 1, 0), vec![step]);
    /// assert!(renames.down.is_some());
    /// let raises = Steps::code(|editor| Ok(editor.set(&"limit".try_into().unwrap(), 10)?));
    /// let raises = Migration::new("app", Version::new(1, 1, 0), Version::new(1, 2, 0), raises);
    /// assert!(raises.down.is_none());
    /// # Ok::<(), enhanced_config_core::PathError>(())
    /// ```
    pub fn new(config: impl Into<String>, from: Version, to: Version, up: impl Into<Steps>) -> Self {
        let up = up.into();
        let down = up.inverse();
        Self { config: config.into(), from, to, up, down }
    }

    /// Sets how to get back.
    #[must_use]
    pub fn with_down(mut self, down: impl Into<Steps>) -> Self {
        self.down = Some(down.into());
        self
    }
}

impl Steps {
    /// Code that edits the text, inside of a [transaction](Editor::transaction): it should do nothing else, since it may
    /// be called twice. What fails leaves nothing of it behind.
    pub fn code(code: impl Fn(&mut Editor) -> Result<(), StepError> + Send + Sync + 'static) -> Self {
        Self::Code(Arc::new(code))
    }

    fn inverse(&self) -> Option<Steps> {
        match self {
            Steps::Data(steps) => {
                steps.iter().rev().map(Step::inverse).collect::<Option<Vec<_>>>().map(Steps::Data)
            }
            Steps::Code(_) => None,
        }
    }

    /// Makes the steps; when one fails, it is told which.
    pub(crate) fn apply(&self, editor: &mut Editor) -> Result<(), (String, StepError)> {
        match self {
            Steps::Data(steps) => steps.iter().enumerate().try_for_each(|(number, step)| {
                step.apply(editor).map_err(|error| (format!("step {}, {step}", number + 1), error))
            }),
            Steps::Code(code) => code(editor).map_err(|error| ("its code".to_owned(), error)),
        }
    }
}

impl From<Vec<Step>> for Steps {
    fn from(steps: Vec<Step>) -> Self {
        Self::Data(steps)
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Steps::Data(steps) => f.debug_list().entries(steps.iter().map(Step::to_string)).finish(),
            Steps::Code(_) => f.write_str("code"),
        }
    }
}
