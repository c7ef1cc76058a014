//! The accept loop: a service's routes on hyper, with what `warp::serve` leaves out (`TCP_NODELAY`, a connection cap, clocks, a
//! maximum connection age, and a drain with a deadline).

use std::io::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{Either, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::body::{BoxError, Label};
use crate::connection::{Clock, Connection, Windows, bound_unsent};
use crate::drain::{Drain, Phase};
use crate::metrics::{Metrics, Tracked};
use crate::routes::{Arrival, Routes};
use crate::slots::{Slot, Slots};
use crate::wire::Wire;
use crate::workers::Workers;
use crate::{ServerArgs, TraceParent, admin, flaw, proxy_protocol, redirect};

/// Bytes that the head of a message may take, and that hyper keeps of a body in each direction.
pub const BUFFER: usize = 16 * 1024;

/// Connections that the kernel takes before they are accepted.
const BACKLOG: u32 = 1024;

/// How long a connection that is to close is still listened to: what the kernel has of a request, its worker may not know yet.
const ARRIVING: Duration = Duration::from_millis(100);

/// A bound server: it accepts once `run` is called.
#[derive(Debug)]
pub struct Server {
    args: ServerArgs,
    listener: TcpListener,
    admin: TcpListener,
    redirect: Option<TcpListener>,
    drain: Drain,
    metrics: Metrics,
    workers: Workers,
}

impl Server {
    /// Binds both ports and starts the workers.
    pub fn bind(args: ServerArgs, listen: SocketAddr, admin: SocketAddr, metrics: Metrics) -> std::io::Result<Self> {
        let windows = args.windows;
        let (listener, admin) = (bound("--listen", listen, windows)?, bound("--admin-listen", admin, windows)?);
        let drain = Drain::new(args.drain_timeout);
        let workers = Workers::start(args.worker_threads())
            .map_err(|error| Error::new(error.kind(), format!("the workers cannot be started: {error}")))?;
        Ok(Self { args, listener, admin, redirect: None, drain, metrics, workers })
    }

    /// Binds a port without TLS, too, of which every request is sent to HTTPS.
    pub fn redirecting(mut self, listen: SocketAddr) -> std::io::Result<Self> {
        self.redirect = Some(bound("--https-redirect-listen", listen, self.args.windows)?);
        Ok(self)
    }

    /// The address of the port without TLS.
    pub fn redirect_address(&self) -> Option<SocketAddr> {
        self.redirect.as_ref()?.local_addr().ok()
    }

    /// The address that it serves on.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of the admin port.
    pub fn admin_address(&self) -> std::io::Result<SocketAddr> {
        self.admin.local_addr()
    }

    /// The handle that begins the drain.
    pub fn drain(&self) -> Drain {
        self.drain.clone()
    }

    /// Serves until the drain is over; returns how many connections the deadline cut off.
    pub async fn run(self, routes: impl Routes) -> usize {
        let Self { args, listener, admin, redirect, drain, metrics, workers } = self;
        let admin = tokio::spawn(admin::serve(admin, args.clone(), drain.clone(), metrics.clone()));
        let (slots, redirects) = (Slots::new(args.max_connections()), Slots::new(redirect::CONNECTIONS));
        let plain = Acceptor {
            routes: redirect::ToHttps,
            drain: drain.clone(),
            metrics: metrics.clone(),
            slots: redirects.clone(),
            args: args.clone(),
        };
        let acceptor = Acceptor { routes, drain: drain.clone(), metrics, slots: slots.clone(), args: args.clone() };

        let redirecting = async {
            if let Some(listener) = redirect {
                plain.accept_all(listener, &workers).await;
            }
        };
        tokio::join!(acceptor.accept_all(listener, &workers), redirecting);
        drain.close();

        let emptied = async { tokio::join!(slots.emptied(), redirects.emptied()) };
        let cut_off = match timeout(args.drain_timeout, emptied).await {
            Ok(_) => 0,
            Err(_) => slots.taken() + redirects.taken(),
        };
        admin.abort();
        cut_off
    }
}

/// Listens, with windows that its connections inherit.
fn bound(flag: &str, address: SocketAddr, windows: Option<Windows>) -> std::io::Result<TcpListener> {
    let listener = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        if let Some(windows) = windows {
            socket.set_recv_buffer_size(windows.ahead)?;
            socket.set_send_buffer_size(windows.sent)?;
        }
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listener().map_err(|error| Error::new(error.kind(), format!("{flag} `{address}` cannot be bound: {error}")))
}

async fn drain_delay_over(drain: &Drain, delay: Duration) {
    drain.reached(Phase::Draining).await;
    tokio::select! {
        () = sleep(delay) => {}
        () = drain.reached(Phase::Closing) => {}
    }
}

#[derive(Clone)]
struct Acceptor<R> {
    routes: R,
    drain: Drain,
    metrics: Metrics,
    slots: Slots,
    args: ServerArgs,
}

impl<R: Routes> Acceptor<R> {
    /// Takes every connection until the drain's delay is over, and what the kernel has taken by then.
    async fn accept_all(&self, listener: TcpListener, workers: &Workers) {
        self.accept_until(&listener, workers, drain_delay_over(&self.drain, self.args.drain_delay)).await;
        self.accept_backlog(&listener, workers).await;
        self.accept_last(listener, workers);
    }

    async fn accept_until(&self, listener: &TcpListener, workers: &Workers, end: impl Future<Output = ()>) {
        let mut end = pin!(end);
        loop {
            let accepted = tokio::select! {
                accepted = self.slots.accept(listener) => accepted,
                () = &mut end => return,
            };
            match accepted {
                Ok((stream, slot)) => self.spawn(workers, stream, slot),
                Err(error) => {
                    // Mostly out of file descriptors: the connection stays in the backlog, so wait for some to be freed.
                    tracing::warn!(%error, "accepting a connection failed");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    /// Takes what has already completed its handshake: closing the listener would reset it.
    async fn accept_backlog(&self, listener: &TcpListener, workers: &Workers) {
        while let Ok(Ok((stream, slot))) = timeout(Duration::from_millis(1), self.slots.accept(listener)).await {
            self.spawn(workers, stream, slot);
        }
    }

    /// Closes the listener right after the kernel has said that it has no more: the runtime knows some only later.
    fn accept_last(&self, listener: TcpListener, workers: &Workers) {
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, slot)) = self.slots.accept_now(&listener) {
            self.spawn(workers, stream, slot);
        }
    }

    fn spawn(&self, workers: &Workers, stream: TcpStream, slot: Slot) {
        let acceptor = self.clone();
        if let Err(error) = workers.serve(stream, move |stream| acceptor.serve(stream, slot)) {
            tracing::warn!(%error, "a connection cannot be served");
        }
    }

    async fn serve(self, mut stream: TcpStream, slot: Slot) {
        let held = (slot, Some(self.metrics.connection()));
        let wire = held.0.wire.clone();
        let Ok(peer) = stream.peer_addr() else { return };
        let balanced = self.args.is_balancer(peer);
        // Without it a small response waits for the peer's delayed acknowledgement; with an error it is only slower.
        let _ = stream.set_nodelay(true);
        bound_unsent(&stream);
        let named = proxy_protocol::client(&mut stream, peer, &wire, (&self.args, &self.drain, &self.metrics)).await;
        let Some(peer) = named else { return };
        let clock = Clock { idle: self.args.idle_timeout, header: self.args.header_timeout };
        let io = TokioIo::new(Connection::new(stream, clock, self.args.windows, held));
        let expires = Instant::now() + jittered(self.args.max_connection_age);

        let service = service_fn(|request| self.respond(request, (peer, balanced), &wire, expires));
        let mut builder = http1::Builder::new();
        builder.max_buf_size(BUFFER).half_close(false);
        let mut connection = pin!(builder.serve_connection(io, service).with_upgrades());
        let closing = async {
            self.drain.reached(Phase::Closing).await;
            sleep(ARRIVING.min(self.args.drain_timeout / 10)).await;
        };
        let (mut closing, mut gives_way) = (pin!(closing), pin!(wire.gives_way()));
        let mut closed = false;
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = connection.as_mut() => break outcome,
                () = gives_way.as_mut() => return,
                () = closing.as_mut(), if !closed => {
                    closed = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        (peer, balanced): (SocketAddr, bool),
        wire: &Wire,
        expires: Instant,
    ) -> Result<Response<impl Body<Data = Bytes, Error = BoxError> + use<R>>, Reset> {
        wire.busy();
        let trace = TraceParent::continued(request.headers());
        let flaw = flaw::status(&request);
        let mut tracked = Tracked::new(self.metrics.clone(), request.method(), trace, wire.clone());
        if let Some(status) = flaw {
            tracked.answered(status, Label { route: "", error: "malformed_request" });
            let mut response = Response::new(tracked.body(Either::Left(Empty::new())));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            return Ok(response);
        }
        let arrival = Arrival { peer, balanced, trace, wire: wire.clone(), drain: self.drain.clone() };
        let mut response = self.routes.answer(request, arrival).await;
        if wire.is_reset() {
            return Err(Reset);
        }
        tracked.answered(response.status(), response.extensions().get::<Label>().copied().unwrap_or(R::LABEL));
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            wire.tunnel();
        } else if !self.drain.is_ready() || Instant::now() >= expires || self.slots.is_full() {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response.map(|body| tracked.body(Either::Right(body))))
    }
}

/// The routes asked for the connection to be reset.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct Reset;

/// Between half of `age` and all of it, so that clients of one rollout do not reconnect in step.
fn jittered(age: Duration) -> Duration {
    age.mul_f64(0.5 + fastrand::f64() / 2.0)
}
