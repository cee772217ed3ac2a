use std::fmt;
use std::fs::FileType;

/// What stands at a path where a regular file was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A Unix domain socket.
    Socket,
    /// A character or block device.
    Device,
    /// A file without contents of its own, made up by the kernel when it is read, such as those in `/proc`.
    Virtual,
    /// Anything else.
    Other,
}

impl FileKind {
    /// What `file` is, unless it is a regular file.
    pub(crate) fn unless_regular(file: FileType) -> Option<Self> {
        if file.is_file() {
            return None;
        }
        Some(if file.is_dir() { Self::Directory } else { Self::special(file) })
    }

    #[cfg(unix)]
    fn special(file: FileType) -> Self {
        use std::os::unix::fs::FileTypeExt;
        if file.is_fifo() {
            Self::Fifo
        } else if file.is_socket() {
            Self::Socket
        } else if file.is_char_device() || file.is_block_device() {
            Self::Device
        } else {
            Self::Other
        }
    }

    #[cfg(not(unix))]
    fn special(_: FileType) -> Self {
        Self::Other
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Virtual => "a virtual file made up by the kernel",
            Self::Other => "a special file",
        })
    }
}
