//! Whether an attempt used a connection of its own making or one from the pool, which the client does not tell.
//!
//! The client connects within the attempt's own task. So if a connection was established in there, the attempt was the
//! first to use it; if none was, a pooled connection carried it.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static DIALLED: Cell<bool>;
}

/// Runs one attempt; tells beside its outcome whether it established a connection.
pub(crate) async fn watched<F: Future>(attempt: F) -> (F::Output, bool) {
    DIALLED
        .scope(Cell::new(false), async {
            let outcome = attempt.await;
            (outcome, DIALLED.with(Cell::get))
        })
        .await
}

/// Wraps the client's connector, so that `watched` learns of each connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dial;

impl<S> Layer<S> for Dial {
    type Service = Dialling<S>;

    fn layer(&self, connector: S) -> Dialling<S> {
        Dialling(Arc::new(connector))
    }
}

/// The client clones its connector several times a request and mostly drops the clones unused, so a clone is a count.
#[derive(Debug)]
pub(crate) struct Dialling<S>(Arc<S>);

impl<S> Clone for Dialling<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, R> Service<R> for Dialling<S>
where
    S: Service<R> + Clone + Send + Sync + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: R) -> Self::Future {
        let mut connector = S::clone(&self.0);
        Box::pin(async move {
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            let connection = connector.call(target).await?;
            // An attempt that got a pooled connection meanwhile leaves this one to the pool: then there is nobody to tell.
            let _ = DIALLED.try_with(|dialled| dialled.set(true));
            Ok(connection)
        })
    }
}
