use enhanced_config_core::{BuildError, Document, DocumentBuilder, KeyPath, Kind, NodeRef, Segment};

use super::model::{self, Change};
use super::{EditError, Editor, Refusal, VALUE};

/// Where a value goes into a document, with the maps that are missing on its way.
pub(super) struct Insertion {
    pub(super) at: KeyPath,
    /// Whether a key without a value gets one.
    is_set: bool,
    /// The value inside of the maps, if any are missing.
    nested: Option<Document>,
}

impl Insertion {
    pub(super) fn change<'v>(&'v self, value: NodeRef<'v>) -> Change<'v> {
        let value = self.nested.as_ref().map_or(value, Document::root);
        if self.is_set { Change::Set(value) } else { Change::Insert(value) }
    }
}

impl Editor {
    pub(super) fn insert_node(&mut self, path: &KeyPath, value: NodeRef<'_>) -> Result<(), EditError> {
        let insertion = self.insertion(self.document(), path, value)?;
        self.change(&insertion.at, insertion.change(value))
    }

    /// What it takes to insert a value where `gone` is not there any more.
    pub(super) fn insertion_without(
        &mut self,
        gone: &KeyPath,
        path: &KeyPath,
        value: NodeRef<'_>,
    ) -> Result<Insertion, EditError> {
        let mark = self.draft.mark();
        let insertion = match model::make(&mut self.draft, gone, Change::Remove) {
            Ok(()) => self.insertion(self.document(), path, value),
            Err(why) => Err(self.refused(gone, why)),
        };
        self.draft.undo(mark);
        insertion
    }

    /// What it takes to insert a value into a document.
    pub(super) fn insertion(
        &self,
        document: &Document,
        path: &KeyPath,
        value: NodeRef<'_>,
    ) -> Result<Insertion, EditError> {
        let mut known = path.clone();
        let Some(mut missing) = known.pop() else { return Err(self.refused(path, Refusal::Root)) };
        let mut below = Vec::new();
        while document.at(&known).is_none() {
            let Some(step) = known.pop() else { break };
            below.push(std::mem::replace(&mut missing, step));
        }
        let parent = document.at(&known).unwrap_or(document.root());
        // A key without a value becomes a map.
        if parent.is_null() && !known.is_root() {
            below.push(missing);
            let nested = Some(self.nested(path, &below, value)?);
            return Ok(Insertion { at: known, is_set: true, nested });
        }
        let fits = match (parent.kind(), &missing) {
            (Kind::Map, _) => true,
            (Kind::List, Segment::Index(index)) => *index <= parent.len(),
            _ => false,
        };
        if !fits {
            let why = match parent.kind() {
                Kind::List => Refusal::Missing,
                _ => Refusal::NoCollection { parent: known },
            };
            return Err(self.refused(path, why));
        }
        if below.is_empty() && parent.kind() == Kind::Map && document.at(path).is_some() {
            return Err(self.refused(path, Refusal::Exists));
        }
        let nested = if below.is_empty() { None } else { Some(self.nested(path, &below, value)?) };
        Ok(Insertion { at: known.join(missing), is_set: false, nested })
    }

    /// A copy of the value at a path, as the only member of a map: what happens there does not change it.
    pub(super) fn copied(&self, path: &KeyPath) -> Result<Document, EditError> {
        let value = self.document().at(path).ok_or_else(|| self.refused(path, Refusal::Missing))?;
        self.nested(path, &[Segment::from(VALUE)], value)
    }

    /// The value inside of maps with these keys, the innermost first.
    pub(super) fn nested(
        &self,
        path: &KeyPath,
        steps: &[Segment],
        value: NodeRef<'_>,
    ) -> Result<Document, EditError> {
        let mut builder = DocumentBuilder::new(value.layer().clone());
        let mut build = || -> Result<(), BuildError> {
            for step in steps.iter().rev() {
                builder.open_map(0)?;
                builder.key(&model::name(step), 0)?;
            }
            builder.copy(value)?;
            steps.iter().try_for_each(|_| builder.close())
        };
        let built = build().and_then(|()| builder.finish());
        built.map_err(|error| self.refused(path, Refusal::Build(error)))
    }
}
