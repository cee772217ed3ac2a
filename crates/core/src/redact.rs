use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value as Json;

use crate::{KeyPath, NodeRef, Segment, Value};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// Knows which values are secret, so that nothing prints them.
///
/// A value is secret when its path, or a path above it, was named with [`with_secret`](Self::with_secret), or when
/// one of the keys on its way is secret by name. A key is secret by name when, split at `_`, `-` and case, it ends
/// in password, passwd, passphrase, secret, token, credential, credentials, dsn, or in api, access, private,
/// secret, signing or encryption key. [`with_public`](Self::with_public) takes a name back.
///
/// ```
/// use enhanced_config_core::Redactor;
/// let redactor = Redactor::new().with_public(&"pagination.next_token".parse()?);
/// assert!(redactor.is_secret(&"db.password".parse()?));
/// assert!(redactor.is_secret(&"apiKeys[0]".parse()?));
/// assert!(!redactor.is_secret(&"pagination.next_token".parse()?));
/// assert_eq!(redactor.mask_urls("postgres://me:pw@db/x"), "postgres://***@db/x");
/// # Ok::<(), enhanced_config_core::PathError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactor {
    secret: BTreeSet<KeyPath>,
    secret_keys: BTreeSet<Box<str>>,
    public: BTreeSet<KeyPath>,
}

impl Redactor {
    /// Secret by name alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the value at `path`, and all below it, secret. The members of a list share one path, and `*` stands for
    /// any key. The root makes all secret.
    #[must_use]
    pub fn with_secret(mut self, path: &KeyPath) -> Self {
        self.secret.insert(without_indices(path));
        self
    }

    /// Makes the values of every key of this name secret, wherever they are.
    #[must_use]
    pub fn with_secret_key(mut self, key: &str) -> Self {
        self.secret_keys.insert(key.into());
        self
    }

    /// Makes the value at `path` not secret, whatever its own name is.
    #[must_use]
    pub fn with_public(mut self, path: &KeyPath) -> Self {
        self.public.insert(without_indices(path));
        self
    }

    /// Makes secret what is secret to either: for whoever shows two documents side by side.
    #[must_use]
    pub fn with_secrets_of(mut self, other: &Self) -> Self {
        self.secret.extend(other.secret.iter().cloned());
        self.secret_keys.extend(other.secret_keys.iter().cloned());
        self.public.retain(|path| other.public.contains(path));
        self
    }

    /// Whether the value at `path` must not be shown.
    pub fn is_secret(&self, path: &KeyPath) -> bool {
        self.is_all_secret() || self.first_secret(path).is_some()
    }

    fn is_all_secret(&self) -> bool {
        self.secret.contains(&KeyPath::root())
    }

    /// Which step of a path is the first to lead to a secret.
    fn first_secret(&self, path: &KeyPath) -> Option<usize> {
        if self.is_all_secret() {
            return Some(0);
        }
        let mut way = KeyPath::root();
        path.segments().iter().position(|segment| {
            let Segment::Key(key) = segment else { return false };
            way.push(segment.clone());
            holds(&self.secret, &way)
                || (is_secret_name(key) || self.secret_keys.contains(key)) && !holds(&self.public, &way)
        })
    }

    /// As much of a path as may be shown: the keys below a secret, which may be secrets themselves, are masked.
    ///
    /// ```
    /// # use enhanced_config_core::Redactor;
    /// let path = "vault.secrets[0].abc.x".parse()?;
    /// assert_eq!(Redactor::new().shown_path(&path).to_string(), "vault.secrets[0].***.***");
    /// # Ok::<(), enhanced_config_core::PathError>(())
    /// ```
    pub fn shown_path(&self, path: &KeyPath) -> KeyPath {
        let Some(secret) = self.first_secret(path) else { return path.clone() };
        let shown = path.segments().iter().enumerate().map(|(at, segment)| match segment {
            Segment::Key(_) if at > secret => MASK.into(),
            segment => segment.clone(),
        });
        shown.collect()
    }

    /// A value as one line of JSON in which every secret is masked, shortened to 80 characters.
    pub fn show(&self, node: NodeRef<'_>, path: &KeyPath) -> String {
        const LONGEST: usize = 80;
        let text = self.masked(node, &mut path.clone()).to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }

    /// Whether `node`, at `path`, is secret or has something secret inside.
    pub(crate) fn holds_secret(&self, node: NodeRef<'_>, path: &KeyPath) -> bool {
        self.is_secret(path)
            || node.items().any(|item| self.holds_secret(item, &path.join(0)))
            || node.entries().any(|(key, member)| self.holds_secret(member, &path.join(key)))
    }

    fn masked(&self, node: NodeRef<'_>, path: &mut KeyPath) -> Json {
        if self.is_secret(path) {
            return MASK.into();
        }
        match node.value() {
            Value::String(text) => self.mask_urls(text).into(),
            Value::List(items) => items
                .enumerate()
                .map(|(index, item)| {
                    path.push(index);
                    let masked = self.masked(item, path);
                    path.pop();
                    masked
                })
                .collect(),
            Value::Map(entries) => entries
                .map(|(key, member)| {
                    path.push(key);
                    let masked = self.masked(member, path);
                    path.pop();
                    (key.to_owned(), masked)
                })
                .collect(),
            _ => node.into(),
        }
    }

    /// `text` with the user and password of every URL in it masked.
    ///
    /// In doubt too much is masked: a password may hold a `/`, a `?` or an `@` that should have been escaped. What
    /// comes before the last `@` of a word is taken for one, unless a host without a port clearly starts the URL.
    pub fn mask_urls<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = userinfo(text);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let starts = std::iter::once(0).chain(found.iter().map(|userinfo| userinfo.end));
        let ends = found.iter().map(|userinfo| userinfo.start).chain([text.len()]);
        let kept: Vec<&str> = starts.zip(ends).filter_map(|(start, end)| text.get(start..end)).collect();
        Cow::Owned(kept.join(MASK))
    }
}

fn holds(patterns: &BTreeSet<KeyPath>, path: &KeyPath) -> bool {
    let any = |segment: &Segment| matches!(segment, Segment::Key(key) if &**key == "*");
    let matches = |pattern: &KeyPath| {
        let (pattern, path) = (pattern.segments(), path.segments());
        pattern.len() == path.len()
            && pattern.iter().zip(path).all(|(wanted, found)| any(wanted) || wanted == found)
    };
    patterns.iter().any(matches)
}

/// All members of a list share one path.
fn without_indices(path: &KeyPath) -> KeyPath {
    path.segments().iter().filter(|segment| matches!(segment, Segment::Key(_))).cloned().collect()
}

/// Whether a key of this name holds a secret. See [`Redactor`] for the rule.
pub fn is_secret_name(name: &str) -> bool {
    /// Endings that are secret wherever a word begins: `dbpassword` is one too.
    const ENDINGS: [&str; 8] =
        ["password", "passwd", "passphrase", "secret", "token", "credential", "dsn", "credentials"];
    const KEYS: [&str; 6] = ["api", "access", "private", "secret", "signing", "encryption"];
    let words = words(name);
    let Some((last, before)) = words.split_last() else { return false };
    let singular = last.strip_suffix('s').unwrap_or(last);
    if singular == "key" {
        return before.last().is_some_and(|word| KEYS.iter().any(|key| word.ends_with(key)));
    }
    let joined_key =
        singular.strip_suffix("key").is_some_and(|word| KEYS.iter().any(|key| word.ends_with(key)));
    let plural = matches!(&**last, "passwords" | "secrets" | "passphrases");
    let ending =
        ENDINGS.iter().any(|ending| if *ending == "dsn" { last == ending } else { last.ends_with(ending) });
    ending || plural || joined_key
}

/// The words of a name, in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` all are `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut previous_lower = false;
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let next_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = c.is_uppercase() && (previous_lower || next_lower);
        match words.last_mut() {
            Some(word) if open && !starts => word.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        open = true;
        previous_lower = c.is_lowercase() || c.is_numeric();
    }
    words
}

/// Where the users and passwords of URLs stand, between `://` and `@`, in order.
fn userinfo(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let Some(last_at) = text.rfind('@').filter(|_| text.contains("://")) else { return found };
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let at = word.rfind('@').map(|at| offset + at);
        let covered = found.last().map_or(0, |userinfo| userinfo.end);
        found.extend(word.match_indices("://").find_map(|(slashes, _)| {
            let start = offset + slashes + "://".len();
            let rest = text.get(start..)?;
            let end = match Authority::of(rest) {
                Authority::Host => None,
                Authority::Doubtful => at,
                // A password may even hold a blank.
                Authority::Password => at.or(Some(last_at)),
            };
            end.filter(|&end| start >= covered && end > start).map(|end| start..end)
        }));
        offset += word.len();
    }
    found
}

/// What a URL seems to have between its `://` and the next `/`.
enum Authority {
    /// A host without a port; or nothing, as in `file:///`.
    Host,
    /// A colon with something else than a port behind it, and no `@`.
    Password,
    /// Anything else: `me:123` may be a host with its port, or a user with the first half of a password.
    Doubtful,
}

impl Authority {
    fn of(rest: &str) -> Self {
        let end =
            rest.find(|c: char| matches!(c, '/' | '?' | '#') || c.is_whitespace()).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        let in_host = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        match text.split_once(':') {
            None if text.bytes().all(in_host) => Authority::Host,
            Some((_, port)) if !text.contains('@') && !port.bytes().all(|b| b.is_ascii_digit()) => {
                Authority::Password
            }
            _ => Authority::Doubtful,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_end_in_a_secret_word_are_secret() {
        for name in [
            "password",
            "db_password",
            "DB_PASSWORD",
            "dbPassword",
            "dbpassword",
            "db-passwd",
            "passphrase",
            "client_secret",
            "clientSecret",
            "token",
            "authToken",
            "credential",
            "credentials",
            "aws-credentials",
            "dsn",
            "SENTRY_DSN",
            "api_key",
            "apiKey",
            "APIKey",
            "apikey",
            "API_KEYS",
            "access-key",
            "privateKey",
            "secret_key",
            "signing_key",
            "encryption.key",
            "passwords",
            "secrets",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "",
            "key",
            "keyboard",
            "monkey",
            "primary_key",
            "max_tokens",
            "tokenizer",
            "password_file",
            "secretary",
            "passworded",
            "_",
            "public_key",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn userinfo_of_urls_is_masked_and_nothing_else() {
        let check = |text: &str, expected: &str| assert_eq!(Redactor::new().mask_urls(text), expected);
        check("postgres://me:pw@db:5432/x?a=b", "postgres://***@db:5432/x?a=b");
        check("https://host/a@b", "https://host/a@b");
        check(
            "https://registry.example.org?x=@scope file:///a@b",
            "https://registry.example.org?x=@scope file:///a@b",
        );
        check("a https://u@h and redis://:p@ss@h2 b", "a https://***@h and redis://***@h2 b");
        check("me@example.org", "me@example.org");
        check("x://", "x://");
        check("see http://localhost:8080 or me@x.org", "see http://localhost:8080 or me@x.org");
    }

    #[test]
    fn a_password_that_is_not_escaped_is_masked_as_a_whole() {
        let check = |text: &str, expected: &str| assert_eq!(Redactor::new().mask_urls(text), expected);
        check("postgres://u:p/w@host/db", "postgres://***@host/db");
        check("postgres://u:p@w/x@host/db", "postgres://***@host/db");
        check("postgres://u:12/w@host/db", "postgres://***@host/db");
        check("postgres://u:?p#w@host/db", "postgres://***@host/db");
        check("postgres://u:'p\"<w>@host/db", "postgres://***@host/db");
        check("postgres://u:p w@host/db", "postgres://***@host/db");
        check("redis://:/pw@host", "redis://***@host");
        check("https://AbC/d+e=@host", "https://***@host");
        check("a://u:p/w@h,a://u:q/w@h x://u:r@h", "a://***@h x://***@h");
        check("a://u:p w@h x://v:q@h", "a://***@h");
    }

    #[test]
    fn hostile_texts_are_masked_in_time() {
        let long = format!("{}{}@", "://A/".repeat(200_000), " ");
        assert!(matches!(Redactor::new().mask_urls(&long), Cow::Borrowed(_)));
        let many = format!("{}{}", "x://u:p@h ".repeat(100_000), "y".repeat(1 << 20));
        assert!(!Redactor::new().mask_urls(&many).contains('u'));
    }

    #[test]
    fn a_secret_covers_all_below_it() {
        let redactor = Redactor::new().with_secret(&"vault".parse().unwrap());
        for path in ["vault", "vault.a.b[0]", "db.credentials.user", "tokens[0].token"] {
            assert!(redactor.is_secret(&path.parse().unwrap()), "{path}");
        }
        let public = Redactor::new().with_public(&"list[3].token".parse().unwrap());
        assert!(!public.is_secret(&"list[0].token".parse().unwrap()));
        assert!(public.is_secret(&"token".parse().unwrap()));
    }
}
