//! What answers the requests of a service, and what it is told of each.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::Body;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use tower_service::Service;
use warp::filters::BoxedFilter;

use crate::TraceParent;
use crate::body::{BoxError, Carried, Label, RequestBody, ResponseBody};
use crate::drain::Drain;
use crate::wire::Wire;

/// What answers the requests of a service: warp's routes, or something beside them for what comes often.
pub trait Routes: Clone + Send + Sync + 'static {
    /// The bodies of its responses.
    type Body: Body<Data = Bytes, Error = BoxError> + Send + 'static;

    /// The names of a response that carries none.
    const LABEL: Label = Label { route: "", error: "" };

    /// Answers one request.
    fn answer(&self, request: Request<Incoming>, arrival: Arrival)
    -> impl Future<Output = Response<Self::Body>> + Send;
}

/// Routes that are warp's.
#[derive(Clone, Debug)]
pub struct WarpRoutes(BoxedFilter<(warp::reply::Response,)>);

impl WarpRoutes {
    /// The routes of this filter, in which `warp::ext::get` extracts what warp does not carry: `Arrival` and `RequestBody`.
    pub fn new(filter: BoxedFilter<(warp::reply::Response,)>) -> Self {
        Self(filter)
    }
}

impl Routes for WarpRoutes {
    type Body = ResponseBody;

    async fn answer(&self, request: Request<Incoming>, arrival: Arrival) -> Response<ResponseBody> {
        let (mut head, body) = request.into_parts();
        if head.uri.path_and_query().is_none() {
            // CONNECT names no path, and warp cannot route without one.
            head.uri = Uri::from_static("/");
        }
        head.extensions.insert(arrival);
        head.extensions.insert(RequestBody::new(body));
        let request = Request::from_parts(head, Empty::<Bytes>::new());
        let Ok(response) = warp::service(self.0.clone()).call(request).await;
        let (mut head, body) = response.into_parts();
        let carried = head.extensions.remove::<Carried>().and_then(|carried| carried.take());
        Response::from_parts(head, carried.unwrap_or_else(|| body.map_err(BoxError::from).boxed_unsync()))
    }
}

/// What the server knows of a request besides what was sent.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The address at the other end of the connection, or the client that a load balancer there speaks for.
    pub peer: SocketAddr,
    /// Whether it is a load balancer that opened the connection.
    pub balanced: bool,
    /// The trace that the request belongs to.
    pub trace: TraceParent,
    /// The connection that it came by.
    pub wire: Wire,
    /// The way out of its server, which its tunnel has to end with.
    pub drain: Drain,
}
