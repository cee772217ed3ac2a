use enhanced_config_core::{Document, KeyPath, Kind, Segment};
use serde_json::json;

use super::{EditError, Editor, Refusal};

impl Editor {
    /// Puts a value into a map, under this key: of `a: 1` comes `a: {key: 1}`.
    ///
    /// In a YAML block the lines of the value stay as they are, comments and all, a level deeper. Elsewhere a map or list
    /// goes behind its siblings.
    ///
    /// # Errors
    /// When it is not there, or the text cannot be edited so.
    pub fn wrap(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        let text = self.nested_lines(path.segments(), key);
        self.all_or_nothing(|editor| {
            editor.wrap_anew(path, key)?;
            editor.prefer(text);
            Ok(())
        })
    }

    /// Puts the only value of a map in the map's place: of `a: {key: 1}` comes `a: 1`.
    ///
    /// # Errors
    /// When it is not there or not a map with this key alone, or the text cannot be edited so.
    pub fn unwrap(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        let is_alone = self.document.at(path).is_some_and(|map| map.len() == 1 && map.get(key).is_some());
        if !is_alone {
            return Err(self.refused(path, Refusal::NotAlone { key: key.to_owned() }));
        }
        let inner = path.join(key);
        let text = self.unnested_lines(path.segments(), inner.segments());
        self.all_or_nothing(|editor| {
            editor.unwrap_anew(path, key)?;
            editor.prefer(text);
            Ok(())
        })
    }

    fn wrap_anew(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        match (self.document.at(path).map(|node| node.kind()), self.beside(path)) {
            (Some(Kind::Map | Kind::List), Some((beside, name))) => {
                self.relocate(path, &beside.join(key))?;
                self.rename(&beside, &name)
            }
            _ => {
                let value = self.document.at(path).map(serde_json::Value::from);
                self.set(path, json!({ key: value }))
            }
        }
    }

    fn unwrap_anew(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        let inner = path.join(key);
        match (self.document.at(&inner).map(|node| node.kind()), self.beside(path)) {
            (Some(Kind::Map | Kind::List), Some((beside, name))) => {
                self.relocate(&inner, &beside)?;
                self.remove(path)?;
                self.rename(&beside, &name)
            }
            _ => {
                let value = self.document.at(&inner).map(serde_json::Value::from);
                self.set(path, value)
            }
        }
    }

    /// A path beside a member of a map where nothing is, and the member's key.
    fn beside(&self, path: &KeyPath) -> Option<(KeyPath, String)> {
        let (Segment::Key(name), parent) = (path.segments().last()?, path.parent()?) else { return None };
        let mut names = (0..).map(|number: u32| parent.join(format!("{name}-{number}")));
        let free = names.find(|path| self.document.at(path).is_none())?;
        Some((free, name.to_string()))
    }

    /// Takes the text that leaves more as it was, if it says the same.
    pub(super) fn prefer(&mut self, text: Option<String>) {
        let read = |text: String| -> Option<(Document, String)> { Some((self.parsed(&text).ok()?, text)) };
        let better = text.and_then(read);
        if let Some((document, text)) = better.filter(|(document, _)| *document == self.document) {
            (self.text, self.document) = (text, document);
        }
    }

    #[cfg_attr(not(feature = "yaml"), allow(unused_variables, reason = "only YAML has blocks"))]
    fn nested_lines(&self, path: &[Segment], key: &str) -> Option<String> {
        match self.format {
            #[cfg(feature = "yaml")]
            crate::Format::Yaml => super::yaml::nested(&self.text, path, key, &self.options.limits),
            _ => None,
        }
    }

    #[cfg_attr(not(feature = "toml"), allow(unused_variables, reason = "only TOML has headers"))]
    fn unnested_lines(&self, path: &[Segment], inner: &[Segment]) -> Option<String> {
        match self.format {
            #[cfg(feature = "toml")]
            crate::Format::Toml => super::toml::moved(&self.text, inner, path),
            #[cfg(feature = "yaml")]
            crate::Format::Yaml => super::yaml::unnested(&self.text, path, &self.options.limits),
            _ => None,
        }
    }
}
