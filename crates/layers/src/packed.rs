use std::sync::Arc;

use enhanced_config_core::{Document, KeyPath, Layer, Problems, Redactor};

use crate::source::Given;
use crate::{Input, Loaded, Texts};

/// What a load gave beside its documents: see [`Loaded::pack`].
#[derive(Debug, Clone)]
pub struct Unpacked {
    warnings: Problems,
    redactor: Redactor,
    inputs: Vec<Input>,
    /// For each source the lists that replace those below.
    whole_lists: Vec<Vec<KeyPath>>,
}

impl Loaded {
    /// The documents as bytes, for a cache, and what is not in them. The texts are given up.
    pub fn pack(&self) -> (Vec<u8>, Unpacked) {
        let mut bytes = Vec::new();
        for document in self.documents() {
            let packed = document.pack();
            bytes.extend_from_slice(&(packed.len() as u64).to_le_bytes());
            bytes.extend_from_slice(&packed);
        }
        let rest = Unpacked {
            warnings: self.warnings.clone(),
            redactor: self.redactor.clone(),
            inputs: self.inputs.clone(),
            whole_lists: self.given.iter().map(|given| given.whole_lists.clone()).collect(),
        };
        (bytes, rest)
    }

    /// What [`pack`](Self::pack) took apart; `None` when the bytes are damaged.
    pub fn restore(mut bytes: &[u8], rest: &Unpacked) -> Option<Self> {
        let mut documents = Vec::new();
        while let Some((length, others)) = bytes.split_first_chunk() {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            let (packed, others) = others.split_at_checked(length)?;
            documents.push(Arc::new(Document::unpack(packed).ok()?));
            bytes = others;
        }
        let (document, layers) = match documents.as_slice() {
            [] => return None,
            [only] => (Arc::clone(only), documents.clone()),
            [layers @ .., effective] => (Arc::clone(effective), layers.to_vec()),
        };
        // The defaults, which nobody gave, are the lowest layer.
        let given = layers.get(layers.len().checked_sub(rest.whole_lists.len())?..)?;
        let given = given.iter().zip(&rest.whole_lists);
        let given = given.map(|(document, whole_lists)| Given {
            document: Arc::clone(document),
            whole_lists: whole_lists.clone(),
        });
        Some(Self {
            document,
            given: given.collect(),
            layers,
            warnings: rest.warnings.clone(),
            redactor: rest.redactor.clone(),
            texts: Texts::default(),
            inputs: rest.inputs.clone(),
        })
    }

    /// Bytes on the heap, without the texts.
    pub fn heap_bytes(&self) -> usize {
        let of = |document: &Arc<Document>| {
            let layers: usize = document.layers().iter().map(Layer::heap_bytes).sum();
            size_of::<Document>() + document.heap_bytes() + layers
        };
        self.documents().map(of).sum()
    }

    /// The layers, and the effective document if it is none of them.
    fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        let is_a_layer = matches!(self.layers.as_slice(), [only] if Arc::ptr_eq(only, &self.document));
        self.layers.iter().chain((!is_a_layer).then_some(&self.document))
    }
}
