//! How bodies travel beside warp. warp's own body type drops trailers and copies, so the request's body goes around
//! it in the request's extensions, and a streamed response goes back in the response's.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

/// An error of any kind, as bodies carry it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A response body: frames of data, then perhaps trailers.
pub type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// The body of a request, which goes around warp.
#[derive(Clone, Debug)]
pub struct RequestBody(Arc<Mutex<Option<Incoming>>>);

impl RequestBody {
    pub(crate) fn new(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(Some(body))))
    }

    /// Takes the body; a second taker gets none.
    pub fn take(&self) -> Option<Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Clone)]
pub(crate) struct Carried(Arc<Mutex<Option<ResponseBody>>>);

impl Carried {
    pub(crate) fn take(&self) -> Option<ResponseBody> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Makes a warp reply whose body is sent frame by frame, trailers included.
pub fn reply(response: Response<ResponseBody>) -> warp::reply::Response {
    let (mut parts, body) = response.into_parts();
    parts.extensions.insert(Carried(Arc::new(Mutex::new(Some(body)))));
    Response::from_parts(parts, warp::reply::Response::default().into_body())
}

/// The names of a response in metrics and logs; put them into the response's extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Label {
    /// The route's name, never the requested URL.
    pub route: &'static str,
    /// The kind of error; empty when there was none.
    pub error: &'static str,
}
