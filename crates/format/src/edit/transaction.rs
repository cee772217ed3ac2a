//! Several changes as one.

use std::sync::Arc;

use enhanced_config_core::{Draft, KeyPath, diff};

use super::model::{self, Change};
use super::source::Splice;
use super::syntax::Syntax;
use super::{EditError, Editor, Refusal, Stopped};
use crate::parse;

/// When a changed text is read again, to see whether it says what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Once, behind all changes.
    Fast,
    /// Behind each change, to tell which one is to blame.
    Careful,
}

impl Editor {
    /// Makes several changes as one: all of them, or none. It reads the text once, behind the last change, instead of
    /// once behind each.
    ///
    /// When that shows that the text does not say what was asked for, or when `edits` fails, all is taken back and
    /// `edits` called again, with a look at the text behind each change: it is the change to blame that fails then, with
    /// its place. So `edits` should do nothing but edit.
    ///
    /// Inside, [`document`](Self::document) is up to date at any time, but its places are those of the text as it was
    /// before; and [`text`](Self::text), or a clone, is what nobody has looked at yet. A transaction inside of a
    /// transaction is a part of it.
    ///
    /// ```
    /// use enhanced_config_format::{EditError, Editor, Format, ParseOptions};
    /// let mut editor = Editor::new(b"a: 1 # one\nb: 2\n", Format::Yaml, "app.yaml", &ParseOptions::default())?;
    /// let (a, b, c) = ("a".parse()?, "b".parse()?, "c".parse()?);
    /// let outcome = editor.transaction(|editor| {
    ///     editor.remove(&b)?;
    ///     editor.rename(&a, "b")?;
    ///     editor.remove(&c)
    /// });
    /// assert_eq!(outcome.unwrap_err().to_string(), "c: there is no such value (app.yaml:1:1)");
    /// assert_eq!(editor.text(), "a: 1 # one\nb: 2\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As `edits`.
    pub fn transaction<T, E>(&mut self, edits: impl Fn(&mut Self) -> Result<T, E>) -> Result<T, E> {
        if self.pace.is_some() {
            return self.all_or_nothing(edits);
        }
        let mut fast = self.trial(Pace::Fast);
        if let Ok(made) = edits(&mut fast)
            && fast.is_as_wanted()
        {
            *self = Self { pace: None, ..fast };
            return Ok(made);
        }
        let mut careful = self.trial(Pace::Careful);
        let made = edits(&mut careful)?;
        *self = Self { pace: None, ..careful };
        Ok(made)
    }

    fn trial(&mut self, pace: Pace) -> Self {
        let syntax = self.syntax.take();
        Self { pace: Some(pace), syntax, ..self.clone() }
    }

    /// Puts things back as they were if not all goes well.
    fn all_or_nothing<T, E>(&mut self, edits: impl Fn(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let (text, is_unread, mark) = (Arc::clone(&self.text), self.is_unread, self.draft.mark());
        // A text that is read again has another document, which the one of before cannot be made of.
        let whole = (self.pace == Some(Pace::Careful)).then(|| self.draft.clone());
        let outcome = edits(self);
        if outcome.is_err() {
            match whole {
                Some(draft) => self.draft = draft,
                None => self.draft.undo(mark),
            }
            (self.text, self.is_unread, self.syntax) = (text, is_unread, None);
        }
        outcome
    }

    /// Whether the text says what was asked for. If so, its places are known again.
    fn is_as_wanted(&mut self) -> bool {
        if !self.is_unread {
            return true;
        }
        match parse(self.text.as_bytes(), self.format, &self.name, &self.options) {
            Ok(found) if diff(self.document(), &found.document).is_empty() => {
                self.draft = Draft::new(found.document);
                self.is_unread = false;
                true
            }
            _ => false,
        }
    }

    /// Makes one change.
    pub(super) fn change(&mut self, path: &KeyPath, change: Change<'_>) -> Result<(), EditError> {
        let splices = self.splices(path, change)?;
        self.commit(path, splices, &[(path, change)])
    }

    /// What a change does to the text.
    pub(super) fn splices(&mut self, path: &KeyPath, change: Change<'_>) -> Result<Vec<Splice>, EditError> {
        let splices = self.read_syntax().and_then(|()| match &self.syntax {
            Some(syntax) => syntax.edit(&self.text, path.segments(), change),
            // Of a text that nobody has looked at yet; when someone does, the change to blame will be found.
            None => Err(Refusal::Missing.into()),
        });
        splices.map_err(|stopped| self.stopped(path, stopped))
    }

    /// What changes the text in another way, where there is one.
    pub(super) fn kept(
        &mut self,
        find: impl FnOnce(&Syntax, &str) -> Option<Vec<Splice>>,
    ) -> Option<Vec<Splice>> {
        self.read_syntax().ok()?;
        find(self.syntax.as_ref()?, &self.text)
    }

    pub(super) fn read_syntax(&mut self) -> Result<(), Stopped> {
        if self.syntax.is_none() {
            self.syntax = Syntax::of(&self.text, self.format, &self.options.limits)?.map(Arc::new);
        }
        Ok(())
    }

    /// Changes the text, which is to say then what these changes make of the document.
    pub(super) fn commit(
        &mut self,
        path: &KeyPath,
        splices: Vec<Splice>,
        changes: &[(&KeyPath, Change<'_>)],
    ) -> Result<(), EditError> {
        let mark = self.draft.mark();
        let made = changes.iter().try_for_each(|(at, change)| model::make(&mut self.draft, at, *change));
        let written = made.and_then(|()| self.write(splices));
        written.map_err(|why| {
            self.draft.undo(mark);
            self.refused(path, why)
        })
    }

    /// Changes the text, which is to say then what the document says.
    fn write(&mut self, splices: Vec<Splice>) -> Result<(), Refusal> {
        let source = Syntax::source(&self.text, self.format);
        let splices = source.in_order(splices);
        let text = source.spliced(&splices);
        if self.pace == Some(Pace::Fast) {
            let syntax = self.syntax.take().map(Arc::unwrap_or_clone);
            let limits = &self.options.limits;
            let syntax = syntax.and_then(|syntax| syntax.updated(&self.text, &splices, &text, limits));
            (self.text, self.syntax, self.is_unread) = (Arc::new(text), syntax.map(Arc::new), true);
            return Ok(());
        }
        let (found, syntax) = Syntax::read(text.as_bytes(), self.format, &self.name, &self.options)
            .map_err(Refusal::Unreadable)?;
        if let Some(differs) = diff(self.document(), &found).first() {
            return Err(Refusal::Differs(differs.path.clone()));
        }
        (self.text, self.draft, self.is_unread) = (Arc::new(text), Draft::new(found), false);
        self.syntax = syntax.map(Arc::new);
        Ok(())
    }
}
