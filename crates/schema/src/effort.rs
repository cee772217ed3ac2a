use std::sync::atomic::{AtomicU32, Ordering};

use enhanced_config_core::NodeRef;

/// How much work one validation may still take.
///
/// A schema can ask for work that grows exponentially with its own size, where alternatives refer to alternatives.
/// Every look into a map or list and every error costs one; when nothing is left, maps and lists look empty, the
/// validation ends soon, and its verdict does not count.
pub(crate) struct Effort {
    looks: AtomicU32,
    errors: AtomicU32,
}

/// Looks that every validation may take. A million take about a tenth of a second.
const LOOKS: u32 = 1 << 20;
/// Looks for each value. Schemas of real systems take 5 to 30.
const LOOKS_PER_VALUE: u32 = 64;
/// Bytes that errors may take, those inside of alternatives included: 300 alternatives with 300 inside make 180,000.
const ERROR_BYTES: usize = 128 << 20;
/// Bytes of an error, and what it takes more for each level of the document. Measured: 400 near the root and 4,000 a
/// hundred levels down.
const BYTES_PER_ERROR: usize = 450;
const BYTES_PER_LEVEL: usize = 40;

impl Effort {
    /// For the verdict on a value, or the errors in one that is so many levels deep.
    pub(crate) fn for_document(value: NodeRef<'_>, depth: usize) -> Self {
        Self::for_values(value.document().values(), depth)
    }

    pub(crate) fn for_values(values: usize, depth: usize) -> Self {
        let values = u32::try_from(values).unwrap_or(u32::MAX);
        let looks = LOOKS.saturating_add(values.saturating_mul(LOOKS_PER_VALUE));
        let errors = ERROR_BYTES / (BYTES_PER_ERROR + BYTES_PER_LEVEL * depth);
        let errors = u32::try_from(errors).unwrap_or(u32::MAX);
        Self { looks: AtomicU32::new(looks), errors: AtomicU32::new(errors) }
    }

    /// Takes one look; whether there was one left.
    #[inline]
    pub(crate) fn spend(&self) -> bool {
        take_one(&self.looks)
    }

    /// Takes so many looks, or all that are left.
    pub(crate) fn spend_many(&self, looks: usize) {
        let left = self.looks.load(Ordering::Relaxed);
        let looks = u32::try_from(looks).unwrap_or(u32::MAX);
        self.looks.store(left.saturating_sub(looks), Ordering::Relaxed);
    }

    /// Counts an error; whether nothing was spent yet. The last one takes all looks that are left.
    pub(crate) fn note_error(&self) -> bool {
        if !take_one(&self.errors) {
            self.looks.store(0, Ordering::Relaxed);
        }
        !self.is_spent()
    }

    /// Whether nothing is left.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.looks.load(Ordering::Relaxed) == 0
    }
}

/// One validation runs on one thread: the atomics are there for the bounds of jsonschema alone, and a load and a
/// store cost what they do in a plain cell.
#[inline]
fn take_one(left: &AtomicU32) -> bool {
    let now = left.load(Ordering::Relaxed);
    left.store(now.saturating_sub(1), Ordering::Relaxed);
    now > 0
}
