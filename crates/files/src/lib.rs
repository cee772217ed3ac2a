//! Safe reading and durable writing of configuration files beneath one root directory: the only crate of the workspace
//! that touches the disk.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # std::fs::write(dir.path().join("app.yaml"), "port: 8080\n")?;
//! use enhanced_config_files::{AtomicWrite, ConfigRoot, Expect, ReadError};
//!
//! let root = ConfigRoot::open(dir.path())?;
//! let file = root.read("app.yaml", 4 << 20)?;
//! assert_eq!(file.bytes, b"port: 8080\n");
//! assert_eq!(file.fingerprint, root.fingerprint("app.yaml")?);
//!
//! assert!(matches!(root.read("../../etc/passwd", 4 << 20), Err(ReadError::Outside { .. })));
//! assert!(matches!(root.read("app.yml", 4 << 20), Err(ReadError::Missing { .. })));
//!
//! let unless_changed = AtomicWrite::new().with_expect(Expect::Unchanged(file.fingerprint));
//! let written = unless_changed.write(&root, "app.yaml", b"port: 8081\n")?;
//! assert_eq!(written.fingerprint, root.fingerprint("app.yaml")?);
//! # Ok(())
//! # }
//! ```
//!
//! What a [`ConfigRoot`] promises:
//!
//! - Nothing outside the root is reached: not by `..`, not by an absolute path, not by a symbolic link. Linux checks
//!   this itself (`openat2`, since 5.6); elsewhere on Unix each step is opened without following links. On other
//!   systems the resolved path is compared with the root, which does not hold against someone who swaps a directory for a link
//!   at that very moment.
//! - Links that stay inside work when they are relative, such as those of a mounted Kubernetes ConfigMap.
//! - Only regular files are read. A named pipe, a socket, a device or a directory is an error and never a hang.
//! - No more than the given number of bytes is read, even while the file grows.
//! - A file that changes while it is read is read again, so that no half of one version meets half of another. This
//!   cannot notice a writer that pauses in the middle, nor one long write that is under way before the reading begins
//!   and after it ends, because the time of a file changes when a write begins. Whoever reloads waits for writes to
//!   settle; whoever writes is best off renaming a finished file, as [`AtomicWrite`] does.
//!
//! And of what is written:
//!
//! - A file is what it was or what it becomes, whole, whatever is killed, whatever fails, and after a power failure. What
//!   was reported as written is there after one (but see [`AtomicWrite`] for Windows), and so is a [backup](Backups).
//! - An error tells the step, and what has become of the file: see [`WriteError`].
//! - Nobody may read it or change it who could not before. A new file is its owner's alone.
//! - One process at a time writes a file, by a [`FileLock`], and not over what it has not seen, by [`Expect`].
//! - What a killed process leaves is a hidden file and its lock, which the next to write takes away, and
//!   [`ConfigRoot::sweep`].

mod backup;
mod beneath;
mod dir;
mod error;
mod file_kind;
mod fingerprint;
mod list;
mod lock;
mod name;
mod presence;
mod private;
mod read;
mod root;
mod shown;
mod sweep;
mod temporary;
mod trail;
mod write;
mod write_error;

pub use backup::{Backup, BackupError, Backups};
pub use error::{Access, Link, ReadError};
pub use file_kind::FileKind;
pub use fingerprint::Fingerprint;
pub use list::is_listed;
pub use lock::FileLock;
pub use name::{Name, NameError};
pub use presence::Presence;
pub use read::FileBytes;
pub use root::{ConfigRoot, RootError};
pub use shown::misleads;
pub use trail::Trail;
pub use write::{AtomicWrite, Expect, Written};
pub use write_error::{Step, Target, WriteError};
