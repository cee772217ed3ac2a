use std::collections::HashSet;
use std::path::Path;

use enhanced_config_files::{ConfigRoot, ReadError};

use crate::file::is_configuration;
use crate::{Input, Loaded};

impl Loaded {
    /// Whether every file that was read or looked for still is what it was, and no drop-in has come.
    ///
    /// Compares fingerprints; variables of the process are not looked at.
    pub fn is_current(&self, root: &ConfigRoot) -> bool {
        let known: HashSet<&Path> = self.inputs.iter().map(|input| &*input.path).collect();
        self.inputs.iter().all(|input| input.is_current(root, &known))
    }
}

impl Input {
    fn is_current(&self, root: &ConfigRoot, known: &HashSet<&Path>) -> bool {
        match (root.fingerprint(&self.path), self.fingerprint) {
            (Ok(now), Some(then)) => now == then,
            (Err(ReadError::Missing { .. }), None) => true,
            // The directory of drop-ins: each of its files was read.
            (Err(ReadError::NotRegular { .. }), None) => root.list(&self.path).is_ok_and(|files| {
                files.iter().filter(|file| is_configuration(file)).all(|file| known.contains(&**file))
            }),
            _ => false,
        }
    }
}
