use std::fmt;

use enhanced_config_core::{Problem, Problems, Severity};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::{LoadError, LoadErrorKind};

/// What a check of many configurations found, made to be read at a glance.
///
/// Printed, it has a line for each configuration and below it what is wrong; serialised, the same as data, for a
/// pipeline that collects it.
#[derive(Debug)]
pub struct ValidationReport {
    configs: Vec<Checked>,
}

/// What a check of one configuration found.
#[derive(Debug)]
pub struct Checked {
    name: Box<str>,
    outcome: Result<Problems, LoadError>,
}

impl ValidationReport {
    pub(crate) fn new(configs: Vec<Checked>) -> Self {
        Self { configs }
    }

    /// Each configuration, in the order of names.
    pub fn configs(&self) -> impl Iterator<Item = &Checked> {
        self.configs.iter()
    }

    /// Whether every configuration can be used.
    pub fn is_valid(&self) -> bool {
        self.configs.iter().all(Checked::is_valid)
    }
}

impl Checked {
    pub(crate) fn new(name: &str, outcome: Result<Problems, LoadError>) -> Self {
        Self { name: name.into(), outcome }
    }

    /// The name of the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it can be used; there may be warnings all the same.
    pub fn is_valid(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Why it cannot be used, to be rendered with the lines it is about.
    pub fn error(&self) -> Option<&LoadError> {
        self.outcome.as_ref().err()
    }

    /// Everything that was found, warnings included.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        let problems = match &self.outcome {
            Ok(warnings) => Some(warnings),
            Err(error) => error.problems(),
        };
        problems.into_iter().flatten()
    }

    fn count(&self, severity: Severity) -> usize {
        self.problems().filter(|problem| problem.severity == severity).count()
    }

    /// `ok`, `2 errors, 1 warning`.
    fn summary(&self) -> String {
        let errors = self.count(Severity::Error).max(usize::from(!self.is_valid()));
        let counts = [(errors, "error"), (self.count(Severity::Warning), "warning")];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| counted(*count, what))
            .collect();
        if counts.is_empty() { "ok".to_owned() } else { counts.join(", ") }
    }

    fn mark(&self) -> char {
        match (self.is_valid(), self.problems().next()) {
            (false, _) => '✗',
            (true, Some(_)) => '!',
            (true, None) => '✓',
        }
    }
}

impl fmt::Display for ValidationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let invalid = self.configs.iter().filter(|config| !config.is_valid()).count();
        let verdict = if invalid == 0 { "all valid".to_owned() } else { format!("{invalid} invalid") };
        writeln!(f, "{}: {verdict}\n", counted(self.configs.len(), "configuration"))?;
        let width = self.configs.iter().map(|config| config.name.len()).max().unwrap_or_default();
        for config in &self.configs {
            writeln!(f, "{} {:width$}  {}", config.mark(), config.name, config.summary())?;
            for problem in config.problems() {
                match problem.severity {
                    Severity::Error => writeln!(f, "    {problem}")?,
                    milder => writeln!(f, "    {milder}: {problem}")?,
                }
            }
            if let Some(error) = config.error()
                && let LoadErrorKind::Name(_) = error.kind()
            {
                writeln!(f, "    {error}")?;
            }
        }
        Ok(())
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `{"valid": false, "configs": [{"name": …, "valid": …, "problems": […]}]}`
impl Serialize for ValidationReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("ValidationReport", 2)?;
        report.serialize_field("valid", &self.is_valid())?;
        report.serialize_field("configs", &self.configs)?;
        report.end()
    }
}

impl Serialize for Checked {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut config = serializer.serialize_struct("Checked", 3)?;
        config.serialize_field("name", &self.name)?;
        config.serialize_field("valid", &self.is_valid())?;
        config.serialize_field("problems", &self.problems().map(AsData).collect::<Vec<_>>())?;
        config.end()
    }
}

struct AsData<'a>(&'a Problem);

impl Serialize for AsData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(problem) = self;
        let origin = problem.origin.as_ref();
        let location = origin.and_then(|origin| origin.location());
        let mut data = serializer.serialize_struct("Problem", 7)?;
        data.serialize_field("severity", &problem.severity.to_string())?;
        data.serialize_field("path", &problem.path.to_string())?;
        data.serialize_field("message", &problem.kind.to_string())?;
        data.serialize_field("source", &origin.map(|origin| origin.layer.name()))?;
        data.serialize_field("line", &location.map(|location| location.line))?;
        data.serialize_field("column", &location.map(|location| location.column))?;
        data.serialize_field("help", &problem.help)?;
        data.end()
    }
}
