use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_core::{Document, LayerKind, Redactor};
use enhanced_config_files::{AtomicWrite, Expect, FileBytes, FileLock, Presence};
use enhanced_config_format::{EditError, Editor, Format, ParseOptions};
use enhanced_config_layers::{FileChange, FileEdit, FileSource, Input, Loaded, Texts, WriteBack};

use super::{Conflict, SaveError, Saved};
use crate::attempt::Why;
use crate::step::Step;
use crate::system::Shared;
use crate::{Config, Rejection};

/// How long another process that writes the same file is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A base file about to be written, locked.
pub(crate) struct Writing<'s> {
    pub(crate) shared: &'s Arc<Shared>,
    pub(crate) name: &'s str,
    pub(crate) path: PathBuf,
    pub(crate) lock: FileLock,
    /// What it is.
    file: FileBytes,
}

/// What a base file is to be.
pub(crate) struct New {
    pub(crate) editor: Editor,
    /// What the backup of the file as it is says of it; none where no backup is made.
    pub(crate) backup: Option<String>,
}

impl Writing<'_> {
    /// The text as it is.
    pub(crate) fn text(&self) -> Result<Editor, SaveError> {
        self.read(&self.file.bytes)
    }

    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Editor, SaveError> {
        self.shared.editor(self.name, &self.path, bytes).map_err(SaveError::from)
    }

    /// What the configuration would be with a text.
    pub(crate) fn validated(&self, new: &Editor) -> Result<Loaded, Rejection> {
        let (path, text) = (self.path.clone(), new.text());
        self.shared.run_with(self.name, |layers| layers.with_text(path, text))
    }

    /// Refuses to save over what came since `loaded` was loaded. A file that was written anew and says the same as
    /// before is no conflict.
    pub(super) fn check_unchanged(
        &self,
        text: &Editor,
        loaded: &Config,
        wanted: &Document,
        how: &WriteBack,
    ) -> Result<(), SaveError> {
        if self.is_what_was_loaded(loaded.loaded()) {
            return Ok(());
        }
        let now = self.validated(text)?;
        let redactor = loaded.loaded().redactor.clone().with_secrets_of(&now.redactor);
        let edits = loaded.loaded().edits(text.document(), wanted, how)?;
        let yours = (wanted, edits.as_slice());
        match Conflict::between(self.name, loaded.document(), &now.document, yours, &redactor) {
            Some(conflict) => Err(SaveError::Conflict(Box::new(conflict))),
            None => Ok(()),
        }
    }

    /// Whether all files are the very ones that were loaded, and the base file none that could not be used, in whose
    /// place the last known good was served.
    fn is_what_was_loaded(&self, loaded: &Loaded) -> bool {
        let shown = self.shared.root.path().join(&self.path);
        let shown = shown.to_string_lossy();
        let is_base = |document: &Arc<Document>| {
            let layer = document.root().layer();
            layer.kind() == LayerKind::Base && layer.name().starts_with(&*shown)
        };
        let mut inputs = loaded.inputs.iter();
        inputs.any(|input| input.path == self.path && input.was == Presence::File(self.file.fingerprint))
            && loaded.layers.iter().any(is_base)
            && loaded.is_current(&self.shared.root)
    }
}

/// Edits a text. New keys come before old ones go, lest a map be empty in between and be written otherwise.
pub(super) fn edit(text: &mut Editor, edits: &[FileEdit<'_>]) -> Result<(), EditError> {
    text.transaction(|text| {
        for edit in edits {
            if let FileChange::Set(value) = &edit.change {
                text.set(&edit.path, value)?;
            }
        }
        for edit in edits {
            if let FileChange::Remove = edit.change {
                text.remove(&edit.path)?;
            }
        }
        Ok(())
    })
}

impl Shared {
    /// Where the base file is, beneath the root.
    pub(crate) fn base_path(&self, name: &str) -> Result<PathBuf, SaveError> {
        let path = FileSource::named(name).path(&self.root);
        let path =
            path.map_err(|problems| Rejection::new(name, problems, Texts::default(), Redactor::new()))?;
        path.ok_or_else(|| self.no_file(name))
    }

    pub(crate) fn no_file(&self, name: &str) -> SaveError {
        let backups = self.backups_of_any_format(name).map_or(0, |backups| backups.len());
        SaveError::NoFile { name: name.to_owned(), directory: self.root.path().to_owned(), backups }
    }

    pub(crate) fn editor(&self, name: &str, path: &Path, bytes: &[u8]) -> Result<Editor, Rejection> {
        let shown = self.root.path().join(path).to_string_lossy().into_owned();
        let format = Format::of_path(path).unwrap_or(Format::Yaml);
        let options = ParseOptions::default()
            .with_limits(self.recipes.limits)
            .with_allow_empty(self.recipes.allow_empty);
        let editor = Editor::new(bytes, format, &shown, &options);
        editor.map_err(|problems| {
            let mut texts = Texts::default();
            texts.insert(&shown, &String::from_utf8_lossy(bytes));
            Rejection::new(name, problems, texts, self.recipes.redactor.clone())
        })
    }

    /// Writes what `make` makes of the base file of a configuration, and has it served where the configuration is.
    pub(crate) fn write(
        self: &Arc<Self>,
        name: &str,
        make: impl FnOnce(&Writing<'_>) -> Result<New, SaveError>,
    ) -> Result<Saved, SaveError> {
        Step::Save.run(name, || self.write_untraced(name, make), Result::is_ok)
    }

    fn write_untraced(
        self: &Arc<Self>,
        name: &str,
        make: impl FnOnce(&Writing<'_>) -> Result<New, SaveError>,
    ) -> Result<Saved, SaveError> {
        let path = self.base_path(name)?;
        let lock = FileLock::acquire(&self.root, &path, PATIENCE)?;
        let file = lock.read(self.recipes.limits.text_bytes)?;
        let mut writing = Writing { shared: self, name, path: path.clone(), lock, file };
        let New { editor, backup } = make(&writing)?;
        let (bytes, Writing { file, lock, .. }) = (editor.to_bytes(), &mut writing);
        if bytes == file.bytes {
            return Ok(Saved { path, backup: None, is_written: false, refused: None });
        }
        let backups = &self.recipes.backups;
        let backup = backup.map(|version| backups.make(lock, &version, SystemTime::now()));
        let backup = backup.transpose()?;
        let write = AtomicWrite::new().with_expect(Expect::Unchanged(file.fingerprint));
        let written = write.write_locked(lock, &bytes)?;
        drop(writing);
        let input = Input::new(path.clone(), Presence::File(written.fingerprint));
        Ok(Saved { path, backup, is_written: true, refused: self.serve_saved(name, input) })
    }

    /// Has what was saved served, unless nobody uses the configuration, or whoever watches the file was faster; gives
    /// back why not.
    pub(super) fn serve_saved(self: &Arc<Self>, name: &str, input: Input) -> Option<Rejection> {
        let slot = self.known_slot(name)?;
        self.make(&slot, &Why::Save(input))?.err()
    }
}
