use std::path::Path;

use enhanced_config::{Builder, EnhancedConfigSystem};

/// A directory of configuration files that is gone with the test.
pub(crate) struct Dir(tempfile::TempDir);

impl Dir {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let dir = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| dir.write(name, text));
        dir
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A system that sees none of this process's environment.
    pub(crate) fn builder(&self) -> Builder {
        EnhancedConfigSystem::builder(self.path()).env_variables::<&str, &str>([])
    }

    pub(crate) fn system(&self) -> EnhancedConfigSystem {
        self.builder().build().unwrap()
    }

    /// A text with this directory's name taken out of it.
    pub(crate) fn anonymous(&self, text: &str) -> String {
        text.replace(&self.path().display().to_string(), "DIR")
    }
}
