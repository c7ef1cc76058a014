//! The client for targets: a request goes over a connection that waits for one, else over a new one, and the connection
//! waits for the next request once the response has been read.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use service::BoxError;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::body::Outgoing;
use crate::connect::Connector;
use crate::direct;
use crate::error::ProxyError;
use crate::pool::{Places, Pool, Pooled};
use crate::target::Target;

/// How long a pooled connection may be idle: below the 5 s after which Node closes, the shortest of the usual servers.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// A client with connections of its own.
pub(crate) struct Client {
    connector: Connector,
    /// Of requests without a body.
    direct: Arc<Pool<direct::Connection>>,
    /// Of the others.
    started: Arc<Pool<Started>>,
}

impl Client {
    /// A client of which at most `idle` connections wait for a request, at so many workers.
    pub(crate) fn new(connector: Connector, idle: usize, workers: usize) -> Self {
        let places = Places::new(idle);
        let direct = Pool::new(places.clone(), POOL_IDLE, workers);
        Self { connector, direct, started: Pool::new(places, POOL_IDLE, workers) }
    }

    /// Sends a request without a body to the host of `target`, over a connection that waits if it may be `reused`.
    pub(crate) async fn ask(
        &self,
        target: &Target,
        (method, request): (&Method, &[u8]),
        reused: bool,
    ) -> Result<Response<Answer>, ProxyError> {
        let waits = reused.then(|| self.direct.take(target.origin())).flatten();
        let reused = waits.is_some();
        let connection = if let Some(connection) = waits {
            connection
        } else {
            // Boxed, because a request mostly needs none, and would carry the room for it.
            let stream = Box::pin(self.connector.connect(target)).await?;
            direct::Connection { origin: target.origin().into(), stream }
        };
        let outcome = connection.exchange(method, request).await;
        let response = outcome.map_err(|error| ProxyError::broken(error.into(), reused))?;
        Ok(response.map(|body| {
            let mut answer = Answer::Direct(body, self.direct.clone());
            if answer.is_end_stream() {
                answer.release();
            }
            answer
        }))
    }

    /// Sends a request in origin form to the host of `target`, over a connection that waits if it may be `reused`. It is sent
    /// again only if nothing of it was, because that connection had been closed meanwhile.
    pub(crate) async fn send(
        &self,
        target: &Target,
        mut request: Request<Outgoing>,
        reused: bool,
    ) -> Result<Response<Answer>, ProxyError> {
        let origin = target.origin();
        while reused && let Some(mut connection) = self.started.take(origin) {
            let error = match connection.sender.try_send_request(request).await {
                Ok(response) => return Ok(self.answer(response, connection)),
                Err(error) => error,
            };
            request = unsent(error).map_err(|error| ProxyError::broken(error.into(), true))?;
        }
        let broken = |error: hyper::Error| ProxyError::broken(error.into(), false);
        let stream = Box::pin(self.connector.connect(target)).await?;
        let (sender, task) = self.connector.start(stream).await.map_err(broken)?;
        let mut connection = Started { origin: origin.into(), sender, task };
        match connection.sender.try_send_request(request).await {
            Ok(response) => Ok(self.answer(response, connection)),
            Err(error) => Err(broken(error.into_error())),
        }
    }

    fn answer(&self, response: Response<Incoming>, connection: Started) -> Response<Answer> {
        // A switch of protocols ends no exchange, and its connection belongs to whoever asked for it.
        let ended = response.status() != StatusCode::SWITCHING_PROTOCOLS;
        response.map(|body| {
            let mut answer = Answer::Hyper(body, Some((connection, self.started.clone())));
            if ended && answer.is_end_stream() {
                answer.release();
            }
            answer
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("direct", &self.direct).field("started", &self.started).finish_non_exhaustive()
    }
}

type SendError = hyper::client::conn::TrySendError<Request<Outgoing>>;

/// The request, if nothing of it was sent.
fn unsent(mut error: SendError) -> hyper::Result<Request<Outgoing>> {
    error.take_message().ok_or_else(|| error.into_error())
}

/// hyper's end of a connection, with the key under which it waits, and the task that has the other end.
#[derive(Debug)]
pub(crate) struct Started {
    origin: Arc<str>,
    sender: SendRequest<Outgoing>,
    task: AbortHandle,
}

impl Pooled for Started {
    fn is_open(&mut self) -> bool {
        self.sender.is_ready()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if !self.is_open() {
            // hyper would end it only after all that is buffered was sent, and a target need not read.
            self.task.abort();
        }
    }
}

/// The body of a response; read to its end, it frees its connection, else it takes it along.
#[derive(Debug)]
pub(crate) enum Answer {
    Direct(direct::Body, Arc<Pool<direct::Connection>>),
    Hyper(Incoming, Option<(Started, Arc<Pool<Started>>)>),
}

impl Answer {
    fn release(&mut self) {
        match self {
            Self::Direct(body, pool) => {
                if let Some(connection) = body.release() {
                    pool.put(&connection.origin.clone(), connection);
                }
            }
            Self::Hyper(_, used) => {
                if let Some((connection, pool)) = used.take() {
                    wait(connection, pool);
                }
            }
        }
    }
}

/// Lets a connection wait, once the request's body has been sent, too, which may take for ever.
fn wait(mut connection: Started, pool: Arc<Pool<Started>>) {
    if connection.is_open() {
        pool.put(&connection.origin.clone(), connection);
    } else if !connection.sender.is_closed() {
        tokio::spawn(async move {
            if let Ok(Ok(())) = timeout(POOL_IDLE, connection.sender.ready()).await {
                pool.put(&connection.origin.clone(), connection);
            }
        });
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match &mut *self {
            Self::Direct(body, _) => ready!(body.poll_frame(cx)).map(|frame| frame.map_err(BoxError::from)),
            Self::Hyper(body, _) => ready!(Pin::new(body).poll_frame(cx)).map(|frame| frame.map_err(BoxError::from)),
        };
        if frame.is_none() || self.is_end_stream() {
            self.release();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Direct(body, _) => body.is_end_stream(),
            Self::Hyper(body, _) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Direct(body, _) => body.size_hint(),
            Self::Hyper(body, _) => body.size_hint(),
        }
    }
}
