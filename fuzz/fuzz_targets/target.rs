//! Any path and query: the parser neither panics nor lets through what is no plain http or https URL.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (path, query) = input.split_once('?').map_or((input, None), |(path, query)| (path, Some(query)));
    if let Ok(Some(url)) = cors_proxy_server::target::parse(path, query) {
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(url.has_host() && url.username().is_empty() && url.password().is_none(), "{url}");
    }
});
