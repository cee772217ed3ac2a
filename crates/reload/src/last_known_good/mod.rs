//! The last configuration that could be used, on disk: what a process serves that starts on a broken file.

mod error;
mod file_name;
mod record;

pub use error::{StateError, Unusable};

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use enhanced_config_core::{Document, Problem, ProblemKind};
use enhanced_config_files::{AtomicWrite, ConfigRoot, ReadError};

use file_name::file_name;
use record::Record;

/// A directory that keeps the last good document of each configuration.
///
/// ```
/// # let temp = tempfile::tempdir()?;
/// # let path = temp.path().join("state");
/// use enhanced_config_core::{Document, Layer, LayerKind};
/// use enhanced_config_reload::StateDir;
/// use std::time::SystemTime;
///
/// let state = StateDir::open(&path)?;
/// let layer = Layer::of_text(LayerKind::Base, "app.yaml", "port: 8080");
/// let document = Document::from_serialize(&serde_json::json!({"port": 8080}), layer)?;
/// state.save("app", &document, 3, SystemTime::now())?;
///
/// let last_good = state.load("app")?.expect("it was saved");
/// assert_eq!(last_good.version, 3);
/// let port = last_good.document.get("port").expect("it was there");
/// assert_eq!(port.as_i64(), Some(8080));
/// assert_eq!(port.origin().to_string(), "last known good of app.yaml:1:1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Documents hold secrets. The directory is made with mode 0700, each file in it with mode 0600. What somebody else may
/// have put there is never used: neither a directory nor a file that others may write, or that belongs to another user
/// than this process's or root. A directory that others may look into is used, with a [`warning`](Self::warning).
///
/// Each file is written whole or not at all, so that several processes can share a directory; of one name, what was saved
/// last stays. Nothing here is an error that has to stop a program: whoever gets a [`StateError`] goes on without.
#[derive(Debug)]
pub struct StateDir {
    root: ConfigRoot,
    warning: Option<Problem>,
}

/// A document that could be used once.
#[derive(Debug)]
#[non_exhaustive]
pub struct LastKnownGood {
    /// All of it. The layer of each value says that it is the last known good of the layer that the value came from.
    pub document: Document,
    /// The version that it had when it was saved.
    pub version: u64,
    /// When it was saved.
    pub saved: SystemTime,
    /// Where it was.
    pub path: PathBuf,
}

/// What became of saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is on the disk now.
    Written,
    /// The same document was there already, with the version and the time of its first saving.
    Unchanged,
}

/// Far above what the limits of the formats let through: this bounds what a file that is not ours can cost.
const MOST_BYTES: usize = 256 << 20;
/// Who publishes a configuration does not wait long for another process.
const PATIENCE: Duration = Duration::from_secs(1);

impl StateDir {
    /// The directory at `path`, made if it is missing; what killed processes left half written in it is removed.
    ///
    /// # Errors
    /// When it cannot be made or used, and when others may write to it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StateError> {
        let root = ConfigRoot::create_private(path)?;
        let access = root.access("")?;
        if let Some(access) = access.filter(|access| access.is_others_word()) {
            return Err(StateError::Untrusted { path: root.path().into(), access });
        }
        let warning = access.filter(|access| access.others_may_read()).map(|access| {
            let message = format!(
                "the state directory {} can be looked into by others: it {access}",
                root.path().display()
            );
            Problem::warning(ProblemKind::Custom { message: message.into() }).with_help("chmod it to 0700")
        });
        // A directory that cannot be swept may still be read.
        let _ = root.sweep("");
        Ok(Self { root, warning })
    }

    /// What should be put right about the directory.
    #[must_use]
    pub fn warning(&self) -> Option<&Problem> {
        self.warning.as_ref()
    }

    /// The directory as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// Keeps `document` as the last good one of the configuration `name`, whatever `name` is made of. When this returns,
    /// it survives a power failure.
    ///
    /// # Errors
    /// When it cannot be written. What was kept before is kept on.
    pub fn save(
        &self,
        name: &str,
        document: &Document,
        version: u64,
        now: SystemTime,
    ) -> Result<Saved, StateError> {
        let (file, packed) = (file_name(name), document.pack());
        let record = Record { name, version, saved: now, packed: &packed };
        if self.has(&file, &record) {
            return Ok(Saved::Unchanged);
        }
        let bytes = record.to_bytes();
        if bytes.len() > MOST_BYTES {
            return Err(StateError::TooLarge { path: self.root.path().join(file), limit: MOST_BYTES });
        }
        let write = AtomicWrite::new().with_new_access().with_patience(PATIENCE);
        write.write(&self.root, file, &bytes)?;
        Ok(Saved::Written)
    }

    /// Whether the same document is kept already, by a file that could be used.
    fn has(&self, file: &str, record: &Record<'_>) -> bool {
        self.root.read(file, MOST_BYTES).is_ok_and(|found| {
            let is_private = found.access.is_none_or(|it| !it.is_others_word() && !it.others_may_read());
            let is_same = |old: Record<'_>| old.name == record.name && old.packed == record.packed;
            is_private && Record::parse(&found.bytes).is_ok_and(is_same)
        })
    }

    /// The last good document of the configuration `name`; `None` when none was ever saved.
    ///
    /// # Errors
    /// When there is a file that cannot be used: damaged, cut, of a later program, of another configuration, or written by
    /// others. It is left where it is, and the next [`save`](Self::save) replaces it.
    pub fn load(&self, name: &str) -> Result<Option<LastKnownGood>, StateError> {
        let found = match self.root.read(file_name(name), MOST_BYTES) {
            Err(ReadError::Missing { .. }) => return Ok(None),
            found => found?,
        };
        if let Some(access) = found.access.filter(|access| access.is_others_word()) {
            return Err(StateError::Untrusted { path: found.path, access });
        }
        match restore(name, &found.bytes) {
            Ok((document, Record { version, saved, .. })) => {
                Ok(Some(LastKnownGood { document, version, saved, path: found.path }))
            }
            Err(why) => Err(StateError::Unusable { path: found.path, why }),
        }
    }
}

fn restore<'a>(name: &str, bytes: &'a [u8]) -> Result<(Document, Record<'a>), Unusable> {
    let record = Record::parse(bytes)?;
    if record.name != name {
        return Err(Unusable::OtherName { found: record.name.chars().take(128).collect() });
    }
    let document = Document::unpack(record.packed).map_err(Unusable::Document)?;
    Ok((document.with_layer_names(|layer| restored(layer.name())), record))
}

/// Restored once or many times, a layer says so once.
fn restored(layer: &str) -> String {
    const PREFIX: &str = "last known good of ";
    format!("{PREFIX}{}", layer.strip_prefix(PREFIX).unwrap_or(layer))
}
