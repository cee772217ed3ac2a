//! The names of environment variables, as the layer of the environment reads them.

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
    let names: Vec<String> = steps.iter().map(|step| name(step)).collect();
    Some(format!("{prefix}{}", names.join("__")).into())
}

/// A key in upper case, the words of camel case apart, with `_` for everything but letters and digits.
fn name(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut previous: Option<char> = None;
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
            ("port", "PORT"),
            ("max-size", "MAX_SIZE"),
            ("example.org", "EXAMPLE_ORG"),
            ("maxConnections", "MAX_CONNECTIONS"),
            ("HTTPServer", "HTTP_SERVER"),
            ("utf8Name", "UTF8_NAME"),
            ("größe", "GRÖSSE"),
            ("_a", "_A"),
            ("", ""),
        ] {
            assert_eq!(name(key), expected, "{key}");
        }
        assert_eq!((&*whole_words("APP"), &*whole_words("APP_"), &*whole_words("")), ("APP_", "APP_", ""));
    }
}
