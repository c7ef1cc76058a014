//! How bodies travel beside warp. warp's own body type drops trailers and copies, so the request's body goes around
//! it in the request's extensions, and a streamed response goes back in the response's.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;

/// An error of any kind, as bodies carry it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A response body: frames of data, then perhaps trailers.
pub type ResponseBody = UnsyncBoxBody<Bytes, BoxError>;

/// The parts of a request that go around warp: its body, and its URI and headers if the routes want them whole.
#[derive(Clone, Debug)]
pub struct RequestBody(Arc<Mutex<(Option<Incoming>, Uri, HeaderMap)>>);

impl RequestBody {
    pub(crate) fn new(body: Incoming, uri: Uri, headers: HeaderMap) -> Self {
        Self(Arc::new(Mutex::new((Some(body), uri, headers))))
    }

    /// Takes the body; a second taker gets none.
    pub fn take(&self) -> Option<Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.take()
    }

    /// Takes the URI and the headers, uncopied: none unless the routes are `Routes::taking_headers`.
    pub fn take_head(&self) -> (Uri, HeaderMap) {
        let mut request = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut request.1), std::mem::take(&mut request.2))
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
