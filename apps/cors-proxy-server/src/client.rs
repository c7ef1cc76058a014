//! The client for targets: a request goes over a connection that waits for one, else over a new one, and the connection
//! waits for the next request once the response has been read.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::body::Outgoing;
use crate::connect::Connector;
use crate::error::ProxyError;
use crate::pool::Pool;
use crate::target::Target;

/// How long a pooled connection may be idle: below the 5 s after which Node closes, the shortest of the usual servers.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// A client with connections of its own.
pub(crate) struct Client {
    connector: Connector,
    pool: Arc<Pool<Connection>>,
}

impl Client {
    /// A client of which at most `idle` connections wait for a request, at so many workers.
    pub(crate) fn new(connector: Connector, idle: usize, workers: usize) -> Self {
        Self { connector, pool: Pool::new(idle, POOL_IDLE, workers) }
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
        while reused && let Some(mut connection) = self.pool.take(origin, Connection::is_open) {
            let error = match connection.sender.try_send_request(request).await {
                Ok(response) => return Ok(self.answer(response, connection)),
                Err(error) => error,
            };
            request = unsent(error).map_err(|error| ProxyError::broken(error, true))?;
        }
        // Boxed, because a request mostly needs none, and would carry the room for it.
        let (sender, task) = Box::pin(self.connector.connect(target)).await?;
        let mut connection = Connection { origin: origin.into(), sender, task };
        match connection.sender.try_send_request(request).await {
            Ok(response) => Ok(self.answer(response, connection)),
            Err(error) => Err(ProxyError::broken(error.into_error(), false)),
        }
    }

    fn answer(&self, response: Response<Incoming>, connection: Connection) -> Response<Answer> {
        // A switch of protocols ends no exchange, and its connection belongs to whoever asked for it.
        let ended = response.status() != StatusCode::SWITCHING_PROTOCOLS;
        response.map(|body| {
            let mut answer = Answer { body, used: Some((connection, self.pool.clone())) };
            if ended && answer.body.is_end_stream() {
                answer.release();
            }
            answer
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("pool", &self.pool).finish_non_exhaustive()
    }
}

type SendError = hyper::client::conn::TrySendError<Request<Outgoing>>;

/// The request, if nothing of it was sent.
fn unsent(mut error: SendError) -> hyper::Result<Request<Outgoing>> {
    error.take_message().ok_or_else(|| error.into_error())
}

/// One end of a connection, with the key under which it waits, and the task that has the other end.
#[derive(Debug)]
struct Connection {
    origin: Arc<str>,
    sender: SendRequest<Outgoing>,
    task: AbortHandle,
}

impl Connection {
    fn is_open(&self) -> bool {
        self.sender.is_ready()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !self.is_open() {
            // hyper would end it only after all that is buffered was sent, and a target need not read.
            self.task.abort();
        }
    }
}

/// The body of a response; read to its end, it frees its connection, else it takes it along.
#[derive(Debug)]
pub(crate) struct Answer {
    body: Incoming,
    used: Option<(Connection, Arc<Pool<Connection>>)>,
}

impl Answer {
    fn release(&mut self) {
        let Some((mut connection, pool)) = self.used.take() else {
            return;
        };
        if connection.is_open() {
            pool.put(&connection.origin.clone(), connection);
        } else if !connection.sender.is_closed() {
            // Another worker still ends this exchange, or the request's body is still on its way, and may be for ever.
            tokio::spawn(async move {
                if let Ok(Ok(())) = timeout(POOL_IDLE, connection.sender.ready()).await {
                    pool.put(&connection.origin.clone(), connection);
                }
            });
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.release();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
