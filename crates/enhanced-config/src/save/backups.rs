use std::cmp::Reverse;
use std::path::PathBuf;
use std::sync::Arc;

use enhanced_config_files::{Backup, BackupError, Backups, FileLock, Name, Presence, ReadError, WriteError};
use enhanced_config_layers::{FileSource, Input};

use super::writing::PATIENCE;
use super::{New, SaveError, Saved};
use crate::EnhancedConfigSystem;
use crate::step::Step;
use crate::system::Shared;

impl EnhancedConfigSystem {
    /// The backups of a configuration's base file, the newest first. The file itself need not be there any more.
    ///
    /// # Errors
    /// When the name is not allowed, there is neither a base file nor a backup of one, or the directory cannot be listed.
    pub fn list_backups(&self, name: &str) -> Result<Vec<Backup>, SaveError> {
        let name = Name::new(name)?;
        match self.shared.base_path(name.as_str()) {
            Err(gone @ SaveError::NoFile { .. }) => {
                let backups = self.shared.backups_of_any_format(name.as_str())?;
                if backups.is_empty() { Err(gone) } else { Ok(backups) }
            }
            path => Ok(Backups::list(&self.shared.root, path?)?),
        }
    }

    /// Makes the base file what it was when a backup was made, and serves it. What it is now is backed up before, and may be
    /// broken; or it may be gone.
    ///
    /// # Errors
    /// When the backup is damaged or of another file, the configuration would not be valid with it, or the file cannot
    /// be written.
    pub fn rollback_config(&self, name: &str, backup: &Backup) -> Result<Saved, SaveError> {
        let name = Name::new(name)?;
        let name = name.as_str();
        if let Err(gone @ SaveError::NoFile { .. }) = self.shared.base_path(name) {
            let mut paths = FileSource::named(name).candidates().into_iter();
            let path = paths.find(|path| path.file_name() == Some(backup.file_name())).ok_or(gone)?;
            return Step::Save.run(name, || self.shared.bring_back(name, path, backup), Result::is_ok);
        }
        self.shared.write(name, |writing| {
            let editor = writing.read(&backup.read(&writing.lock)?)?;
            writing.validated(&editor)?;
            Ok(New { editor, backup: Some(self.version_of(writing)) })
        })
    }
}

impl Shared {
    /// The backups of a base file that is gone, whatever its format was, the newest first.
    pub(super) fn backups_of_any_format(&self, name: &str) -> Result<Vec<Backup>, ReadError> {
        let mut backups = Vec::new();
        for path in FileSource::named(name).candidates() {
            backups.extend(Backups::list(&self.root, path)?);
        }
        backups.sort_by_key(|backup| Reverse((backup.made, backup.number)));
        Ok(backups)
    }

    /// Makes a base file that is gone from a backup of it.
    fn bring_back(self: &Arc<Self>, name: &str, path: PathBuf, backup: &Backup) -> Result<Saved, SaveError> {
        let mut lock = FileLock::acquire(&self.root, &path, PATIENCE)?;
        let editor = self.editor(name, &path, &backup.read(&lock)?)?;
        self.run_with(name, |layers| layers.with_text(path.clone(), editor.text()))?;
        // Somebody may have made one since it was looked for.
        if let found @ Some(_) = lock.fingerprint()? {
            let path = lock.path();
            return Err(BackupError::Restore(WriteError::Conflict { path, expected: None, found }).into());
        }
        let written = backup.restore(&mut lock)?;
        drop(lock);
        let input = Input::new(path.clone(), Presence::File(written.fingerprint));
        Ok(Saved { path, backup: None, is_written: true, refused: self.serve_saved(name, input) })
    }
}
