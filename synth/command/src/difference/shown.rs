//! Values short enough for a line: what two long texts share is left out, so that what differs is seen.

use serde_json::Value as Json;

/// A text up to this many characters is shown whole.
const WHOLE: usize = 60;

/// As many characters of what is shared are kept on each side of what differs.
const AROUND: usize = 12;

/// A value on its own.
pub(super) fn one(value: &Json) -> String {
    let text: Vec<char> = value.to_string().chars().collect();
    excerpt(&text, 0, 0)
}

/// Two values that differ.
pub(super) fn pair(old: &Json, new: &Json) -> (String, String) {
    let [old, new] = [old, new].map(|value| value.to_string().chars().collect::<Vec<char>>());
    let shared = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = (&old[shared..], &new[shared..]);
    let trailing = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(old, new)| old == new).count();
    (excerpt(&old, shared, trailing), excerpt(&new, shared, trailing))
}

/// The part of a text that is not shared, with a little around it, cut where it is still too long.
fn excerpt(text: &[char], shared: usize, trailing: usize) -> String {
    if text.len() <= WHOLE {
        return text.iter().collect();
    }
    let start = shared.saturating_sub(AROUND);
    let wanted = (text.len() - trailing + AROUND).min(text.len());
    let end = wanted.min(start + WHOLE);
    let (before, after) = (if start > 0 { "…" } else { "" }, if end < text.len() { "…" } else { "" });
    format!("{before}{}{after}", text[start..end].iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_values_are_whole() {
        assert_eq!(pair(&json!("10.0.0.0/16"), &json!(["a"])), ("\"10.0.0.0/16\"".into(), "[\"a\"]".into()));
    }

    #[test]
    fn long_texts_show_where_they_differ() {
        let text = |middle: &str| json!(format!("{}{middle}{}", "a".repeat(100), "b".repeat(100)));
        let (old, new) = pair(&text("ä"), &text("ö!"));
        assert_eq!((old.as_str(), new.as_str()), ("…aaaaaaaaaaaaäbbbbbbbbbbbb…", "…aaaaaaaaaaaaö!bbbbbbbbbbbb…"));
    }

    #[test]
    fn a_long_text_alone_is_cut() {
        let shown = one(&json!("x".repeat(500)));
        assert_eq!((shown.chars().count(), shown.ends_with('…')), (WHOLE + 1, true));
    }
}
