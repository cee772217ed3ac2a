use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Problems, Redactor, Severity};
use enhanced_config_layers::{Input, Texts};

/// A configuration that is not as it must be: all of its problems.
///
/// Its text has one line a problem; `render` shows the lines they are about.
// Boxed: whoever is given a value pays for the size of the error that it is not, each time.
#[derive(Clone)]
pub struct Rejection(Box<Details>);

#[derive(Clone)]
struct Details {
    name: Box<str>,
    problems: Problems,
    #[cfg_attr(not(feature = "render"), allow(dead_code, reason = "only rendering shows lines"))]
    texts: Texts,
    #[cfg_attr(not(feature = "render"), allow(dead_code, reason = "only rendering shows lines"))]
    redactor: Redactor,
    inputs: Arc<[Input]>,
    #[cfg(feature = "fault-tolerance")]
    left_alone: Option<crate::LeftAlone>,
}

impl Rejection {
    pub(crate) fn new(name: &str, problems: Problems, texts: Texts, redactor: Redactor) -> Self {
        Self(Box::new(Details {
            name: name.into(),
            problems,
            texts,
            redactor,
            inputs: Arc::default(),
            #[cfg(feature = "fault-tolerance")]
            left_alone: None,
        }))
    }

    pub(crate) fn with_inputs(mut self, inputs: Vec<Input>) -> Self {
        self.0.inputs = inputs.into();
        self
    }

    /// The name of the configuration.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Everything that is wrong, warnings included, in the order of layers and places.
    pub fn problems(&self) -> &Problems {
        &self.0.problems
    }

    /// The files and directories that were read or looked for until it failed, those of schemas included, and what was
    /// there: while they stay as they were, another attempt fails as well.
    ///
    /// Nothing for values that were set by the program and refused by themselves.
    pub fn inputs(&self) -> &[Input] {
        &self.0.inputs
    }

    #[cfg(feature = "fault-tolerance")]
    pub(crate) fn while_left_alone(mut self, left_alone: crate::LeftAlone) -> Self {
        self.0.left_alone = Some(left_alone);
        self
    }

    /// That nothing was read for this: the sources had failed too often, and the problems are those of the last read. None
    /// if they were read.
    #[cfg(feature = "fault-tolerance")]
    pub fn left_alone(&self) -> Option<&crate::LeftAlone> {
        self.0.left_alone.as_ref()
    }

    fn summary(&self) -> String {
        let errors = self.0.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let plural = if errors == 1 { "" } else { "s" };
        let summary = format!("configuration {} has {errors} problem{plural}", self.0.name);
        #[cfg(feature = "fault-tolerance")]
        if let Some(left_alone) = self.left_alone() {
            return format!("{summary}, as of the last read: its sources are {left_alone}");
        }
        summary
    }

    /// The problems with the lines they are about, for a terminal: [`Color::Auto`](crate::Color::Auto) looks at the
    /// standard error stream. Lines that may hold a secret are not shown.
    #[cfg(feature = "render")]
    pub fn render(&self, color: crate::Color) -> String {
        let snippets = enhanced_config_format::Renderer::new()
            .with_color(color, &std::io::stderr())
            .with_redactor(self.0.redactor.clone())
            .render(&self.0.problems, |layer| self.0.texts.get(layer.name()));
        format!("{snippets}\n{}\n", self.summary())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.summary())?;
        self.0.problems.to_string().lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// As [`Display`](fmt::Display): what `fn main() -> Result<…>` prints should be for people.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Rejection {}
