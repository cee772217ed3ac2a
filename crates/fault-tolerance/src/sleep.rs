use std::future::Future;
use std::time::Duration;

/// Waits in a future, by the timer of whatever runtime there is. Functions such as `tokio::time::sleep` do.
pub trait AsyncSleep {
    /// Done once `duration` has passed.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;
}

impl<T, F: Future<Output = T>, S: Fn(Duration) -> F> AsyncSleep for S {
    async fn sleep(&self, duration: Duration) {
        self(duration).await;
    }
}
