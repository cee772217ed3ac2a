use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use crate::live::edition::{Edition, Shown};
use crate::{Reader, Section};

/// A value that follows its configuration.
///
/// Take one snapshot for one unit of work: two calls of [`load`](Self::load) may return different versions. Clones
/// read the same value; while one of them lives, every new version of the configuration has to fit the type.
pub struct Live<T> {
    pub(crate) shown: Arc<Shown>,
    pub(crate) index: usize,
    /// Tells the board that somebody still reads.
    pub(crate) alive: Arc<()>,
    pub(crate) read: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> Live<T> {
    /// The value now. Never blocks and allocates nothing.
    ///
    /// To keep a snapshot for long, or many of them, turn it [`into_arc`](Guard::into_arc).
    #[inline]
    pub fn load(&self) -> Guard<T> {
        Guard { edition: self.shown.edition.load(), index: self.index, read: PhantomData }
    }

    /// The version of the configuration now, from 1. No reader ever sees it fall.
    pub fn version(&self) -> u64 {
        self.shown.edition.load().version
    }

    /// A part of the value: `live.section(|config| &config.db)`.
    pub fn section<U, F>(&self, project: F) -> Section<U>
    where
        U: ?Sized,
        F: Fn(&T) -> &U + Send + Sync + 'static,
    {
        Section::new(self.clone(), project)
    }

    /// A handle for one thread that reads often.
    pub fn reader(&self) -> Reader<T> {
        Reader::new(self.clone())
    }

    #[inline]
    pub(crate) fn read_from<'a>(&self, edition: &'a Edition) -> &'a T {
        edition.value(self.index)
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self {
            shown: Arc::clone(&self.shown),
            index: self.index,
            alive: Arc::clone(&self.alive),
            read: PhantomData,
        }
    }
}

/// The version; the value may be secret.
impl<T> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.shown.edition.load().version;
        f.debug_struct("Live").field("version", &version).finish_non_exhaustive()
    }
}

/// One snapshot of a [`Live`] value.
pub struct Guard<T> {
    edition: arc_swap::Guard<Arc<Edition>>,
    index: usize,
    read: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> Guard<T> {
    /// The version that the snapshot belongs to.
    pub fn version(&self) -> u64 {
        self.edition.version
    }

    /// The snapshot, to keep.
    pub fn into_arc(self) -> Arc<T> {
        self.edition.shared(self.index)
    }
}

impl<T: 'static> Deref for Guard<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.edition.value(self.index)
    }
}

/// The version; the value may be secret.
impl<T> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("version", &self.edition.version).finish_non_exhaustive()
    }
}
