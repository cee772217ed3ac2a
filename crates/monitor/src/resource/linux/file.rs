use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The most that is read of one file: `/proc/net/dev` of some thousand interfaces.
const LONGEST: usize = 1 << 20;

/// A file of `/proc` that stays open and is read again and again into one buffer: opening it would take as long as the
/// kernel takes to write it.
#[derive(Debug)]
pub(super) struct ProcFile {
    file: File,
    buffer: Vec<u8>,
}

impl ProcFile {
    /// Expects `size` bytes, and copes with more.
    pub(super) fn open(path: impl AsRef<Path>, size: usize) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, buffer: vec![0; size] })
    }

    /// What it says now.
    pub(super) fn read(&mut self) -> io::Result<&[u8]> {
        let mut length = 0;
        loop {
            let room = self.buffer.get_mut(length..).unwrap_or_default();
            let more = match self.file.read_at(room, length as u64) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                more => more?,
            };
            length += more;
            // A file of `/proc` gives all that it has room for: what does not fill the buffer is all.
            if length < self.buffer.len() || self.buffer.len() >= LONGEST {
                return Ok(self.buffer.get(..length).unwrap_or_default());
            }
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
    }

    /// What its first line says, which has to fit in the size it was opened with.
    pub(super) fn read_start(&mut self) -> io::Result<&[u8]> {
        let length = self.file.read_at(&mut self.buffer, 0)?;
        Ok(self.buffer.get(..length).unwrap_or_default())
    }
}
