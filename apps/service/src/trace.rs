//! W3C trace context: one trace id per request, continued from the caller or begun here.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The flags that version 00 defines, sampled and random; it has a server zero the others.
const FLAGS: u8 = 0b11;

/// The trace that a request belongs to, and this server's own span in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    trace: u128,
    span: u64,
    flags: u8,
    begun: bool,
}

impl TraceParent {
    /// Continues the caller's trace with a new span, or begins a trace where the header is missing or malformed.
    pub fn continued(headers: &HeaderMap) -> Self {
        let mut parents = headers.get_all(Self::NAME).iter();
        let parent = parents.next().filter(|_| parents.next().is_none()).and_then(|value| parse(value.as_bytes()));
        let (trace, flags) = parent.unwrap_or_else(|| (fastrand::u128(1..), 1));
        Self { trace, span: fastrand::u64(1..), flags: flags & FLAGS, begun: parent.is_none() }
    }

    /// The header that tells the next server which trace this is.
    pub const NAME: HeaderName = HeaderName::from_static("traceparent");

    /// The header of what other systems say about a trace, which is void without its parent.
    pub const STATE: HeaderName = HeaderName::from_static("tracestate");

    /// What the next server is told.
    #[expect(clippy::missing_panics_doc, reason = "a trace parent is always a header value")]
    pub fn value(&self) -> HeaderValue {
        let mut text = *b"00-................................-................-..";
        hexadecimal(&mut text[3..35], self.trace);
        hexadecimal(&mut text[36..52], self.span.into());
        hexadecimal(&mut text[53..], self.flags.into());
        HeaderValue::from_bytes(&text).expect("hexadecimal digits and dashes are a header value")
    }

    /// Whether the trace began here, so that the caller's state is of no trace.
    pub fn is_begun(&self) -> bool {
        self.begun
    }

    /// The trace id, as logs show it.
    pub fn trace_id(&self) -> impl fmt::Display + use<> {
        let trace = self.trace;
        fmt::from_fn(move |f| write!(f, "{trace:032x}"))
    }
}

/// Fills `text` with the last digits of `value`.
fn hexadecimal(text: &mut [u8], mut value: u128) {
    for digit in text.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(value & 15) as usize];
        value >>= 4;
    }
}

/// Reads `version-trace-parent-flags`; later versions may append fields, version `ff` and zero ids are invalid.
fn parse(value: &[u8]) -> Option<(u128, u8)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut fields = text.split('-');
    let (version, trace, parent, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let shaped = version.len() == 2 && trace.len() == 32 && parent.len() == 16 && flags.len() == 2;
    let lower_hex = [version, trace, parent, flags]
        .iter()
        .all(|field| field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
    if !shaped || !lower_hex || version == "ff" || (version == "00" && fields.next().is_some()) {
        return None;
    }
    let trace = u128::from_str_radix(trace, 16).ok().filter(|trace| *trace != 0)?;
    u64::from_str_radix(parent, 16).ok().filter(|parent| *parent != 0)?;
    Some((trace, u8::from_str_radix(flags, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn continued(value: &'static str) -> String {
        let headers = HeaderMap::from_iter([(TraceParent::NAME, HeaderValue::from_static(value))]);
        TraceParent::continued(&headers).value().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_trace_keeps_its_id_and_flags_under_a_new_span() {
        let text = continued("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        assert!(text.starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{text}");
        assert!(text.ends_with("-00") && !text.contains("b7ad6b7169203331"), "{text}");
    }

    #[test]
    fn undefined_flags_and_later_versions_are_narrowed_to_version_00() {
        let text = continued("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-later");
        assert!(text.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && text.ends_with("-03"), "{text}");
    }

    #[test]
    fn a_trace_without_exactly_one_parent_begins_here() {
        let parent = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        for (parents, begun) in [(0, true), (1, false), (2, true)] {
            let mut headers = HeaderMap::new();
            for _ in 0..parents {
                headers.append(TraceParent::NAME, parent.clone());
            }
            assert_eq!(TraceParent::continued(&headers).is_begun(), begun, "{parents}");
        }
    }

    #[test]
    fn a_malformed_parent_begins_a_new_trace() {
        for value in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            let text = continued(value);
            assert_eq!(text.len(), 55);
            assert!(!text.contains("0af7651916cd43dd8448eb211c80319c"), "{value}");
        }
    }
}
