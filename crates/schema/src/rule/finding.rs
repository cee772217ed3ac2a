use std::borrow::Cow;
use std::fmt;

use enhanced_config_core::KeyPath;

/// Something that the closure of a rule finds fault with.
///
/// Its message may be a text of the program, which is shown as it is, or be put together from values, and then every
/// secret of the document that it quotes is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    pub(super) path: KeyPath,
    pub(super) message: Cow<'static, str>,
}

impl Finding {
    /// About the key at `path`, which need not be there: a text in dotted notation, or a
    /// [`KeyPath`](enhanced_config_core::KeyPath). A text that is no path counts as the name of one key.
    pub fn at(path: impl fmt::Display, message: impl Into<Cow<'static, str>>) -> Self {
        let text = path.to_string();
        let path = text.parse().unwrap_or_else(|_| KeyPath::root().join(text));
        Self { path, message: message.into() }
    }

    /// About the configuration as a whole.
    pub fn of_all(message: impl Into<Cow<'static, str>>) -> Self {
        Self { path: KeyPath::root(), message: message.into() }
    }
}

/// The path alone: the message may quote a secret.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding").field("path", &self.path).finish_non_exhaustive()
    }
}
