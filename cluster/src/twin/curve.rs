//! A load curve: an offered total for each service, which its ready pods share.

use anyhow::{Context, Result, bail, ensure};

/// Steps of load.
#[derive(Clone, Debug)]
pub(super) struct Curve {
    services: Vec<String>,
    /// From a second on: millicores of each service.
    steps: Vec<(f64, Vec<u64>)>,
}

impl Curve {
    /// Reads `second,SERVICE,…`; an error names the line.
    pub(super) fn read(text: &str) -> Result<Self> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (_, head) = lines.next().context("is empty")?;
        let Some(names) = head.strip_prefix("second,") else { bail!("the header is not `second,SERVICE,…`") };
        let services: Vec<_> = names.split(',').map(str::to_owned).collect();
        let mut steps: Vec<(f64, Vec<u64>)> = Vec::new();
        for (number, line) in lines {
            let step = step(line, services.len()).with_context(|| format!("line {number}"))?;
            let after = steps.last().map_or(0.0, |(second, _)| *second);
            ensure!(
                if steps.is_empty() { step.0 == 0.0 } else { step.0 > after },
                "line {number}: seconds grow from 0 on"
            );
            steps.push(step);
        }
        ensure!(steps.len() > 1, "expected two lines or more: the last one ends the run");
        Ok(Self { services, steps })
    }

    /// What a service's pods use together at a moment, in millicores.
    pub(super) fn at(&self, service: &str, second: f64) -> u64 {
        let place = self.services.iter().position(|of| of == service);
        let step = self.steps.iter().rev().find(|(from, _)| *from <= second);
        place.zip(step).and_then(|(place, (_, loads))| loads.get(place)).copied().unwrap_or_default()
    }

    /// The steps of a service, the last of which ends the run.
    pub(super) fn points(&self, service: &str) -> Vec<(f64, u64)> {
        self.steps.iter().map(|(second, _)| (*second, self.at(service, *second))).collect()
    }

    /// The moments at which it changes, the end among them.
    pub(super) fn changes(&self) -> impl Iterator<Item = f64> {
        self.steps.iter().skip(1).map(|(second, _)| *second)
    }

    /// Seconds in all.
    pub(super) fn end(&self) -> f64 {
        self.steps.last().map_or(0.0, |(second, _)| *second)
    }
}

fn step(line: &str, services: usize) -> Result<(f64, Vec<u64>)> {
    let (second, loads) = line.split_once(',').context("has one value alone")?;
    let second: f64 =
        second.parse().ok().filter(|second: &f64| second.is_finite()).context("its second is no number")?;
    let loads = loads.split(',').map(|load| load.trim().parse().with_context(|| format!("`{load}` is no load")));
    let loads: Vec<_> = loads.collect::<Result<_>>()?;
    ensure!(loads.len() == services, "has {} loads for {services} services", loads.len());
    Ok((second, loads))
}

#[cfg(test)]
mod tests {
    use super::Curve;

    #[test]
    fn a_step_holds_until_the_next() {
        let curve = Curve::read("second,a,b\n0,100,1\n60,200,2\n90,0,0\n").unwrap();
        assert_eq!((curve.at("a", 59.9), curve.at("a", 60.0), curve.at("b", 60.0)), (100, 200, 2));
        assert_eq!((curve.end(), curve.at("nobody", 1.0)), (90.0, 0));
    }

    #[test]
    fn what_is_no_curve_is_refused_with_its_line() {
        for (text, words) in [
            ("", "is empty"),
            ("second,a\n0,1\n", "two lines"),
            ("second,a\n5,1\n9,1\n", "line 2"),
            ("second,a\n0,1\n0,1\n", "line 3"),
            ("second,a\n0,1\n9,x\n", "line 3"),
            ("second,a\n0,1\n9,1,2\n", "line 3"),
        ] {
            let error = format!("{:#}", Curve::read(text).unwrap_err());
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
