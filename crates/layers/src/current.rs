use enhanced_config_files::ConfigRoot;

use crate::Loaded;

impl Loaded {
    /// Whether every file that was read or looked for still is what it was, and no drop-in has come.
    ///
    /// Compares what files and directories look like from outside; variables of the process are not looked at.
    pub fn is_current(&self, root: &ConfigRoot) -> bool {
        self.inputs.iter().all(|input| input.is_current(root))
    }
}
