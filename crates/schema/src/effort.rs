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
/// Errors made, those inside of alternatives included. One takes 600 bytes, and a hundred levels down 4 kB.
const ERRORS: u32 = 20_000;

impl Effort {
    /// For the document of a value.
    pub(crate) fn for_document(value: NodeRef<'_>) -> Self {
        Self::for_values(value.document().values())
    }

    pub(crate) fn for_values(values: usize) -> Self {
        let values = u32::try_from(values).unwrap_or(u32::MAX);
        let looks = LOOKS.saturating_add(values.saturating_mul(LOOKS_PER_VALUE));
        Self { looks: AtomicU32::new(looks), errors: AtomicU32::new(ERRORS) }
    }

    /// Takes one look; whether there was one left.
    #[inline]
    pub(crate) fn spend(&self) -> bool {
        take_one(&self.looks)
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
