use enhanced_config_core::{BuildError, Limit, ProblemKind, Problems};

use crate::parse::Reading;

/// What ended the reading, and the byte it is about.
#[derive(Debug)]
pub(super) struct Fault {
    at: usize,
    what: What,
}

/// Boxed: the way on should not pay for it.
pub(super) type Outcome<T> = Result<T, Box<Fault>>;

#[derive(Debug)]
enum What {
    Syntax { message: &'static str, help: Option<&'static str>, opened: Option<usize> },
    LongKey,
    Refused(BuildError),
}

impl Fault {
    #[cold]
    pub(super) fn syntax(at: usize, message: &'static str) -> Self {
        Self { at, what: What::Syntax { message, help: None, opened: None } }
    }

    #[cold]
    pub(super) fn long_key(at: usize) -> Box<Self> {
        Box::new(Self { at, what: What::LongKey })
    }

    #[cold]
    pub(super) fn refused(error: BuildError, at: usize) -> Box<Self> {
        Box::new(Self { at, what: What::Refused(error) })
    }

    /// What to do about it.
    pub(super) fn help(mut self, advice: &'static str) -> Self {
        if let What::Syntax { help, .. } = &mut self.what {
            *help = Some(advice);
        }
        self
    }

    /// The bracket or quote that it belongs to.
    pub(super) fn opened(mut self, at: usize) -> Self {
        if let What::Syntax { opened, .. } = &mut self.what {
            *opened = Some(at);
        }
        self
    }

    pub(super) fn into_problems(self, reading: &Reading<'_>) -> Problems {
        match self.what {
            What::Syntax { message, help, opened } => {
                let mut problem = reading.syntax(message, self.at);
                problem.help = help.map(Into::into);
                match opened {
                    Some(opened) => problem.with_related("opened here", reading.origin(opened)).into(),
                    None => problem.into(),
                }
            }
            What::LongKey => {
                let most = reading.options.limits.key_bytes as u64;
                reading.error(ProblemKind::Limit { limit: Limit::Key, most }, self.at).into()
            }
            What::Refused(error) => reading.refused(error, self.at),
        }
    }
}
