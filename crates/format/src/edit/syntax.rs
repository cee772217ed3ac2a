use enhanced_config_core::{Document, Problems, Segment};

use super::Stopped;
use super::brackets;
use super::error::Refusal;
use super::json;
use super::model::Change;
use super::source::{Comments, Source, Splice};
#[cfg(feature = "toml")]
use super::toml;
use super::tree::Node;
use super::update::{Changed, update};
#[cfg(feature = "yaml")]
use super::yaml;
use crate::{Format, Limits, ParseOptions, parse};

/// What a check of a debug build says.
pub(super) const DIFFERS: &str = "differs from what reading all of it gives";

/// Whether a text is so long that a debug build does not read all of it to check what was told from a part: it would be
/// done for each edit.
pub(super) fn is_long(text: &str) -> bool {
    const LONG: usize = 8_000;
    text.len() > LONG
}

/// Where everything stands in a text, in the way of its format.
#[derive(Debug, Clone)]
pub(super) enum Syntax {
    Json(Node),
    #[cfg(feature = "yaml")]
    Yaml(yaml::Layout),
    #[cfg(feature = "toml")]
    Toml(Vec<toml::Statement>),
}

impl Syntax {
    /// What a text says, and where everything stands in it where that takes no reading of its own.
    pub(super) fn read(
        input: &[u8],
        format: Format,
        name: &str,
        options: &ParseOptions,
    ) -> Result<(Document, Option<Self>), Problems> {
        #[cfg(feature = "yaml")]
        if format == Format::Yaml {
            let mut layout = None;
            let parsed = crate::parse::parse_by(input, format, name, options, |reading| {
                let source = Source::new(reading.text, Comments::Hash);
                let mut building = yaml::Building::new(source);
                let document = crate::yaml::read_seen(reading, |event, span| building.event(event, span));
                layout = source.lone_return().is_none().then_some(Self::Yaml(building.layout));
                document
            });
            return Ok((parsed?.document, layout));
        }
        Ok((parse(input, format, name, options)?.document, None))
    }

    /// Of a text that has been read already; of another, nothing.
    ///
    /// YAML also ends lines with a carriage return alone, as hardly any text does on purpose. What is a line here ends with a
    /// line feed, so such a text is not edited.
    pub(super) fn of(text: &str, format: Format, limits: &Limits) -> Result<Option<Self>, Stopped> {
        let source = Self::source(text, format);
        match format {
            Format::Json | Format::Jsonc => Ok(Some(Self::Json(brackets::value(&source, 0)))),
            #[cfg(feature = "yaml")]
            Format::Yaml => match source.lone_return() {
                Some(at) => Err(Stopped { at: Some(at), ..Refusal::LineEnd.into() }),
                None => Ok(yaml::layout(source, limits).map(Self::Yaml)),
            },
            #[cfg(feature = "toml")]
            Format::Toml => Ok(Some(Self::Toml(toml::statements(&source)))),
            format => Err(Refusal::Format(format).into()),
        }
    }

    /// What a change does to the text.
    pub(super) fn edit(
        &self,
        text: &str,
        path: &[Segment],
        change: Change<'_>,
    ) -> Result<Vec<Splice>, Stopped> {
        let source = Self::source(text, self.format());
        match self {
            Self::Json(root) => json::edit(source, root, path, change),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => yaml::edit(source, layout, path, change),
            #[cfg(feature = "toml")]
            Self::Toml(statements) => toml::edit(source, statements, path, change),
        }
    }

    /// Moves a value with its comments as it is written; nothing where it fits nowhere so.
    pub(super) fn moved(&self, text: &str, from: &[Segment], to: &[Segment]) -> Option<Vec<Splice>> {
        let source = Self::source(text, self.format());
        match self {
            Self::Json(root) => json::moved(source, root, from, to),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => yaml::moved(source, layout, from, to),
            #[cfg(feature = "toml")]
            Self::Toml(statements) => toml::moved(source, statements, from, to),
        }
    }

    /// Puts a value into a map as it is written.
    pub(super) fn nested(&self, text: &str, path: &[Segment], key: &str) -> Option<Vec<Splice>> {
        let source = Self::source(text, self.format());
        match self {
            Self::Json(root) => json::nested(source, root, path, key),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => yaml::nested(source, layout, path, key),
            #[cfg(feature = "toml")]
            Self::Toml(statements) => toml::nested(source, statements, path, key),
        }
    }

    /// Puts a map's only value in its place, as it is written.
    pub(super) fn unnested(&self, text: &str, path: &[Segment], inner: &[Segment]) -> Option<Vec<Splice>> {
        let source = Self::source(text, self.format());
        match self {
            Self::Json(root) => json::unnested(source, root, path),
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => yaml::unnested(source, layout, path),
            #[cfg(feature = "toml")]
            Self::Toml(statements) => toml::unnested(source, statements, path, inner),
        }
    }

    /// That of the text behind the splices, where it can be told without reading all of it again.
    pub(super) fn updated(
        self,
        before: &str,
        splices: &[Splice],
        after: &str,
        limits: &Limits,
    ) -> Option<Self> {
        match self {
            #[cfg(feature = "yaml")]
            Self::Yaml(layout) => yaml::updated(layout, before, splices, after, limits).map(Self::Yaml),
            _ => self.updated_statements(splices, after),
        }
    }

    fn updated_statements(self, splices: &[Splice], after: &str) -> Option<Self> {
        let source = Self::source(after, self.format());
        let changed = match Changed::by(splices) {
            Some(changed) => changed,
            None => return Some(self),
        };
        match self {
            Self::Json(mut root) => {
                update(&mut root, &changed, &source)?;
                debug_assert!(is_long(after) || root == brackets::value(&source, 0), "{DIFFERS}");
                Some(Self::Json(root))
            }
            #[cfg(feature = "toml")]
            Self::Toml(statements) => {
                let statements = toml::updated(statements, &changed, &source)?;
                debug_assert!(is_long(after) || statements == toml::statements(&source), "{DIFFERS}");
                Some(Self::Toml(statements))
            }
            #[cfg(feature = "yaml")]
            Self::Yaml(_) => None,
        }
    }

    /// A text of a format.
    pub(super) fn source(text: &str, format: Format) -> Source<'_> {
        let comments = match format {
            Format::Json | Format::Jsonc => Comments::Slash,
            _ => Comments::Hash,
        };
        Source::new(text, comments)
    }

    fn format(&self) -> Format {
        match self {
            Self::Json(_) => Format::Json,
            #[cfg(feature = "yaml")]
            Self::Yaml(_) => Format::Yaml,
            #[cfg(feature = "toml")]
            Self::Toml(_) => Format::Toml,
        }
    }
}
