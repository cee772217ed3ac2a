use std::path::PathBuf;
use std::sync::Arc;

use enhanced_config_core::{Document, Problems};
use enhanced_config_files::ConfigRoot;

use crate::source::Given;
use crate::{Input, Layers, Loaded, Texts};

impl Layers {
    /// A document that this recipe gave once, in place of what it does not give now: `inputs` is what was read or looked
    /// for in vain.
    pub fn restore(&self, document: Document, inputs: Vec<Input>) -> Loaded {
        let document = Arc::new(document);
        Loaded {
            layers: vec![Arc::clone(&document)],
            warnings: Problems::new(),
            redactor: self.redactor().clone(),
            texts: Texts::default(),
            inputs,
            given: vec![Given { document: Arc::clone(&document), whole_lists: Vec::new() }],
            document,
        }
    }
}

impl Loaded {
    /// Whether every file that was read or looked for still is what it was, and no drop-in has come.
    ///
    /// Compares what files and directories look like from outside; variables of the process are not looked at.
    pub fn is_current(&self, root: &ConfigRoot) -> bool {
        self.inputs.iter().all(|input| input.is_current(root))
    }

    /// The places of those that are not what they were.
    pub fn changed(&self, root: &ConfigRoot) -> Vec<PathBuf> {
        let changed = self.inputs.iter().filter(|input| !input.is_current(root));
        changed.map(|input| root.place(&input.path)).collect()
    }

    /// The same with another effective document, where not all that the layers say is to count yet; the rest of it comes
    /// from `before`.
    #[must_use]
    pub fn with_document(&self, document: Document, before: &Self) -> Self {
        Self {
            document: Arc::new(document),
            layers: self.layers.clone(),
            warnings: self.warnings.clone(),
            redactor: self.redactor.clone().with_secrets_of(&before.redactor),
            texts: Texts::default(),
            inputs: self.inputs.clone(),
            given: self.given.clone(),
        }
    }
}
