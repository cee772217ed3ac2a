use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use enhanced_config_core::{
    ChangeKind, Document, KeyPath, Layer, LayerKind, Origin, Problems, Redactor, Segment, diff,
};
use enhanced_config_files::{
    AtomicWrite, Backup, BackupError, Backups, Expect, FileLock, Name, NameError, Presence, ReadError,
    WriteError,
};
use enhanced_config_format::{EditError, Editor, Format, ParseOptions};
use enhanced_config_layers::{FileSource, Loaded, Texts};
use serde::Serialize;

use crate::attempt::Why;
use crate::system::Shared;
use crate::{Config, EnhancedConfigSystem, LoadError, LoadErrorKind, Rejection};

/// A file that was written, or had nothing to be written to it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Saved {
    /// The base file, beneath the directory.
    pub path: PathBuf,
    /// What it was before, where a backup was made.
    pub backup: Option<Backup>,
    /// Whether anything was written.
    pub is_written: bool,
    /// Why it is not what is served from now on: somebody who depends on the configuration refused it. The file is
    /// written all the same.
    pub refused: Option<Rejection>,
}

/// Why a configuration is not saved: the file is what it was, unless [`SaveError::Write`] says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The name is not one that a configuration may have.
    #[error("configuration {0}")]
    Name(#[from] NameError),
    /// There is no file to edit.
    #[error("configuration {name} has no base file")]
    NoFile {
        /// The configuration.
        name: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The configuration cannot be loaded, or could not be with what was to be saved.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The text cannot be edited so.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A value was saved to the base file, and something above it hides it.
    #[error("{path}: {origin} lies over the base file and hides what would be saved")]
    Hidden {
        /// The value.
        path: KeyPath,
        /// What hides it.
        origin: Origin,
    },
    /// The files were changed since the configuration was loaded.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// No backup was made, or it was not restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It cannot be migrated.
    #[cfg(feature = "migrate")]
    #[error(transparent)]
    Migrate(#[from] enhanced_config_migrate::MigrateError),
    /// The file is not of the version that was to be migrated.
    #[cfg(feature = "migrate")]
    #[error("{name}: expected version {expected}, found {found}")]
    OtherVersion {
        /// The configuration.
        name: String,
        /// The version that was given.
        expected: enhanced_config_migrate::Version,
        /// The version of the file.
        found: enhanced_config_migrate::Version,
    },
}

/// Both sides of a save that came too late: what each changed since the configuration was loaded. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The configuration.
    pub name: String,
    /// What was to be saved, a line for each change.
    pub yours: String,
    /// What is in the files since, a line for each change.
    pub theirs: String,
    /// What both changed.
    pub both: Vec<KeyPath>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} was changed since it was loaded; nothing is saved", self.name)?;
        write!(f, "yours:\n{}theirs:\n{}", self.yours, self.theirs)?;
        match self.both.as_slice() {
            [] => f.write_str("no key was changed by both"),
            both => {
                let both: Vec<_> = both.iter().map(KeyPath::to_string).collect();
                write!(f, "changed by both: {}", both.join(", "))
            }
        }
    }
}

impl From<LoadError> for SaveError {
    fn from(error: LoadError) -> Self {
        match error.into_kind() {
            LoadErrorKind::Name(error) => Self::Name(error),
            LoadErrorKind::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}

/// How long another process that writes the same file is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl EnhancedConfigSystem {
    /// Saves what `values` says differently from the configuration that is served: see
    /// [`save_changes`](Self::save_changes).
    ///
    /// # Errors
    /// As [`save_changes`](Self::save_changes).
    pub fn save_config<T: Serialize + ?Sized>(&self, name: &str, values: &T) -> Result<Saved, SaveError> {
        let loaded = self.load_config(name)?;
        self.save_changes(&loaded, values)
    }

    /// Saves what `values` says differently from `loaded` to the base file, and serves it.
    ///
    /// The text is edited in place: comments, order and formatting of all else stay. What `values` does not mention
    /// stays, and what it says as `loaded` does is not written, so that neither defaults nor variables of the
    /// environment get into the file. Before it is written, the configuration is loaded with it and checked. The file
    /// is replaced as a whole and synced; whatever happens, it is the old one or the new one.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] when the files say something else than when `loaded` was loaded; else when the
    /// configuration would not be valid, a layer above the base file hides a value, the text cannot be edited so, or
    /// the file cannot be written.
    pub fn save_changes<T: Serialize + ?Sized>(
        &self,
        loaded: &Config,
        values: &T,
    ) -> Result<Saved, SaveError> {
        let name = loaded.name();
        let redactor = &loaded.loaded().redactor;
        let reject = |problems: Problems| Rejection::new(name, problems, Texts::default(), redactor.clone());
        let wanted = Document::from_serialize(values, Layer::new(LayerKind::Runtime, "what is saved"));
        let wanted = wanted.map_err(reject)?;
        let changes = changed(loaded.document(), &wanted);
        self.shared.write(name, |writing| {
            writing.check_unchanged(loaded, &wanted)?;
            // What is saved is of the newest version, as what was loaded.
            #[cfg(feature = "migrate")]
            let label = writing.upgrade()?;
            #[cfg(not(feature = "migrate"))]
            let label = None;
            for path in &changes {
                if let Some(value) = wanted.at(path) {
                    writing.editor.set(path, value)?;
                }
            }
            let new = writing.validated()?;
            for path in &changes {
                if let Some(found) = new.document.at(path).filter(|found| Some(*found) != wanted.at(path)) {
                    return Err(SaveError::Hidden { path: path.clone(), origin: found.origin() });
                }
            }
            Ok(label)
        })
    }

    /// The backups of a configuration's base file, the newest first.
    ///
    /// # Errors
    /// When the name is not allowed, there is no base file, or its directory cannot be listed.
    pub fn list_backups(&self, name: &str) -> Result<Vec<Backup>, SaveError> {
        let name = Name::new(name)?;
        Ok(Backups::list(&self.shared.root, self.shared.base_path(name.as_str())?)?)
    }

    /// Makes the base file what it was when a backup was made, and serves it. What it is now is backed up before.
    ///
    /// # Errors
    /// When the backup is damaged or of another file, the configuration would not be valid with it, or the file cannot
    /// be written.
    pub fn rollback_config(&self, name: &str, backup: &Backup) -> Result<Saved, SaveError> {
        let name = Name::new(name)?;
        self.shared.write(name.as_str(), |writing| {
            let bytes = backup.read(&writing.lock)?;
            writing.editor = writing.read(&bytes)?;
            writing.validated()?;
            Ok(Some(String::new()))
        })
    }
}

/// What is set to another value than before; a list is whole.
fn changed(before: &Document, wanted: &Document) -> Vec<KeyPath> {
    let mut paths: Vec<KeyPath> = Vec::new();
    for change in diff(before, wanted)
        .iter()
        .filter(|change| change.kind() != ChangeKind::Removed || in_list(&change.path))
    {
        let keys = change.path.segments().iter().take_while(|step| matches!(step, Segment::Key(_)));
        let path: KeyPath = keys.cloned().collect();
        if paths.last() != Some(&path) {
            paths.push(path);
        }
    }
    paths
}

fn in_list(path: &KeyPath) -> bool {
    path.segments().iter().any(|step| matches!(step, Segment::Index(_)))
}

/// A base file about to be written, locked.
pub(crate) struct Writing<'s> {
    pub(crate) shared: &'s Arc<Shared>,
    pub(crate) name: &'s str,
    pub(crate) path: PathBuf,
    pub(crate) lock: FileLock,
    /// The text, as it is to be.
    pub(crate) editor: Editor,
    /// What the file was when it was locked.
    was: Presence,
}

impl Writing<'_> {
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Editor, SaveError> {
        self.shared.editor(self.name, &self.path, bytes).map_err(SaveError::from)
    }

    /// What the configuration would be with the text.
    pub(crate) fn validated(&self) -> Result<Loaded, Rejection> {
        let (path, text) = (self.path.clone(), self.editor.text());
        self.shared.run_with(self.name, |layers| layers.with_text(path, text))
    }

    /// Refuses to save over what came since `loaded` was loaded. A file that was written anew and says the same as
    /// before is no conflict.
    fn check_unchanged(&self, loaded: &Config, wanted: &Document) -> Result<(), SaveError> {
        let mut inputs = loaded.loaded().inputs.iter();
        if inputs.any(|input| input.path == self.path && input.was == self.was) {
            return Ok(());
        }
        let now = self.validated()?;
        let theirs = diff(loaded.document(), &now.document);
        if theirs.is_empty() {
            return Ok(());
        }
        let redactor = loaded.loaded().redactor.clone().with_secrets_of(&now.redactor);
        let yours = diff(loaded.document(), wanted);
        let paths = changed(loaded.document(), wanted);
        let is_both = |path: &&KeyPath| {
            theirs.iter().any(|their| their.path.starts_with(path) || path.starts_with(&their.path))
        };
        let shown = |path: &KeyPath| redactor.shown_path(path);
        Err(SaveError::Conflict(Box::new(Conflict {
            name: self.name.to_owned(),
            yours: lines(&yours, &paths, &redactor),
            theirs: theirs.display(&redactor).to_string(),
            both: paths.iter().filter(is_both).map(shown).collect(),
        })))
    }
}

/// The changes that are saved: not the keys that a type does not know.
fn lines(changes: &enhanced_config_core::Changes<'_>, paths: &[KeyPath], redactor: &Redactor) -> String {
    let all = changes.display(redactor).to_string();
    let is_saved =
        |change: &&enhanced_config_core::Change<'_>| paths.iter().any(|path| change.path.starts_with(path));
    let lines = all.split_inclusive('\n').zip(changes.iter());
    lines.filter(|(_, change)| is_saved(change)).map(|(line, _)| line).collect()
}

impl Shared {
    /// Where the base file is, beneath the root.
    pub(crate) fn base_path(&self, name: &str) -> Result<PathBuf, SaveError> {
        let path = FileSource::named(name).path(&self.root);
        let path =
            path.map_err(|problems| Rejection::new(name, problems, Texts::default(), Redactor::new()))?;
        path.ok_or_else(|| SaveError::NoFile { name: name.to_owned() })
    }

    pub(crate) fn editor(
        &self,
        name: &str,
        path: &std::path::Path,
        bytes: &[u8],
    ) -> Result<Editor, Rejection> {
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

    /// Writes what `edit` makes of the base file of a configuration, behind a backup labelled as `edit` says, and has
    /// it served where the configuration is.
    pub(crate) fn write(
        self: &Arc<Self>,
        name: &str,
        edit: impl FnOnce(&mut Writing<'_>) -> Result<Option<String>, SaveError>,
    ) -> Result<Saved, SaveError> {
        let path = self.base_path(name)?;
        let lock = FileLock::acquire(&self.root, &path, PATIENCE)?;
        let file = lock.read(self.recipes.limits.text_bytes)?;
        let editor = self.editor(name, &path, &file.bytes)?;
        let was = Presence::File(file.fingerprint);
        let mut writing = Writing { shared: self, name, path: path.clone(), lock, editor, was };
        let label = edit(&mut writing)?;
        let bytes = writing.editor.to_bytes();
        if bytes == file.bytes {
            return Ok(Saved { path, backup: None, is_written: false, refused: None });
        }
        let backup = label.map(|label| Backups::new().make(&mut writing.lock, &label, SystemTime::now()));
        let backup = backup.transpose()?;
        let write = AtomicWrite::new().with_expect(Expect::Unchanged(file.fingerprint));
        write.write_locked(&mut writing.lock, &bytes)?;
        drop(writing);
        Ok(Saved { path, backup, is_written: true, refused: self.serve_saved(name) })
    }

    /// Has what was saved served, unless nobody uses the configuration; gives back why not.
    fn serve_saved(self: &Arc<Self>, name: &str) -> Option<Rejection> {
        let slot = self.known_slot(name)?;
        slot.read_again();
        self.make(&slot, &Why::Request)?.err()
    }
}
