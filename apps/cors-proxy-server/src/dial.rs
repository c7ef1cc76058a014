//! Whether an attempt used a connection of its own making or one from the pool, which the client does not tell.
//!
//! The client connects within the attempt's own task. So if a connection was established in there, the attempt was the
//! first to use it; if none was, a pooled connection carried it.

use std::cell::Cell;
use std::pin::Pin;
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
        Dialling(connector)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Dialling<S>(S);

impl<S, R> Service<R> for Dialling<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            // An attempt that got a pooled connection meanwhile leaves this one to the pool: then there is nobody to tell.
            let _ = DIALLED.try_with(|dialled| dialled.set(true));
            Ok(connection)
        })
    }
}
