use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// The name of a configuration, such as `app` or `billing-api.v2`: `[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}`.
///
/// A name is never a path: it has no separator and does not begin with a dot, so that it can only mean a visible file
/// of the directory it is looked up in.
///
/// ```
/// use enhanced_config_files::Name;
///
/// assert_eq!("billing-api.v2".parse::<Name>()?.as_str(), "billing-api.v2");
/// let error = "../etc/passwd".parse::<Name>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "name '../etc/passwd' starts with '.': expected a letter, a digit, '_' or '-'",
/// );
/// # Ok::<(), enhanced_config_files::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<str>);

impl Name {
    /// The most bytes a name may have.
    pub const MAX_LEN: usize = 128;

    /// Checks `name` and keeps a copy of it.
    ///
    /// # Errors
    /// When the name is empty, too long, or holds a character that names do not have.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        // Before the length: the first wrong character says more about a pasted path or document.
        if let Some((index, found)) = name.chars().enumerate().find(|&(index, char)| !allowed(index, char)) {
            return Err(NameError::Character { name: excerpt(name), found, position: index + 1 });
        }
        if name.len() > Self::MAX_LEN {
            return Err(NameError::TooLong { name: excerpt(name), length: name.len() });
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn allowed(index: usize, char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-') || (char == '.' && index > 0)
}

/// The beginning of `name`, escaped, for an error message.
fn excerpt(name: &str) -> String {
    const SHOWN: usize = 40;
    let mut start: String = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN).is_some() {
        start.push('…');
    }
    start
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Lets a map with names as keys be asked for a `&str`.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Why a text is not the name of a configuration. The text is kept escaped and cut after 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The text is empty.
    #[error("name is empty")]
    Empty,
    /// The text is longer than [`Name::MAX_LEN`].
    #[error("name '{name}' has {length} characters: at most {} are allowed", Name::MAX_LEN)]
    TooLong {
        /// The beginning of the name.
        name: String,
        /// Its whole length.
        length: usize,
    },
    /// The text holds a character that names do not have.
    #[error("name '{name}' {}", complaint(*.found, *.position))]
    Character {
        /// The beginning of the name.
        name: String,
        /// The first character that is not allowed.
        found: char,
        /// The place of that character, counted in characters from 1.
        position: usize,
    },
}

fn complaint(found: char, position: usize) -> String {
    let found = found.escape_debug();
    if position == 1 {
        format!("starts with '{found}': expected a letter, a digit, '_' or '-'")
    } else {
        format!("has '{found}' as character {position}: expected letters, digits, '_', '-' or '.'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(name: &str) {
        assert_eq!(Name::new(name).unwrap().as_str(), name);
    }

    fn refused(name: &str, expected: &str) {
        assert_eq!(Name::new(name).unwrap_err().to_string(), format!("name {expected}"));
    }

    #[test]
    fn accepts_letters_digits_and_three_marks() {
        accepted("app");
        accepted("_");
        accepted("-x");
        accepted("0");
        accepted("billing-api.v2_EU");
        accepted("a..b");
        accepted("a.");
        accepted(&"x".repeat(128));
    }

    #[test]
    fn says_which_character_is_wrong_and_where() {
        const FIRST: &str = "expected a letter, a digit, '_' or '-'";
        const LATER: &str = "expected letters, digits, '_', '-' or '.'";
        refused(".", &format!("'.' starts with '.': {FIRST}"));
        refused(".hidden", &format!("'.hidden' starts with '.': {FIRST}"));
        refused("/etc/passwd", &format!("'/etc/passwd' starts with '/': {FIRST}"));
        refused("a/../b", &format!("'a/../b' has '/' as character 2: {LATER}"));
        refused("a\\b", &format!("'a\\\\b' has '\\\\' as character 2: {LATER}"));
        refused("C:app", &format!("'C:app' has ':' as character 2: {LATER}"));
        refused("app\0", &format!("'app\\0' has '\\0' as character 4: {LATER}"));
        refused("ap\n\u{1b}[2J", &format!("'ap\\n\\u{{1b}}[2J' has '\\n' as character 3: {LATER}"));
        refused("größe", &format!("'größe' has 'ö' as character 3: {LATER}"));
        refused("a\u{202e}b", &format!("'a\\u{{202e}}b' has '\\u{{202e}}' as character 2: {LATER}"));
    }

    #[test]
    fn refuses_the_empty_and_the_endless() {
        refused("", "is empty");
        refused(
            &"x".repeat(129),
            &format!("'{}…' has 129 characters: at most 128 are allowed", "x".repeat(40)),
        );
        let Err(NameError::Character { name, position, .. }) =
            Name::new(&format!("{}/", "x".repeat(1 << 20)))
        else {
            panic!("accepted");
        };
        assert_eq!((name.chars().count(), position), (41, (1 << 20) + 1));
    }

    #[test]
    fn a_map_of_names_answers_a_str() {
        let map = std::collections::HashMap::from([(Name::new("app").unwrap(), 1)]);
        assert_eq!(map.get("app"), Some(&1));
    }
}
