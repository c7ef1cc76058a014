//! Differences between an object as it was written and as a server holds it: Argo CD would show them as out of sync for
//! ever.

use serde_json::Value as Json;

/// Every path at which the written object is not what the server holds. What the server adds is no difference.
pub(crate) fn differences(written: &Json, held: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare(written, held, "", &mut found);
    found
}

fn compare(written: &Json, held: &Json, path: &str, found: &mut Vec<String>) {
    match (written, held) {
        (Json::Object(written), Json::Object(held)) => {
            for (key, value) in written {
                compare(value, held.get(key).unwrap_or(&Json::Null), &format!("{path}.{key}"), found);
            }
        }
        (Json::Array(written), Json::Array(held)) if written.len() == held.len() => {
            for (index, (written, held)) in written.iter().zip(held).enumerate() {
                compare(written, held, &format!("{path}[{index}]"), found);
            }
        }
        // A server leaves out what is empty; written or not, it means the same.
        (written, Json::Null) if is_empty(written) => {}
        (written, held) if written == held => {}
        // Argo CD compares quantities of Kubernetes' own kinds by their value; those of custom kinds are held as they are.
        (Json::String(written), Json::String(held))
            if quantity(written).is_some() && quantity(written) == quantity(held) => {}
        (written, held) => found.push(format!("{path} is written as {written} and held as {held}")),
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A quantity in thousandths: `500m` and `0.5` are both 500.
fn quantity(text: &str) -> Option<i128> {
    const SUFFIXES: [(&str, i128); 9] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("", 1),
    ];
    let (number, factor) = match text.strip_suffix('m') {
        Some(number) => (number, 1),
        None => SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, factor * 1000)))?,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    Some(digits * factor / 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn what_the_server_adds_is_no_difference() {
        let written = json!({ "spec": { "ports": [{ "port": 80 }], "selector": {} } });
        let held = json!({ "spec": { "ports": [{ "port": 80, "protocol": "TCP" }], "type": "ClusterIP" } });
        assert_eq!(differences(&written, &held), Vec::<String>::new());
    }

    #[test]
    fn a_quantity_in_another_form_is_no_difference() {
        let written = json!({ "cpu": "0.5", "memory": "27648Mi", "disk": "1000m", "image": "a:1" });
        let held = json!({ "cpu": "500m", "memory": "27Gi", "disk": "1", "image": "a:1" });
        assert_eq!(differences(&written, &held), Vec::<String>::new());
        assert_eq!(differences(&json!({ "cpu": "2" }), &json!({ "cpu": "2m" })).len(), 1);
    }

    #[test]
    fn what_the_server_writes_otherwise_is_a_difference() {
        let written = json!({ "spec": { "cpu": "0.6", "list": [1, 2], "gone": true } });
        let held = json!({ "spec": { "cpu": "500m", "list": [1] } });
        let expected = [
            r#".spec.cpu is written as "0.6" and held as "500m""#,
            ".spec.list is written as [1,2] and held as [1]",
            ".spec.gone is written as true and held as null",
        ];
        assert_eq!(differences(&written, &held), expected);
    }
}
