//! New values for a file, which keep what the file says of all that did not change.

use std::collections::BTreeMap;
use std::fmt;

use enhanced_config_core::{KeyPath, Kind, LayerKind, NodeRef, Redactor, Value};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::same::same;
use super::twins::twins;
use super::{Extent, Inherited, Sides, WriteBack};

/// A value to be written to a file.
pub enum NewValue<'a> {
    /// This one.
    Same(NodeRef<'a>),
    /// A text with references escaped.
    Text(String),
    /// A list.
    List(Vec<NewValue<'a>>),
    /// A map.
    Map(Vec<(&'a str, NewValue<'a>)>),
}

/// Makes the new value at one place.
pub(super) struct Values<'a> {
    redactor: &'a Redactor,
    how: &'a WriteBack,
    /// What the file says differently from what is effective, by the keys that lead to it: as the effective value, and
    /// as the file says it.
    ///
    /// Items that moved cannot always be told from others. Wherever a value of before turns up again, it is written as
    /// the file wrote it, so that no secret takes the place of the reference that it came from.
    differing: BTreeMap<Vec<&'a str>, Vec<(NodeRef<'a>, NodeRef<'a>)>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(redactor: &'a Redactor, how: &'a WriteBack, sides: Sides<'a>) -> Self {
        let mut values = Self { redactor, how, differing: BTreeMap::new() };
        if let (Some(file), Some(effective)) = (sides.file, sides.effective)
            && effective.kind() == Kind::List
        {
            values.note(&mut Vec::new(), file, effective);
        }
        values
    }

    fn note(&mut self, keys: &mut Vec<&'a str>, file: NodeRef<'a>, effective: NodeRef<'a>) {
        match (file.value(), effective.value()) {
            (Value::Map(members), Value::Map(_)) => {
                for (key, member) in members {
                    let Some(effective) = effective.get(key) else { continue };
                    keys.push(key);
                    self.note(keys, member, effective);
                    keys.pop();
                }
            }
            (Value::List(items), Value::List(effective)) => {
                items.zip(effective).for_each(|(item, effective)| self.note(keys, item, effective));
            }
            _ if file == effective => {}
            _ => self.differing.entry(keys.clone()).or_default().push((effective, file)),
        }
    }

    /// The new value at a path.
    pub(super) fn of(&self, path: &KeyPath, sides: Sides<'a>) -> Result<NewValue<'a>, Inherited> {
        self.value(path, &mut Vec::new(), sides)
    }

    fn value(
        &self,
        path: &KeyPath,
        keys: &mut Vec<&'a str>,
        sides: Sides<'a>,
    ) -> Result<NewValue<'a>, Inherited> {
        let Sides { file, effective, wanted } = sides;
        if same(effective, Some(wanted), self.how.extent) {
            if let Some(file) = file {
                return Ok(NewValue::Same(file));
            }
            effective.map_or(Ok(()), |effective| self.may_be_copied(path, effective))?;
        }
        match file {
            Some(file) if file == wanted => Ok(NewValue::Same(file)),
            _ if sides.are_all(Kind::Map) => self.map(path, keys, sides),
            _ if sides.are_all(Kind::List) => self.list(path, keys, sides),
            _ => Ok(self.as_given(keys, wanted)),
        }
    }

    fn map(
        &self,
        path: &KeyPath,
        keys: &mut Vec<&'a str>,
        sides: Sides<'a>,
    ) -> Result<NewValue<'a>, Inherited> {
        let mut members = Vec::new();
        for (key, wanted) in sides.wanted.entries() {
            let member = sides.member(key, wanted);
            let says_null = member.file.is_some_and(NodeRef::is_null);
            if !wanted.is_null() || says_null {
                keys.push(key);
                members.push((key, self.value(&path.join(key), keys, member)?));
                keys.pop();
            }
        }
        if self.how.extent == Extent::Mentioned {
            let others = sides.file.into_iter().flat_map(NodeRef::entries);
            let others = others.filter(|(key, _)| sides.wanted.get(key).is_none());
            members.extend(others.map(|(key, member)| (key, NewValue::Same(member))));
        }
        Ok(NewValue::Map(members))
    }

    fn list(
        &self,
        path: &KeyPath,
        keys: &mut Vec<&'a str>,
        sides: Sides<'a>,
    ) -> Result<NewValue<'a>, Inherited> {
        let effective: Vec<_> = sides.effective.into_iter().flat_map(NodeRef::items).collect();
        let wanted: Vec<_> = sides.wanted.items().collect();
        let before = twins(&effective, &wanted, self.how.extent);
        let items = wanted.into_iter().zip(before).enumerate().map(|(at, (wanted, before))| {
            let file = sides.file.filter(|file| file.kind() == Kind::List);
            let file = before.and_then(|before| file?.index(before));
            let effective = before.and_then(|before| effective.get(before).copied());
            self.value(&path.join(at), keys, Sides { file, effective, wanted })
        });
        items.collect::<Result<_, _>>().map(NewValue::List)
    }

    /// Refuses what is another layer's alone, if it has no place in a file.
    fn may_be_copied(&self, path: &KeyPath, node: NodeRef<'_>) -> Result<(), Inherited> {
        if node.layer().kind() >= LayerKind::Environment || self.redactor.is_secret(path) {
            return Err(Inherited { path: self.redactor.shown_path(path), origin: node.origin() });
        }
        node.items().enumerate().try_for_each(|(at, item)| self.may_be_copied(&path.join(at), item))?;
        node.entries().try_for_each(|(key, member)| self.may_be_copied(&path.join(key), member))
    }

    /// What is wanted, as it was given.
    fn as_given(&self, keys: &mut Vec<&'a str>, wanted: NodeRef<'a>) -> NewValue<'a> {
        match wanted.value() {
            Value::List(items) => NewValue::List(items.map(|item| self.as_given(keys, item)).collect()),
            Value::Map(entries) => {
                let members = entries.filter(|(_, member)| !member.is_null()).map(|(key, member)| {
                    keys.push(key);
                    let given = self.as_given(keys, member);
                    keys.pop();
                    (key, given)
                });
                NewValue::Map(members.collect())
            }
            scalar => match (self.as_in_file(keys, wanted), scalar) {
                (Some(file), _) => NewValue::Same(file),
                (None, Value::String(text)) if self.how.interpolated && text.contains("${") => {
                    NewValue::Text(text.replace("${", "$${"))
                }
                _ => NewValue::Same(wanted),
            },
        }
    }

    fn as_in_file(&self, keys: &[&str], wanted: NodeRef<'_>) -> Option<NodeRef<'a>> {
        let differing = self.differing.get(keys)?;
        differing.iter().find(|(effective, _)| *effective == wanted).map(|(_, file)| *file)
    }
}

impl Serialize for NewValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Same(node) => node.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, member)| map.serialize_entry(key, member))?;
                map.end()
            }
        }
    }
}

/// Its kind: it may be secret.
impl fmt::Debug for NewValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same(_) => "a value",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        })
    }
}
