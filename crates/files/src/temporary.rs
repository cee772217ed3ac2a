use crate::dir::Dir;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;

/// A file that is not finished, beside the one it is to replace. It is removed unless it is renamed, after a panic
/// too; what a killed process leaves is found by its name.
pub(crate) struct Temporary<'a> {
    pub(crate) file: File,
    dir: &'a Dir,
    name: OsString,
    is_renamed: bool,
}

impl<'a> Temporary<'a> {
    /// An empty file that the owner alone may read, to be renamed to `target` later.
    pub(crate) fn create(dir: &'a Dir, target: &OsStr) -> io::Result<Self> {
        let name = name_for(target);
        let file = dir.create(&name)?;
        Ok(Self { file, dir, name, is_renamed: false })
    }

    /// Gives it the name `to`, which must not be taken if `is_new`.
    pub(crate) fn rename(&mut self, to: &OsStr, is_new: bool) -> io::Result<()> {
        let renamed =
            if is_new { self.dir.rename_new(&self.name, to) } else { self.dir.rename(&self.name, to) };
        self.is_renamed = renamed.is_ok();
        renamed
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.is_renamed {
            // What cannot be removed is swept up later.
            let _ = self.dir.remove(&self.name);
        }
    }
}

/// Hidden, so that no reader of the directory takes it for a configuration; with 64 bits that nobody guesses, so that
/// two writers never share one, even where locks do not work.
fn name_for(target: &OsStr) -> OsString {
    let random = RandomState::new().hash_one(());
    let mut name = OsString::from(".");
    name.push(target);
    name.push(format!("{MARK}{random:016x}{END}"));
    name
}

const MARK: &str = ".ec-";
const END: &str = ".tmp";

/// The name of the file that the temporary file `name` was to replace, if `name` is one of a temporary file.
pub(crate) fn target_of(name: &OsStr) -> Option<OsString> {
    // Names that are not UTF-8 have no configuration's format.
    let rest = name.to_str()?.strip_prefix('.')?.strip_suffix(END)?;
    let (target, random) = rest.rsplit_once(MARK)?;
    let is_random =
        random.len() == 16 && random.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (is_random && !target.is_empty()).then(|| target.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_file_tells_what_it_is_for() {
        for target in ["app.yaml", "a.ec-b", ".hidden", "ü"] {
            let (one, other) = (name_for(target.as_ref()), name_for(target.as_ref()));
            assert_ne!(one, other);
            assert_eq!(target_of(&one).unwrap(), target);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_panic_removes_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = crate::ConfigRoot::open(dir.path()).unwrap();
        let opened = crate::beneath::dir(&root, "".as_ref()).unwrap();
        let panicked = std::panic::catch_unwind(|| {
            let _temporary = Temporary::create(&opened, "app.yaml".as_ref()).unwrap();
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
            std::panic::resume_unwind(Box::new("whatever"));
        });
        assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"whatever"));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_else_is_taken_for_one() {
        for name in [
            "app.yaml",
            ".app.yaml.tmp",
            ".app.yaml.ec-.tmp",
            ".app.yaml.ec-0123456789abcde.tmp",
            ".app.yaml.ec-0123456789abcdeg.tmp",
            ".app.yaml.ec-0123456789ABCDEF.tmp",
            "app.yaml.ec-0123456789abcdef.tmp",
            ".app.yaml.ec-0123456789abcdef.tmp~",
            "..ec-0123456789abcdef",
            "..ec-0123456789abcdef.tmp",
            ".ec-0123456789abcdef.tmp",
        ] {
            assert_eq!(target_of(name.as_ref()), None, "{name}");
        }
    }
}
