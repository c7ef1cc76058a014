//! `NodePool`s as they are written (`karpenter.sh/v1`).

use serde_json::Value;

use crate::{
    karpenter::{
        Budget, Consolidation, Pool, Reason, Share,
        requirements::{Requirement, Requirements},
    },
    pods::{Effect, Labels, Operator, Taint},
    quantity,
    resources::Resources,
    time::Span,
};

impl Pool {
    /// Reads a `NodePool`. What it does not say is as Karpenter's defaults have it; the error says what cannot be read.
    pub fn read(object: &Value) -> Result<Self, String> {
        let name = object["metadata"]["name"].as_str().ok_or("a NodePool without `metadata.name`")?;
        let within = |why: String| format!("NodePool `{name}`: {why}");
        let (spec, template) = (&object["spec"], &object["spec"]["template"]);
        let mut pool = Self {
            name: name.to_owned(),
            weight: spec["weight"].as_u64().and_then(|weight| u32::try_from(weight).ok()).unwrap_or(0),
            requirements: Requirements::default(),
            labels: labels(&template["metadata"]["labels"]),
            taints: taints(&template["spec"]["taints"]).map_err(within)?,
            startup_taints: taints(&template["spec"]["startupTaints"]).map_err(within)?,
            limit_cpu: amount(&spec["limits"]["cpu"], quantity::thousandths).map_err(within)?,
            limit_memory: amount(&spec["limits"]["memory"], quantity::whole).map_err(within)?,
            limit_nodes: amount(&spec["limits"]["nodes"], quantity::whole).map_err(within)?,
            policy: policy(&spec["disruption"]["consolidationPolicy"]).map_err(within)?,
            consolidate_after: span(&spec["disruption"]["consolidateAfter"], Some(Span::ZERO)).map_err(within)?,
            budgets: budgets(&spec["disruption"]["budgets"]).map_err(within)?,
            expire_after: span(&template["spec"]["expireAfter"], Some(Span::whole_seconds(720 * 3600)))
                .map_err(within)?,
            termination_grace: span(&template["spec"]["terminationGracePeriod"], None).map_err(within)?,
            hash: 0,
        };
        pool.requirements = requirements(&template["spec"]["requirements"]).map_err(within)?;
        pool.hash = hash(template);
        Ok(pool)
    }

    /// The same with another template: `spec.template.metadata.labels` and `spec.template.spec.requirements`, as far as given.
    pub fn with_template(&self, labels_of: Option<&Value>, rules: Option<&Value>) -> Result<Self, String> {
        let mut pool = self.clone();
        if let Some(given) = labels_of {
            let given = labels(given);
            pool.hash = given.iter().fold(pool.hash, |hash, (key, value)| mix(mix(hash, key), value));
            pool.labels = given;
        }
        if let Some(rules) = rules {
            pool.requirements = requirements(rules)?;
        }
        Ok(pool)
    }
}

fn labels(written: &Value) -> Labels {
    let all = written.as_object().into_iter().flatten();
    all.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn taints(written: &Value) -> Result<Vec<Taint>, String> {
    let text = |taint: &Value, key: &str| taint[key].as_str().unwrap_or_default().to_owned();
    let effect = |taint: &Value| match taint["effect"].as_str() {
        Some("NoSchedule") => Ok(Effect::NoSchedule),
        Some("PreferNoSchedule") => Ok(Effect::PreferNoSchedule),
        Some("NoExecute") => Ok(Effect::NoExecute),
        other => Err(format!("`{}` is no effect of a taint", other.unwrap_or_default())),
    };
    let all = written.as_array().into_iter().flatten();
    all.map(|taint| Ok(Taint { key: text(taint, "key"), value: text(taint, "value"), effect: effect(taint)? }))
        .collect()
}

fn policy(written: &Value) -> Result<Consolidation, String> {
    match written.as_str() {
        None | Some("WhenEmptyOrUnderutilized") => Ok(Consolidation::WhenEmptyOrUnderutilized),
        Some("WhenEmpty") => Ok(Consolidation::WhenEmpty),
        Some("Balanced") => Ok(Consolidation::Balanced),
        Some(other) => Err(format!("`{other}` is no `consolidationPolicy`")),
    }
}

fn budgets(written: &Value) -> Result<Vec<Budget>, String> {
    let Some(written) = written.as_array() else {
        return Ok(vec![Budget { nodes: Share::Percent(10), reasons: Vec::new(), window: None }]);
    };
    let reason = |name: &Value| match name.as_str() {
        Some("Empty") => Ok(Reason::Empty),
        Some("Underutilized") => Ok(Reason::Underutilized),
        Some("Drifted") => Ok(Reason::Drifted),
        other => Err(format!("`{}` is no reason of a budget", other.unwrap_or_default())),
    };
    let budget = |budget: &Value| {
        let nodes = budget["nodes"].as_str().map_or_else(|| budget["nodes"].to_string(), str::to_owned);
        let reasons = budget["reasons"].as_array().into_iter().flatten().map(reason).collect::<Result<_, _>>()?;
        let window = match (budget["schedule"].as_str(), span(&budget["duration"], None)?) {
            (Some(schedule), Some(duration)) => Some((schedule.to_owned(), duration)),
            _ => None,
        };
        Ok(Budget { nodes: share(&nodes)?, reasons, window })
    };
    written.iter().map(budget).collect()
}

/// A number, or a percentage.
pub fn share(text: &str) -> Result<Share, String> {
    let parsed = match text.strip_suffix('%') {
        Some(percent) => percent.parse().map(Share::Percent),
        None => text.parse().map(Share::Number),
    };
    parsed.map_err(|_| format!("`{text}` is neither a number nor a percentage"))
}

fn requirements(written: &Value) -> Result<Requirements, String> {
    let mut all = Requirements::default();
    for rule in written.as_array().into_iter().flatten() {
        let key = rule["key"].as_str().ok_or("a requirement without a key")?;
        let operator = operator(rule["operator"].as_str().unwrap_or_default())?;
        let values: Vec<String> = rule["values"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|value| Some(value.as_str()?.to_owned()))
            .collect();
        let least = rule["minValues"].as_u64().and_then(|least| usize::try_from(least).ok());
        all.add(key, Requirement::of(operator, &values).with_min_values(least));
    }
    Ok(all)
}

fn operator(name: &str) -> Result<Operator, String> {
    Operator::named(name).ok_or_else(|| format!("`{name}` is no operator of a requirement"))
}

/// A duration as Go writes it (`1h30m`), `Never` being none.
fn span(written: &Value, default: Option<Span>) -> Result<Option<Span>, String> {
    let Some(text) = written.as_str() else { return Ok(default) };
    if text == "Never" {
        return Ok(None);
    }
    let (mut milliseconds, mut number) = (0.0, String::new());
    let mut rest = text.chars().peekable();
    let wrong = || format!("`{text}` is no duration");
    while let Some(next) = rest.next() {
        if next.is_ascii_digit() || next == '.' {
            number.push(next);
            continue;
        }
        let unit = match next {
            'h' => 3_600_000.0,
            'm' if rest.peek() == Some(&'s') => {
                rest.next();
                1.0
            }
            'm' => 60_000.0,
            's' => 1000.0,
            _ => return Err(wrong()),
        };
        milliseconds += number.parse::<f64>().map_err(|_| wrong())? * unit;
        number.clear();
    }
    if number.is_empty() { Ok(Some(Span::seconds(milliseconds / 1000.0))) } else { Err(wrong()) }
}

fn amount(written: &Value, read: fn(&str) -> Option<i64>) -> Result<Option<i64>, String> {
    let text = match written {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    read(&text).map(Some).ok_or_else(|| format!("`{text}` is no quantity"))
}

/// What pods ask for, with a place.
pub fn pod_requests(cpu: &str, memory: &str) -> Option<Resources> {
    Some(Resources { cpu: quantity::thousandths(cpu)?, memory: quantity::whole(memory)?, pods: 1 })
}

/// What a node must still be like: the template but for its requirements, which are looked at themselves.
fn hash(template: &Value) -> u64 {
    let mut rest = template.clone();
    if let Some(spec) = rest["spec"].as_object_mut() {
        spec.remove("requirements");
    }
    mix(0xcbf2_9ce4_8422_2325, &rest.to_string())
}

/// Fowler, Noll and Vo's hash (1a).
fn mix(hash: u64, text: &str) -> u64 {
    text.bytes().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let read = |text: &str| span(&json!(text), None);
        assert_eq!(read("1h30m"), Ok(Some(Span::whole_seconds(5400))));
        assert_eq!(read("15s"), Ok(Some(Span::whole_seconds(15))));
        assert_eq!(read("0s"), Ok(Some(Span::ZERO)));
        assert_eq!(read("250ms"), Ok(Some(Span(250))));
        assert_eq!(read("Never"), Ok(None));
        assert!(read("5").is_err() && read("x").is_err());
    }

    #[test]
    fn a_pool_that_says_little_has_the_defaults() {
        let pool = Pool::read(&json!({"metadata": {"name": "a"}, "spec": {"template": {"spec": {}}}})).unwrap();
        assert_eq!(pool.consolidate_after, Some(Span::ZERO));
        assert_eq!(pool.expire_after, Some(Span::whole_seconds(2_592_000)));
        assert_eq!(pool.budgets.len(), 1);
        assert_eq!(pool.budgets[0].nodes, Share::Percent(10));
    }

    #[test]
    fn other_labels_make_another_hash_and_other_requirements_do_not() {
        let rule = json!([{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}]);
        let pool = Pool::read(&json!({"metadata": {"name": "a"}, "spec": {"template": {"spec": {}}}})).unwrap();
        assert_ne!(pool.with_template(Some(&json!({"team": "blue"})), None).unwrap().hash, pool.hash);
        assert_eq!(pool.with_template(None, Some(&rule)).unwrap().hash, pool.hash);
    }
}
