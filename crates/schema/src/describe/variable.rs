//! The names of environment variables, as the layer of the environment reads them.

use enhanced_config_core::variable::name_of;
use enhanced_config_core::{KeyPath, Segment};

use super::KeyDescription;

/// `APP` is meant to be `APP_`.
pub(super) fn whole_words(prefix: &str) -> Box<str> {
    if prefix.ends_with(char::is_alphanumeric) { format!("{prefix}_").into() } else { prefix.into() }
}

/// The variable of a key: what `x-env` says, else the prefix and the path. Nothing for what has no name of its own.
pub(super) fn of(key: &KeyDescription, prefix: &str) -> Option<Box<str>> {
    if let Some(env) = &key.env {
        return Some(env.clone());
    }
    let steps = key.steps.as_ref()?;
    let path: KeyPath = steps.iter().map(|step| Segment::Key(step.clone())).collect();
    Some(format!("{prefix}{}", name_of(&path)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_in_a_line() {
        assert_eq!((&*whole_words("APP"), &*whole_words("APP_"), &*whole_words("")), ("APP_", "APP_", ""));
    }
}
