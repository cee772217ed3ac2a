use enhanced_config_core::{KeyPath, Kind, Segment};
use serde_json::json;

use super::model::Change;
use super::{EditError, Editor, Refusal, VALUE};

impl Editor {
    /// Puts a value into a map, under this key: of `a: 1` comes `a: {key: 1}`.
    ///
    /// In JSON and in a YAML block the lines of the value stay as they are, comments and all, a level deeper. Elsewhere a
    /// map or list goes behind its siblings.
    ///
    /// # Errors
    /// When it is not there, or the text cannot be edited so.
    pub fn wrap(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        self.transaction(|editor| {
            if let Some(splices) = editor.kept(|syntax, text| syntax.nested(text, path.segments(), key)) {
                let value = editor.document().at(path).unwrap_or(editor.document().root());
                let nested = editor.nested(path, &[Segment::from(key)], value)?;
                if editor.replace_kept(path, Change::Set(nested.root()), splices)? {
                    return Ok(());
                }
            }
            editor.with_comments(path, |editor| editor.wrap_anew(path, key))
        })
    }

    /// Puts the only value of a map in the map's place: of `a: {key: 1}` comes `a: 1`.
    ///
    /// # Errors
    /// When it is not there or not a map with this key alone, or the text cannot be edited so.
    pub fn unwrap(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        self.existing(path)?;
        let is_alone = self.document().at(path).is_some_and(|map| map.len() == 1 && map.get(key).is_some());
        if !is_alone {
            return Err(self.refused(path, Refusal::NotAlone { key: key.to_owned() }));
        }
        let inner = path.join(key);
        self.transaction(|editor| {
            let kept = editor.kept(|syntax, text| syntax.unnested(text, path.segments(), inner.segments()));
            if let Some(splices) = kept {
                let value = editor.copied(&inner)?;
                let value = value.root().get(VALUE).unwrap_or(value.root());
                if editor.replace_kept(path, Change::Set(value), splices)? {
                    return Ok(());
                }
            }
            editor.with_comments(path, |editor| editor.unwrap_anew(path, key))
        })
    }

    /// Makes a change with the splices that keep more of the text than usual, if they do as they should. What refuses
    /// the change refuses this one, too.
    fn replace_kept(
        &mut self,
        path: &KeyPath,
        change: Change<'_>,
        splices: Vec<super::source::Splice>,
    ) -> Result<bool, EditError> {
        self.splices(path, change)?;
        Ok(self.commit(path, splices, &[(path, change)]).is_ok())
    }

    fn wrap_anew(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        match (self.document().at(path).map(|node| node.kind()), self.beside(path)) {
            (Some(Kind::Map | Kind::List), Some((beside, name))) => {
                self.relocate(path, &beside.join(key))?;
                self.rename(&beside, &name)
            }
            _ => {
                let value = self.document().at(path).map(serde_json::Value::from);
                self.set(path, json!({ key: value }))
            }
        }
    }

    fn unwrap_anew(&mut self, path: &KeyPath, key: &str) -> Result<(), EditError> {
        let inner = path.join(key);
        match (self.document().at(&inner).map(|node| node.kind()), self.beside(path)) {
            (Some(Kind::Map | Kind::List), Some((beside, name))) => {
                self.relocate(&inner, &beside)?;
                self.remove(path)?;
                self.rename(&beside, &name)
            }
            _ => {
                let value = self.document().at(&inner).map(serde_json::Value::from);
                self.set(path, value)
            }
        }
    }

    /// A path beside a member of a map where nothing is, and the member's key.
    fn beside(&self, path: &KeyPath) -> Option<(KeyPath, String)> {
        let (Segment::Key(name), parent) = (path.segments().last()?, path.parent()?) else { return None };
        let mut names = (0..).map(|number: u32| parent.join(format!("{name}-{number}")));
        let free = names.find(|path| self.document().at(path).is_none())?;
        Some((free, name.to_string()))
    }
}
