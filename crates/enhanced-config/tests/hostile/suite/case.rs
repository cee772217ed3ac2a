use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// One hostile input, and what has to come of it.
pub(crate) struct Case {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    /// The configuration that is asked for.
    pub(crate) config: String,
    /// What the process does beside loading: see [`child`](super::child).
    pub(crate) how: &'static str,
    pub(crate) variables: Vec<(OsString, OsString)>,
    pub(crate) expected: Expected,
    /// What the error has to name.
    pub(crate) file: Option<String>,
    /// How much the input itself weighs, in bytes.
    pub(crate) weight: usize,
    arrange: Vec<Box<Arrange>>,
}

/// Makes files in the directory; says why where that cannot be done.
type Arrange = dyn Fn(&Path) -> Result<(), String> + Send + Sync;

/// What has to come of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Loads,
    /// An error with this in it, which names a line and a column of the file.
    Refused(&'static str),
    /// An error with this in it, about something without lines.
    RefusedWhole(&'static str),
}

impl Case {
    /// Nothing yet: a configuration `app` without files.
    pub(crate) fn new(group: &'static str, name: impl Into<String>) -> Self {
        Self {
            group,
            name: name.into(),
            config: "app".to_owned(),
            how: "",
            variables: Vec::new(),
            expected: Expected::Refused(""),
            file: None,
            weight: 0,
            arrange: Vec::new(),
        }
    }

    /// A base file, which the error has to name.
    pub(crate) fn text(
        group: &'static str,
        name: impl Into<String>,
        file: &'static str,
        text: impl Into<Vec<u8>>,
    ) -> Self {
        let case = Self::new(group, name).beside(file, text);
        Self { file: Some(file.to_owned()), ..case }
    }

    /// One more file beneath the directory.
    pub(crate) fn beside(mut self, file: &'static str, text: impl Into<Vec<u8>>) -> Self {
        let text = text.into();
        self.weight += text.len();
        self.arranged(move |dir| {
            let path = dir.join(file);
            path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| error.to_string())?;
            fs::write(path, &text).map_err(|error| error.to_string())
        })
    }

    pub(crate) fn arranged(
        mut self,
        arrange: impl Fn(&Path) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.arrange.push(Box::new(arrange));
        self
    }

    pub(crate) fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.weight += name.len() + value.len();
        self.variables.push((name, value));
        self
    }

    /// What is arranged weighs so many bytes.
    pub(crate) fn weighing(self, weight: usize) -> Self {
        Self { weight, ..self }
    }

    pub(crate) fn how(self, how: &'static str) -> Self {
        Self { how, ..self }
    }

    pub(crate) fn asks_for(self, config: impl Into<String>) -> Self {
        Self { config: config.into(), ..self }
    }

    pub(crate) fn names(self, file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..self }
    }

    pub(crate) fn loads(self) -> Self {
        Self { expected: Expected::Loads, file: None, ..self }
    }

    pub(crate) fn refused(self, why: &'static str) -> Self {
        Self { expected: Expected::Refused(why), ..self }
    }

    pub(crate) fn refused_whole(self, why: &'static str) -> Self {
        Self { expected: Expected::RefusedWhole(why), ..self }
    }

    /// Makes its files in `dir`.
    pub(crate) fn arrange(&self, dir: &Path) -> Result<(), String> {
        self.arrange.iter().try_for_each(|arrange| arrange(dir))
    }
}
