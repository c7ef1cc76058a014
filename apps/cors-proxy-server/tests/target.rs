//! The target parser against anything: a bounded run of what the fuzz target does without end.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

use cors_proxy_server::address::public;
use cors_proxy_server::target::{Target, parse};
use proptest::prelude::*;
use url::Url;

/// What is vetted is what is dialled: the URL is plain, and means the same when it is read again.
fn is_sound(target: Target) -> bool {
    let url = Url::parse(target.as_str()).unwrap();
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    plain && url.has_host() && url.fragment().is_none() && Target::try_from(url) == Ok(target)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_a_plain_url_or_refused(path in "\\PC*", query in proptest::option::of("\\PC*")) {
        if let Ok(Some(target)) = parse(&path, query.as_deref()) {
            prop_assert!(is_sound(target));
        }
    }

    #[test]
    fn what_looks_like_a_target_is_a_plain_url_or_refused(
        path in "/{0,3}(https?|HTTP|ftp|)(:|%3[aA]|)(/|%2[fF]|\\\\){0,4}[a-z0-9.@:\\[\\]%\\\\-]{0,24}(/[a-z%.]{0,8})?",
        query in proptest::option::of("(url=)?[a-z:/%&=.0-9]{0,24}"),
    ) {
        if let Ok(Some(target)) = parse(&path, query.as_deref()) {
            prop_assert!(is_sound(target));
        }
    }

    #[test]
    fn a_target_keeps_its_path_and_query(path in "(/[a-zA-Z0-9_~-]{1,8}){0,4}", query in "[a-z0-9=&%20]{0,16}") {
        let expected = format!("https://example.org{}?{query}", if path.is_empty() { "/" } else { &path });
        let parsed = parse(&format!("/https://example.org{path}"), Some(&query)).unwrap().unwrap();
        prop_assert_eq!(parsed.as_str(), expected);
    }

    #[test]
    fn every_number_that_means_a_private_address_is_parsed_as_one(low in 0_u32..0x0100_0000, hex in any::<bool>()) {
        let address = 0x7f00_0000 | low;
        let text = if hex { format!("/http://{address:#x}/") } else { format!("/http://{address}/") };
        let target = parse(&text, None).unwrap().unwrap();
        prop_assert!(public(target.address().unwrap()).is_err());
    }
}
