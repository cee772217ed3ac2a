//! Environment variables as a layer: the rules are those of [`EnvSource`].
//!
//! `variable` chooses those that concern the source, `keys` finds the key of each, `convert` reads its text, and
//! `overlay` builds the document.

mod convert;
mod keys;
mod known_names;
mod level;
mod outright;
mod overlay;
mod reader;
mod service_link;
mod target;
mod variable;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;

use enhanced_config_core::{Document, KeyPath, NodeRef, Problems};

use self::reader::Reader;
use self::variable::Outright;

/// Environment variables under a prefix, matched against a schema and the layers below.
///
/// **Names.** Behind the prefix stands a key in upper case, with `_` for everything but letters and digits; a key in
/// camel case is one word or several. `__` separates levels, and where only one key can be meant `_` does too.
///
/// | key | variables under `APP_` |
/// |---|---|
/// | `db.port` | `APP_DB__PORT`, `APP_DB_PORT` |
/// | `db.maxConnections` | `APP_DB__MAX_CONNECTIONS`, `APP_DB__MAXCONNECTIONS`, `APP_DB_MAX_CONNECTIONS`, … |
/// | `hosts[0].name` | `APP_HOSTS__0__NAME`: one member of a list that a layer below has |
/// | any with `x-env: DATABASE_URL` in the schema | also `DATABASE_URL`, `APP_DATABASE_URL` |
///
/// - A name that could mean two keys is an error that lists both. One that holds `__` is read by `__` alone if that
///   finds a key: of `db.pool_size` and `db.pool.size`, `APP_DB__POOL_SIZE` is the first.
/// - Two variables for one key, or one for a key and one for something inside it, are an error that names both.
/// - A key that is not known is added in lower case where the schema has `additionalProperties`, lists no
///   `properties`, or says nothing. Only `__` separates its levels: `APP_DB_PASSWORD` is `db_password`, and
///   `APP_DB__PASSWORD` is `db.password`. Where no schema allows the key and there are others, it is a warning that
///   names the key, and the name that may have been meant.
/// - Elsewhere a variable that matches nothing sets nothing, which is such a warning too.
/// - Without a prefix, variables that match nothing are somebody else's.
/// - Case counts, except on Windows.
///
/// **Values** become what the schema wants, or without one what the layers below have:
///
/// | target | text |
/// |---|---|
/// | string | as it is: `007`, `1e3`, ` x `, nothing at all |
/// | integer, number | by TOML's rules, trimmed; over an integer of a lower layer any number |
/// | boolean | `true`, `yes`, `on`, `1`, `false`, `no`, `off`, `0`, in any case |
/// | list | `a,b`, each trimmed and read as the items are; or a JSON array; nothing at all is `[]` |
/// | map | a JSON object |
/// | several types | the first that fits of integer, number, boolean (`true` or `false` only), null, JSON, string, `a,b` |
/// | not known | a string, which typed reads take as the type wants |
///
/// An empty variable for anything but a string or a list counts as unset, with a note. No message holds a value.
///
/// ```
/// use enhanced_config_core::{Document, Layer, LayerKind};
/// use enhanced_config_layers::{EnvSource, Shape};
///
/// let below = serde_json::json!({ "db": { "host": "a", "port": 1 }, "tags": ["x"] });
/// let below = Document::from_serialize(&below, Layer::new(LayerKind::Base, "app.yaml"))?;
/// let source = EnvSource::new("APP_").with_variables([("APP_DB_PORT", "5432"), ("APP_TAGS", "y,z")]);
/// let layer = source.read(Shape { schema: None, lower: Some(below.root()) })?.document.unwrap();
/// assert_eq!(layer.get("db.port").unwrap().as_u64(), Some(5432));
/// assert_eq!(layer.get("tags[1]").unwrap().as_str(), Some("z"));
/// # Ok::<(), enhanced_config_core::Problems>(())
/// ```
#[derive(Clone)]
pub struct EnvSource {
    prefix: Box<str>,
    variables: Option<Vec<(OsString, OsString)>>,
    reserved: BTreeSet<String>,
    ignore_case: bool,
}

/// What variables are matched against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shape<'a> {
    /// A JSON Schema, if there is one.
    pub schema: Option<NodeRef<'a>>,
    /// The layers below, folded.
    pub lower: Option<NodeRef<'a>>,
}

/// What variables gave.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct EnvLayer {
    /// The layer; nothing when no variable set anything.
    pub document: Option<Document>,
    /// Lists of which variables set single members. The document has them whole, the other members with the origins
    /// they had, so they replace the lists below whatever the merge rules say.
    pub whole_lists: Vec<KeyPath>,
    /// Variables that set nothing, or perhaps not what was meant.
    pub warnings: Problems,
}

impl EnvSource {
    /// The variables of the process whose names start with `prefix`, such as `APP_`; read at each load. The `_` at
    /// its end may be left off.
    pub fn new(prefix: impl Into<Box<str>>) -> Self {
        let prefix = whole_words(prefix.into());
        Self { prefix, variables: None, reserved: BTreeSet::new(), ignore_case: cfg!(windows) }
    }

    /// What the names of its variables start with, the `_` at the end included.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Takes these variables instead of those of the process.
    #[must_use]
    pub fn with_variables<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.variables = Some(pairs.collect());
        self
    }

    /// Passes over variables that have another use, such as the one that selects the profile. Names are whole.
    #[must_use]
    pub fn with_reserved<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let folded: Vec<String> =
            names.into_iter().map(|name| self.fold(name.as_ref().into()).into_owned()).collect();
        self.reserved.extend(folded);
        self
    }

    /// Turns the variables into a layer.
    ///
    /// # Errors
    /// Every variable whose key or value is unclear.
    pub fn read(&self, shape: Shape<'_>) -> Result<EnvLayer, Problems> {
        let of_process: Vec<(OsString, OsString)>;
        let variables = match &self.variables {
            Some(given) => given,
            None => {
                of_process = std::env::vars_os().collect();
                &of_process
            }
        };
        Reader::new(self, shape)
            .read(|outright, report| variable::of_process(self, outright, variables, report))
    }

    /// Turns the variables of a `.env` file into a layer, whose values keep their places in the file. `document` is
    /// the file as it was parsed: a map of names to strings.
    ///
    /// What the process sets for the same key wins, because its layer comes above this one; to replace members of a
    /// list that this layer has, [`read`](Self::read) must see it among the layers below.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_document(&self, document: &Document, shape: Shape<'_>) -> Result<EnvLayer, Problems> {
        Reader::new(self, shape)
            .read(|outright, report| variable::of_document(self, outright, document, report))
    }

    /// Whether there is a variable under the prefix.
    pub(crate) fn has_variables(&self) -> bool {
        let is_ours = |name: &OsString| self.behind_prefix(&self.fold(name.to_string_lossy())).is_some();
        match &self.variables {
            Some(given) => given.iter().any(|(name, _)| is_ours(name)),
            None => std::env::vars_os().any(|(name, _)| is_ours(&name)),
        }
    }

    /// A name as names are compared.
    fn fold<'n>(&self, name: Cow<'n, str>) -> Cow<'n, str> {
        if self.ignore_case { name.to_uppercase().into() } else { name }
    }

    /// What stands behind the prefix, in a folded name.
    fn behind_prefix<'n>(&self, folded: &'n str) -> Option<&'n str> {
        folded.strip_prefix(&*self.fold((&*self.prefix).into()))
    }

    fn concerns(&self, folded: &str, outright: &Outright) -> bool {
        let concerns = self.behind_prefix(folded).is_some() || outright.contains_key(folded);
        concerns && !self.reserved.contains(folded)
    }
}

/// `APP` is meant to be `APP_`: no key begins with `_`, and no other program's `APPLE` is ours.
fn whole_words(prefix: Box<str>) -> Box<str> {
    if prefix.ends_with(char::is_alphanumeric) { format!("{prefix}_").into() } else { prefix }
}

/// Says nothing of the values, which may be secret.
impl fmt::Debug for EnvSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvSource")
            .field("prefix", &self.prefix)
            .field("reserved", &self.reserved)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use enhanced_config_core::{Layer, LayerKind};
    use serde_json::json;

    use super::*;

    #[test]
    fn where_the_system_ignores_case_so_do_names() {
        let schema = json!({"properties": {"db": {"properties": {"port": {}}}, "url": {"x-env": "Url"}}});
        let schema = Document::from_serialize(&schema, Layer::new(LayerKind::Defaults, "schema")).unwrap();
        let variables = [("App_Db__port", "1"), ("URL", "u"), ("app_profile", "p")];
        let source = EnvSource { ignore_case: true, ..EnvSource::new("APP_") };
        let source = source.with_reserved(["APP_PROFILE"]).with_variables(variables);
        let layer = source.read(Shape { schema: Some(schema.root()), lower: None }).unwrap();
        let document = layer.document.unwrap();
        assert_eq!(
            document.get("db.port").unwrap().origin().to_string(),
            "environment variable App_Db__port"
        );
        assert_eq!(document.get("url").unwrap().as_str(), Some("u"));
        assert_eq!((document.root().len(), layer.warnings.len()), (2, 0));
    }

    #[test]
    fn values_are_not_shown() {
        let source = EnvSource::new("APP_").with_variables([("APP_NAME", "s3cret")]);
        assert!(!format!("{source:?}").contains("s3cret"));
    }
}
