//! `/redirect/COUNT` and `/redirect-to?url=…&status=…`.

use http::{HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use service::ResponseBody;
use warp::Filter;

use super::Group;
use crate::answer::{Answer, Refusal, bounded, full};

#[derive(Debug, Deserialize)]
struct To {
    url: String,
    #[serde(default = "found")]
    status: u16,
}

fn found() -> u16 {
    302
}

pub(super) fn routes() -> Group {
    let hops = warp::path!("redirect" / u64).map(|count| Answer {
        route: "/redirect/{count}",
        outcome: bounded("count", count, 100).and_then(|count| match count {
            0 | 1 => redirect(StatusCode::FOUND, "/headers"),
            more => redirect(StatusCode::FOUND, &format!("/redirect/{}", more - 1)),
        }),
    });
    let to = warp::path!("redirect-to").and(warp::query()).map(|to: To| Answer {
        route: "/redirect-to",
        outcome: StatusCode::from_u16(to.status)
            .ok()
            .filter(StatusCode::is_redirection)
            .ok_or_else(|| Refusal::Invalid { name: "status", expected: "from 300 to 399".into() })
            .and_then(|status| redirect(status, &to.url)),
    });
    hops.or(to).unify().boxed()
}

fn redirect(status: StatusCode, location: &str) -> Result<Response<ResponseBody>, Refusal> {
    let location = HeaderValue::from_str(location)
        .map_err(|_| Refusal::Invalid { name: "url", expected: "fit for a header".into() })?;
    let mut response = full(status, "text/plain; charset=utf-8", "");
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
