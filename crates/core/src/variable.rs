//! How keys are written in the names of environment variables.

use crate::{KeyPath, Segment};

/// How a key may be written in the name of a variable: in upper case, with `_` for everything but letters and digits.
///
/// A key in camel case is written as one word or as several: `maxConnections` is MAXCONNECTIONS or MAX_CONNECTIONS.
/// The last spelling is the one to suggest.
pub fn spellings(key: &str) -> Vec<String> {
    let (joined, split) = (spell(key, |_, _, _| false), spell(key, starts_a_word));
    if joined == split { vec![joined] } else { vec![joined, split] }
}

/// The name of the variable for a key, behind the prefix: in the last of its [`spellings`], with `__` between levels.
///
/// ```
/// # use enhanced_config_core::variable::name_of;
/// assert_eq!(name_of(&"httpServer.max-age".parse()?), "HTTP_SERVER__MAX_AGE");
/// # Ok::<(), enhanced_config_core::PathError>(())
/// ```
pub fn name_of(path: &KeyPath) -> String {
    let names: Vec<String> = path
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => spellings(key).pop().unwrap_or_default(),
            Segment::Index(index) => index.to_string(),
        })
        .collect();
    names.join("__")
}

fn spell(key: &str, starts_a_word: impl Fn(Option<char>, char, Option<char>) -> bool) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut previous = None;
    let mut chars = key.chars().peekable();
    while let Some(c) = chars.next() {
        if starts_a_word(previous, c, chars.peek().copied()) {
            out.push('_');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_uppercase());
        } else {
            out.push('_');
        }
        previous = Some(c);
    }
    out
}

/// `C` of `maxConnections` and `S` of `HTTPServer` do, as people read them.
fn starts_a_word(previous: Option<char>, c: char, next: Option<char>) -> bool {
    let Some(previous) = previous.filter(|previous| previous.is_alphanumeric()) else { return false };
    c.is_uppercase() && (!previous.is_uppercase() || next.is_some_and(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelled_as_people_write_variables() {
        for (key, expected) in [
            ("port", &["PORT"][..]),
            ("max_size", &["MAX_SIZE"]),
            ("max-size", &["MAX_SIZE"]),
            ("example.org", &["EXAMPLE_ORG"]),
            ("Agent-4", &["AGENT_4"]),
            ("maxConnections", &["MAXCONNECTIONS", "MAX_CONNECTIONS"]),
            ("HTTPServer", &["HTTPSERVER", "HTTP_SERVER"]),
            ("ipV4", &["IPV4", "IP_V4"]),
            ("utf8Name", &["UTF8NAME", "UTF8_NAME"]),
            ("URL", &["URL"]),
            ("größe", &["GRÖSSE"]),
            ("_a", &["_A"]),
            ("a b/c", &["A_B_C"]),
            ("", &[""]),
        ] {
            assert_eq!(spellings(key), expected, "{key}");
        }
    }
}
