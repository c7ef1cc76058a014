//! A bill for scripts.

use serde_json::{Value as Json, json};
use stacks::{
    cost::{Cost, Line},
    settings::Settings,
};
use synth_twin::cost::HOURS_A_MONTH;

use super::{Answer, compare::Compared};

pub(super) fn json(answer: &Answer<'_>) -> Json {
    let Answer { settings, load, reckoned, compared, exceeds } = answer;
    let cost = &reckoned.cost;
    let mut told = json!({
        "environment": settings.environment,
        "name": settings.name,
        "region": settings.aws.region.name,
        "load": load,
        "lost_share": reckoned.lost,
        "usd_a_month": cost.month(),
        "usd_an_hour": cost.hour(),
        "hours_a_month": HOURS_A_MONTH,
        "usd_assumed": cost.of_assumed(),
        "parts": cost.parts().into_iter().map(|(part, dollars)| json!({ "part": part.name(), "usd_a_month": dollars })).collect::<Vec<_>>(),
        "lines": cost.lines.iter().map(|line| of_line(line, settings)).collect::<Vec<_>>(),
        "assumptions": cost.assumed.iter().map(|of| json!({ "name": of.name, "value": of.value, "unit": of.unit, "why": of.why })).collect::<Vec<_>>(),
        "not_reckoned": cost.left_out.iter().map(|of| json!({ "what": of.what, "why": of.why })).collect::<Vec<_>>(),
    });
    if let Some(compared) = compared {
        told["compared"] = of_compared(compared, cost);
        told["compared"]["exceeds"] = exceeds.is_some().into();
    }
    told
}

fn of_line(line: &Line, settings: &Settings) -> Json {
    let of_setting = |key: &String| {
        let place = settings.place(key);
        json!({ "key": key, "file": place.as_ref().map(|place| place.file.as_str()), "line": place.as_ref().map(|place| place.line) })
    };
    json!({
        "part": line.part.name(),
        "what": line.what,
        "quantity": line.quantity,
        "unit": line.unit,
        "usd_each": line.each,
        "usd_a_month": line.dollars(),
        "source": line.source,
        "day": line.day,
        "estimated": line.estimated,
        "assumed": line.assumed,
        "from": line.from,
        "settings": line.settings.iter().map(of_setting).collect::<Vec<_>>(),
    })
}

fn of_compared(compared: &Compared, after: &Cost) -> Json {
    let of_step = |step: &super::compare::Step| {
        let settings = step.settings.iter().map(|of| json!({ "key": of.key, "before": of.before, "after": of.after }));
        json!({ "settings": settings.collect::<Vec<_>>(), "usd_a_month": step.dollars })
    };
    let of_line = |line: &super::compare::Differs| json!({ "part": line.part, "what": line.what, "before": line.before, "after": line.after });
    json!({
        "with": compared.with,
        "is_new": compared.before.is_none(),
        "before": compared.month(),
        "after": after.month(),
        "difference": after.month() - compared.month(),
        "steps": compared.steps.iter().map(of_step).collect::<Vec<_>>(),
        "lines": compared.lines.iter().map(of_line).collect::<Vec<_>>(),
    })
}
