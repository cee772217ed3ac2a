//! What a schema cannot say: rules of the program that its configurations have to keep.

mod check;
mod condition;
mod environments;
mod error;
mod finding;
mod paths;
mod range;
mod rules;
mod values;
mod view;
mod wanted;

use std::borrow::Cow;
use std::ops::RangeBounds;

use enhanced_config_core::{NodeRef, Severity};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub use self::error::{RuleError, RuleFault};
pub use self::finding::Finding;
pub use self::rules::Rules;

use self::check::Check;
use self::condition::Condition;
use self::environments::Environments;
use self::paths::Paths;
use self::range::Range;
use self::values::Values;
use self::wanted::Wanted;

/// A rule that configurations have to keep, beyond what a schema can say.
///
/// | made by | looks at | finds fault with |
/// |---|---|---|
/// | [`new`](Self::new) | the document | what its closure finds |
/// | [`typed`](Self::typed) | the document, read as a type | what its closure finds |
/// | [`required`](Self::required) | a key | nothing there, or `null` |
/// | [`forbidden`](Self::forbidden) | values | one of those listed |
/// | [`one_of`](Self::one_of) | values | any but those listed |
/// | [`range`](Self::range) | values | what is no number, or outside |
/// | [`pattern`](Self::pattern) | values | what is no text, or does not match |
///
/// All but the first three pass over a key that is not there, or is `null`. [`when`](Self::when) and
/// [`when_set`](Self::when_set) make "if this, then that" of any rule; [`only_in`](Self::only_in) and
/// [`except_in`](Self::except_in) limit it to environments.
///
/// Paths are in dotted notation, in which `*` or `[*]` stands for every member of a map or list: `servers[*].port`. A
/// key that is called `*` is written `"*"`. A path, pattern or range that makes no sense is refused when the rule is
/// added to [`Rules`].
///
/// ```
/// # use enhanced_config_core::{Document, Layer, LayerKind, NodeRef, Redactor};
/// use enhanced_config_schema::{Finding, Rule, Rules};
///
/// #[derive(serde::Deserialize)]
/// struct App { pool: u32, workers: u32 }
///
/// let rules = Rules::new([
///     Rule::range("servers[*].port", 1024..=65535),
///     Rule::typed("pool-fits", |app: &App| {
///         (app.pool < app.workers).then(|| Finding::at("pool", "each worker needs a connection of its own"))
///     }),
///     Rule::new("tls-in-prod", |config| {
///         let tls = config.find("tls").and_then(NodeRef::as_bool);
///         (tls != Some(true)).then(|| Finding::at("tls", "must be on"))
///     })
///     .with_recommendation("set `tls: true`")
///     .only_in(["prod"]),
/// ])?;
///
/// let values = serde_json::json!({ "pool": 2, "workers": 8, "tls": false, "servers": [{ "port": 80 }] });
/// let document = Document::from_serialize(&values, Layer::new(LayerKind::Base, "app.yaml"))?;
/// let problems = rules.check(document.root(), &["prod"], &Redactor::new());
/// assert_eq!(problems.to_string(), "\
/// pool: each worker needs a connection of its own [pool-fits] (app.yaml)
/// servers[0].port: expected an integer from 1024 to 65535 [range] (app.yaml)
/// tls: must be on [tls-in-prod] (app.yaml); set `tls: true`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Rule {
    about: About,
    body: Result<Body, RuleFault>,
}

/// What a rule says of itself.
#[derive(Debug, Clone)]
struct About {
    name: Box<str>,
    severity: Severity,
    message: Option<Cow<'static, str>>,
    recommendation: Option<Cow<'static, str>>,
    environments: Environments,
}

/// What a rule does.
#[derive(Debug, Clone)]
struct Body {
    check: Check,
    /// All of them hold where the rule counts.
    conditions: Vec<Condition>,
}

impl Rule {
    /// A rule of its own over a whole document. The closure gives an `Option`, a `Vec` or anything else that iterates
    /// over [`Finding`]s; of each run, the first 100 count.
    ///
    /// A closure that panics, where panics unwind, has found that it panicked.
    pub fn new<I>(name: impl Into<Box<str>>, check: impl Fn(NodeRef<'_>) -> I + Send + Sync + 'static) -> Self
    where
        I: IntoIterator<Item = Finding>,
    {
        Self::with_body(name, Ok(Check::document(check)))
    }

    /// A rule of its own over a type that the document is read as; keys that the type does not have are ignored. Where
    /// the type cannot be read, the rule has found why.
    pub fn typed<T, I>(name: impl Into<Box<str>>, check: impl Fn(&T) -> I + Send + Sync + 'static) -> Self
    where
        T: DeserializeOwned + 'static,
        I: IntoIterator<Item = Finding>,
    {
        Self::with_body(name, Ok(Check::typed(check)))
    }

    /// Something other than `null` must be at this path; with a wildcard, in every member that is there. Its name is
    /// `required`.
    pub fn required(path: &str) -> Self {
        Self::each("required", path, Ok(Wanted::Something))
    }

    /// The values at this path must not be one of these. Its name is `forbidden`.
    pub fn forbidden(path: &str, values: impl IntoIterator<Item = impl Serialize>) -> Self {
        Self::each("forbidden", path, Values::new(values).map(Wanted::NoneOf))
    }

    /// The values at this path must be one of these. Its name is `one-of`.
    pub fn one_of(path: &str, values: impl IntoIterator<Item = impl Serialize>) -> Self {
        Self::each("one-of", path, Values::new(values).map(Wanted::OneOf))
    }

    /// The values at this path must be numbers in this range; integers, if its bounds are. Its name is `range`.
    pub fn range<N: Copy + Into<Json>>(path: &str, range: impl RangeBounds<N>) -> Self {
        Self::each("range", path, Range::new(&range).map(Wanted::Within))
    }

    /// The values at this path must be text in which this regular expression matches somewhere; `^` and `$` tie it to
    /// the ends. Time is linear: look-around and back-references are not supported. Its name is `pattern`.
    pub fn pattern(path: &str, pattern: &str) -> Self {
        Self::each("pattern", path, wanted::pattern(pattern))
    }

    fn each(name: &str, path: &str, wanted: Result<Wanted, RuleFault>) -> Self {
        let check = Paths::parse(path).and_then(|paths| Ok(Check::Each(paths, wanted?)));
        Self::with_body(name, check)
    }

    fn with_body(name: impl Into<Box<str>>, check: Result<Check, RuleFault>) -> Self {
        let about = About {
            name: name.into(),
            severity: Severity::Error,
            message: None,
            recommendation: None,
            environments: Environments::All,
        };
        Self { about, body: check.map(|check| Body { check, conditions: Vec::new() }) }
    }

    /// Its name, which every problem that it finds shows.
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// Sets its name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.about.name = name.into();
        self
    }

    /// Sets how bad it is when it is not kept. Default: an error.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.about.severity = severity;
        self
    }

    /// Sets what its problems say, in place of the words of the check. Default: those words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.about.message = Some(message.into());
        self
    }

    /// Sets what to do about it. Default: nothing.
    #[must_use]
    pub fn with_recommendation(mut self, recommendation: impl Into<Cow<'static, str>>) -> Self {
        self.about.recommendation = Some(recommendation.into());
        self
    }

    /// Limits it to environments. Default: everywhere.
    #[must_use]
    pub fn only_in(mut self, environments: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.about.environments = Environments::only(environments);
        self
    }

    /// Limits it to where none of these environments is active. Default: everywhere.
    #[must_use]
    pub fn except_in(mut self, environments: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.about.environments = Environments::except(environments);
        self
    }

    /// Limits it to where `path` has this value; called again, to where that holds too.
    ///
    /// Where both paths begin alike up to a wildcard, they mean the same member:
    /// `Rule::required("servers[*].cert").when("servers[*].tls", true)` asks those servers for a `cert` that have `tls`.
    #[must_use]
    pub fn when(self, path: &str, value: impl Serialize) -> Self {
        self.with_condition(Condition::equals(path, value))
    }

    /// Limits it to where `path` has a value other than `null`. Paths mean what they mean for [`when`](Self::when).
    #[must_use]
    pub fn when_set(self, path: &str) -> Self {
        self.with_condition(Condition::is_set(path))
    }

    fn with_condition(mut self, condition: Result<Condition, RuleFault>) -> Self {
        self.body = self.body.and_then(|mut body| {
            body.conditions.push(condition?);
            Ok(body)
        });
        self
    }
}
