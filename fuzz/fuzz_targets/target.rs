//! Any path and query: the parser neither panics nor lets through what is no plain http or https URL.

#![no_main]

use cors_proxy_server::target::{Target, parse, parsed};
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: &str| {
    let (path, query) = input.split_once('?').map_or((input, None), |(path, query)| (path, Some(query)));
    let read = parse(path, query);
    // Most are read without a parser of URLs, which may make no difference.
    assert_eq!(read, parsed(path, query));
    if let Ok(Some(target)) = read {
        let url = Url::parse(target.as_str()).expect("a target is a URL");
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(url.has_host() && url.username().is_empty() && url.password().is_none(), "{url}");
        assert_eq!(Target::try_from(url), Ok(target));
    }
});
