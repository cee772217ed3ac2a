/// Is told what happens in a policy, after it has happened and under no lock. `()` listens to nothing and costs nothing;
/// closures listen.
///
/// Each policy has events of its own, as [`breaker::Event`](crate::breaker::Event). Two threads that make something happen
/// at the same time may tell of it in either order.
pub trait Observer<E> {
    /// Called on the thread of whoever made it happen.
    fn event(&self, event: &E);
}

impl<E> Observer<E> for () {
    #[inline]
    fn event(&self, _: &E) {}
}

impl<E, F: Fn(&E)> Observer<E> for F {
    fn event(&self, event: &E) {
        self(event);
    }
}
