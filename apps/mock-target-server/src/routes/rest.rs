//! `/posts` and `/todos`: list, get, filter.

use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use warp::Filter;

use super::Group;
use crate::answer::{Answer, Refusal, full};
use crate::collection::Collection;

const JSON: &str = "application/json; charset=utf-8";

pub(super) fn routes() -> Group {
    resource("posts", Collection::posts(), "/posts", "/posts/{id}")
        .or(resource("todos", Collection::todos(), "/todos", "/todos/{id}"))
        .unify()
        .boxed()
}

fn resource(name: &'static str, collection: Collection, list: &'static str, item: &'static str) -> Group {
    let collection = Arc::new(collection);
    let items = collection.clone();
    let one = warp::path::param().and(warp::path::end()).map(move |id: usize| Answer {
        route: item,
        outcome: items.get(id).map(|text| full(StatusCode::OK, JSON, text)).ok_or(Refusal::NotFound),
    });
    let many = warp::path::end().and(warp::query()).map(move |filters: Vec<(String, String)>| {
        let outcome = collection.list(&filters).map(|(text, total)| {
            let mut response = full(StatusCode::OK, JSON, text);
            response.headers_mut().insert("x-total-count", HeaderValue::from(total));
            response
        });
        Answer { route: list, outcome }
    });
    warp::path(name).and(warp::get().or(warp::head()).unify()).and(one.or(many).unify()).boxed()
}
