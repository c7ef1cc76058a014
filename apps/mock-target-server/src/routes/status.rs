//! `/status/CODE`, and `/status/200:95,503:5` for a weighted choice.

use http::{Response, StatusCode};
use service::ResponseBody;
use warp::Filter;

use super::{Group, latency::Seed};
use crate::answer::{Answer, Refusal, full};
use crate::dice::Dice;

pub(super) fn routes(dice: Dice) -> Group {
    warp::path!("status" / String)
        .and(warp::query())
        .map(move |choices: String, seed: Seed| Answer {
            route: "/status/{codes}",
            outcome: choose(&choices, &dice, seed),
        })
        .boxed()
}

fn choose(choices: &str, dice: &Dice, seed: Seed) -> Result<Response<ResponseBody>, Refusal> {
    let invalid =
        || Refusal::Invalid { name: "codes", expected: "`CODE` or `CODE:WEIGHT,…`, codes from 200 to 599".into() };
    let weighted: Vec<(StatusCode, u32)> = choices
        .split(',')
        .map(|choice| {
            let (code, weight) = choice.split_once(':').unwrap_or((choice, "1"));
            let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
            Some((StatusCode::from_u16(code).ok()?, weight.parse::<u16>().ok()?.into()))
        })
        .collect::<Option<_>>()
        .ok_or_else(invalid)?;
    let total: u32 = weighted.iter().map(|(_, weight)| weight).sum();
    if total == 0 {
        return Err(invalid());
    }
    let mut left = dice.roll(seed.seed).u32(0..total);
    let (status, _) = weighted
        .into_iter()
        .find(|(_, weight)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        })
        .ok_or_else(invalid)?;
    Ok(full(status, "text/plain; charset=utf-8", if bodiless(status) { String::new() } else { format!("{status}\n") }))
}

fn bodiless(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}
