//! Base files, edited in place.

mod backups;
mod conflict;
mod error;
mod writing;

use std::path::PathBuf;

use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, Problem, ProblemKind, Problems, Segment};
use enhanced_config_files::Backup;
use enhanced_config_layers::{Extent, FileChange, Texts, WriteBack, with_changes_of};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Config, EnhancedConfigSystem, Rejection};

pub use conflict::{Conflict, Contested, Side};
pub use error::SaveError;
pub(crate) use writing::{New, Writing};

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

impl EnhancedConfigSystem {
    /// Makes a configuration what `values` says, all of it, and serves it: as [`save_since`](Self::save_since) the
    /// configuration that was served last, which the call does not refresh, so that an edit of the files that nobody has
    /// been served yet is a conflict.
    ///
    /// Whoever reads, modifies and saves gives what was read to [`save_since`](Self::save_since) instead: a watcher, or
    /// another thread that loads, may have had a later edit served in between, and what `values` knows nothing of would
    /// be taken back without a word.
    ///
    /// # Errors
    /// As [`save_since`](Self::save_since).
    pub fn save_config<T: Serialize + ?Sized>(&self, name: &str, values: &T) -> Result<Saved, SaveError> {
        let loaded = match self.shared.shelf.peek(name) {
            Some(served) => Config::new(served),
            None => self.load_config(name)?,
        };
        self.save_since(&loaded, values)
    }

    /// Makes a configuration what `values` says, all of it, unless its files say something else than when `loaded` was
    /// loaded; and serves it.
    ///
    /// The text of the base file is edited in place: comments, order and formatting of all else stay. Only what `values`
    /// says differently from `loaded` is written, so that no default, no variable of the environment and nothing that a
    /// `${…}` was replaced by gets into the file. A key that `values` does not have goes, with its comments: give all,
    /// or use [`save_changes`](Self::save_changes). The file as it was is backed up then. A value that is `null`, as an
    /// `Option` of a type may be, is as good as none, and a key that goes is what a layer below the base file says.
    ///
    /// A default that only the type knows, as `#[serde(default)]` gives, is no value of `loaded`: `values` has one where
    /// `loaded` has none, as if somebody had set it, and it is written. A type that can be read, too, is saved with
    /// [`save_edited`](Self::save_edited), which knows these; for another, register the defaults
    /// ([`defaults`](crate::Builder::defaults), or a schema), or give what changed to
    /// [`save_changes`](Self::save_changes).
    ///
    /// | | compares with | writes | takes away |
    /// |---|---|---|---|
    /// | `save_since` | `loaded` | what differs, defaults of the type too | keys that `values` does not have |
    /// | [`save_edited`](Self::save_edited) | what the type reads from `loaded` | what the program changed | keys that the program took away |
    /// | [`save_changes`](Self::save_changes) | `loaded` | what differs of what is mentioned | nothing, but what is `null` |
    ///
    /// Before it is written, the configuration is loaded with it and checked. The file is replaced as a whole and synced;
    /// whatever happens, it is the old one or the new one.
    ///
    /// # Errors
    /// [`SaveError::Conflict`] when the files say something else than when `loaded` was loaded; else when the
    /// configuration would not be valid, a layer above the base file says otherwise, the text cannot be edited so, or
    /// the file cannot be written.
    pub fn save_since<T: Serialize + ?Sized>(&self, loaded: &Config, values: &T) -> Result<Saved, SaveError> {
        self.save(loaded, values, Extent::Whole)
    }

    /// Saves what a program changed in a value that it read from `loaded`, and serves it; whatever the type makes of the
    /// rest.
    ///
    /// ```
    /// # use enhanced_config::EnhancedConfigSystem;
    /// # use serde::{Deserialize, Serialize};
    /// # let dir = tempfile::tempdir()?;
    /// # std::fs::write(dir.path().join("app.yaml"), "port: 80 # http\n")?;
    /// #[derive(Serialize, Deserialize)]
    /// struct App {
    ///     port: u16,
    ///     #[serde(default)]
    ///     workers: u16,
    /// }
    /// # let system = EnhancedConfigSystem::builder(dir.path()).build()?;
    /// let loaded = system.load_config("app")?;
    /// let mut app: App = loaded.extract()?;
    /// app.port = 8080;
    /// system.save_edited(&loaded, &app)?;
    /// # let text = std::fs::read_to_string(dir.path().join("app.yaml"))?;
    /// assert_eq!(text, "port: 8080 # http\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// As [`save_since`](Self::save_since), but `values` is compared with what `T` reads from `loaded`: no default that
    /// only the type knows is written, and what the type does not know, or shows otherwise than it reads it, as a secret
    /// that it masks, stays as it is. What `T` could not read any more is not written: a value that is known by an
    /// [alias](https://serde.rs/field-attrs.html#alias) alone cannot be changed so.
    ///
    /// # Errors
    /// When `T` cannot be read from `loaded`, or from what would be saved; else as [`save_since`](Self::save_since).
    pub fn save_edited<T: Serialize + DeserializeOwned>(
        &self,
        loaded: &Config,
        values: &T,
    ) -> Result<Saved, SaveError> {
        let root = KeyPath::root();
        let (read, _) = loaded.read::<T>(loaded.document().root(), &root)?;
        let (read, given) = (to_save(loaded, &read)?, to_save(loaded, values)?);
        let wanted = with_changes_of(loaded.document(), &read, &given).map_err(|error| {
            let message = error.to_string().into();
            reject(loaded, Problem::error(ProblemKind::Custom { message }).into())
        })?;
        self.save_document(loaded, &wanted, Extent::Whole, |new| {
            loaded.read::<T>(new.root(), &root).map(|_| ())
        })
    }

    /// As [`save_since`](Self::save_since), for a part of a configuration: what `values` does not mention stays.
    ///
    /// # Errors
    /// As [`save_since`](Self::save_since).
    pub fn save_changes<T: Serialize + ?Sized>(
        &self,
        loaded: &Config,
        values: &T,
    ) -> Result<Saved, SaveError> {
        self.save(loaded, values, Extent::Mentioned)
    }

    fn save<T: Serialize + ?Sized>(
        &self,
        loaded: &Config,
        values: &T,
        extent: Extent,
    ) -> Result<Saved, SaveError> {
        self.save_document(loaded, &to_save(loaded, values)?, extent, |_| Ok(()))
    }

    /// Saves what is wanted, unless `check` refuses what would be served then.
    fn save_document(
        &self,
        loaded: &Config,
        wanted: &Document,
        extent: Extent,
        check: impl Fn(&Document) -> Result<(), Rejection>,
    ) -> Result<Saved, SaveError> {
        let name = loaded.name();
        let how = self.write_back(name, extent);
        self.shared.write(name, |writing| {
            let text = writing.text()?;
            writing.check_unchanged(&text, loaded, wanted, &how)?;
            // What is saved is of the newest version, as what was loaded.
            #[cfg(feature = "migrate")]
            let New { mut editor, backup } = writing.upgraded(text)?;
            #[cfg(not(feature = "migrate"))]
            let (mut editor, backup) = (text, None);
            let file = editor.document().clone();
            let edits = loaded.loaded().edits(&file, wanted, &how)?;
            writing::edit(&mut editor, &edits)?;
            let new = writing.validated(&editor)?;
            if let Some((path, origin)) = edits.iter().find_map(|edit| edit.hidden_in(&new.document)) {
                return Err(SaveError::Hidden { path, origin });
            }
            check(&new.document)?;
            // Whoever forgot a part of what is there can have it back.
            let loses = edits.iter().any(|edit| matches!(edit.change, FileChange::Remove));
            let backup = backup.or_else(|| loses.then(|| self.version_of(writing)));
            Ok(New { editor, backup })
        })
    }

    /// How values get to the base file of a configuration. Its version and its schema are no part of what types know.
    fn write_back(&self, name: &str, extent: Extent) -> WriteBack {
        let recipes = &self.shared.recipes;
        let how = WriteBack::new(extent).with_interpolation(recipes.interpolate);
        let how = how.with_kept([Segment::from("$schema")].into_iter().collect());
        #[cfg(feature = "migrate")]
        if let Some(key) = recipes.migrator.version_key(name) {
            return how.with_kept(key.clone());
        }
        #[cfg(not(feature = "migrate"))]
        let _ = name;
        how
    }

    /// The version that a base file says it has, which may be broken or have none.
    pub(crate) fn version_of(&self, writing: &Writing<'_>) -> String {
        #[cfg(feature = "migrate")]
        if let Ok(text) = writing.text()
            && let Ok(version) = self.shared.recipes.migrator.version(writing.name, text.document())
        {
            return version.to_string();
        }
        #[cfg(not(feature = "migrate"))]
        let _ = writing;
        String::new()
    }
}

/// What a program gives to be saved.
fn to_save<T: Serialize + ?Sized>(loaded: &Config, values: &T) -> Result<Document, Rejection> {
    let document = Document::from_serialize(values, Layer::new(LayerKind::Runtime, "what is saved"));
    document.map_err(|problems| reject(loaded, problems))
}

fn reject(loaded: &Config, problems: Problems) -> Rejection {
    Rejection::new(loaded.name(), problems, Texts::default(), loaded.loaded().redactor.clone())
}
