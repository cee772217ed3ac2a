use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::Live;
use crate::live::edition::{Edition, Shown};

type Project<U> = dyn for<'a> Fn(&'a Edition) -> &'a U + Send + Sync;

/// A part of a [`Live`] value, for code that need not know the whole.
pub struct Section<U: ?Sized> {
    shown: Arc<Shown>,
    project: Arc<Project<U>>,
}

impl<U: ?Sized> Section<U> {
    pub(crate) fn new<T, F>(live: Live<T>, project: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(&T) -> &U + Send + Sync + 'static,
    {
        let shown = Arc::clone(&live.shown);
        // Owns the handle as a whole, without which no edition need have the value.
        Self { shown, project: Arc::new(move |edition| project(live.read_from(edition))) }
    }

    /// The part as it is now. Never blocks and allocates nothing.
    #[inline]
    pub fn load(&self) -> SectionGuard<'_, U> {
        SectionGuard { edition: self.shown.edition.load(), project: &*self.project }
    }

    /// The version of the configuration now.
    pub fn version(&self) -> u64 {
        self.shown.edition.load().version
    }
}

impl<U: ?Sized> Clone for Section<U> {
    fn clone(&self) -> Self {
        Self { shown: Arc::clone(&self.shown), project: Arc::clone(&self.project) }
    }
}

/// The version; the value may be secret.
impl<U: ?Sized> fmt::Debug for Section<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").field("version", &self.version()).finish_non_exhaustive()
    }
}

/// One snapshot of a [`Section`].
pub struct SectionGuard<'a, U: ?Sized> {
    edition: arc_swap::Guard<Arc<Edition>>,
    project: &'a Project<U>,
}

impl<U: ?Sized> SectionGuard<'_, U> {
    /// The version that the snapshot belongs to.
    pub fn version(&self) -> u64 {
        self.edition.version
    }
}

impl<U: ?Sized> Deref for SectionGuard<'_, U> {
    type Target = U;

    #[inline]
    fn deref(&self) -> &U {
        (self.project)(&self.edition)
    }
}

/// The version; the value may be secret.
impl<U: ?Sized> fmt::Debug for SectionGuard<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SectionGuard").field("version", &self.edition.version).finish_non_exhaustive()
    }
}
