//! Compares what is simulated with what was recorded.

use std::collections::BTreeSet;

use synth_twin::{
    catalogue::{Catalogue, TypeId, Unavailable},
    karpenter::{
        Claim, Plan,
        launch::{self, Choice, Fleet, Override},
        provision::Question,
    },
    pods::Capacity,
    resources::Resources,
    time::Time,
};

use super::{
    read::{ClaimLine, Instance, Recording, Simulated},
    state::{Chance, State},
};

const PRICES: &str = include_str!("../../data/karpenter/prices.csv");
/// Draws of what is chance in reality, of which one must come out as recorded.
const DRAWS: u64 = 300;

/// How many of each came out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) simulations: usize,
    /// Without any draw.
    pub(crate) at_once: usize,
    pub(crate) claims: usize,
    pub(crate) fleets: usize,
}

/// What of a claim is compared.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    pool: String,
    requests: Resources,
    zones: Vec<String>,
    capacity: Vec<String>,
    types: Vec<String>,
}

impl Shown {
    fn recorded(line: &ClaimLine) -> Self {
        let sorted = |mut values: Vec<String>| {
            values.sort();
            values
        };
        let values = |key: &str| sorted(line.requirements.get(key).cloned().unwrap_or_default());
        Self {
            pool: line.pool.clone(),
            requests: line.requests,
            zones: values("topology.kubernetes.io/zone"),
            capacity: values("karpenter.sh/capacity-type"),
            types: sorted(line.types.clone()),
        }
    }

    fn simulated(claim: &Claim, of: &Recording, catalogue: &Catalogue) -> Self {
        let values =
            |key: &str| claim.requirements.get(key).and_then(|rule| rule.values()).unwrap_or_default().to_vec();
        Self {
            pool: of.pools[claim.pool.0].name.clone(),
            requests: claim.requests,
            zones: values("topology.kubernetes.io/zone"),
            capacity: values("karpenter.sh/capacity-type"),
            types: claim.types.iter().map(|id| catalogue.get(*id).name.clone()).collect(),
        }
    }

    fn brief(&self) -> String {
        let Resources { cpu, memory, pods } = self.requests;
        format!("{} {cpu}m {memory} {pods} {} {}", self.pool, self.zones.join(" "), self.types.len())
    }
}

pub(crate) struct Judge<'a> {
    of: &'a Recording,
    catalogue: Catalogue,
    unavailable: Unavailable,
    score: Score,
    /// What did not come out.
    pub(crate) told: Vec<String>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(of: &'a Recording) -> Self {
        let catalogue = Catalogue::of("eu-north-1").unwrap().with_prices(PRICES).unwrap();
        Self { of, catalogue, unavailable: Unavailable::default(), score: Score::default(), told: Vec::new() }
    }

    pub(crate) fn judge(mut self) -> (Score, Vec<String>) {
        let of = self.of;
        let mut before = 0.0;
        for (number, run) in of.simulations.iter().enumerate() {
            let next = of.simulations.get(number + 1).map_or(f64::INFINITY, |next| next.at);
            self.pass(before, run.at);
            before = run.at;
            self.run(run, next);
        }
        (self.score, self.told)
    }

    /// Notes what was taken back, and lets go what may be tried again.
    fn pass(&mut self, from: f64, to: f64) {
        for (at, id) in self.of.interruptions.iter().filter(|(at, _)| (from..=to).contains(at)) {
            let claim = self.of.claims.iter().find(|line| line.id == *id).unwrap();
            let instance = claim.instance.as_ref().unwrap();
            let zone = self.catalogue.zone(&format!("eu-north-1{}", instance.zone)).unwrap();
            let kind = self.catalogue.named(&instance.of).unwrap();
            self.unavailable.refuse(kind, zone, Capacity::Spot, Time::seconds(*at));
        }
        let mut tick = Time::ZERO;
        while tick <= Time::seconds(to) {
            if tick > Time::seconds(from) {
                self.unavailable.clean(tick);
            }
            tick += Unavailable::CLEANED;
        }
    }

    fn run(&mut self, run: &Simulated, next: f64) {
        let planned = self.of.planned.iter().find(|(at, _)| (run.at..next).contains(at));
        let end = planned.map_or(run.at, |(at, _)| *at);
        let created = |line: &&ClaimLine| {
            let made = line.time("created").unwrap();
            planned.is_some() && (end - 0.3..next.min(end + 3.0)).contains(&made)
        };
        let lines: Vec<&ClaimLine> = self.of.claims.iter().filter(created).collect();
        let count = planned.map_or(0, |(_, count)| *count);
        assert_eq!(lines.len(), count, "claims after {}", run.at);
        self.score.simulations += 1;
        // Only said beside new claims.
        let fits = self.of.fits.iter().find(|(at, _)| (run.at..next).contains(at)).map_or([0, 0], |(_, fits)| *fits);
        let mut first = None;
        let draws = (0..DRAWS).flat_map(|draw| [run.at, end].map(|seen| Chance { draw, seen }));
        for chance in draws {
            let Some(state) = State::at(self.of, &self.catalogue, run, chance) else { break };
            let view = state.view(self.of, &self.catalogue, &self.unavailable);
            let plan = Question { pods: &state.wanted, lots: chance.draw, ..Question::default() }.answer(view);
            let fitting = planned.is_none() || existing(&plan) == fits;
            if let Some(pairs) = self.matched(&plan, &lines).filter(|_| fitting) {
                self.score.at_once += usize::from(chance.draw == 0);
                return self.buy(state, &plan, &pairs);
            }
            first.get_or_insert(plan);
        }
        let own: Vec<_> = first.iter().flat_map(|plan| &plan.claims).collect();
        let own: Vec<_> = own.iter().map(|claim| Shown::simulated(claim, self.of, &self.catalogue).brief()).collect();
        let theirs: Vec<_> = lines.iter().map(|line| Shown::recorded(line).brief()).collect();
        let known = if first.is_some() { "" } else { "pods unknown, " };
        self.told.push(format!("{}: {known}simulated {own:?}, recorded {theirs:?}", run.at));
    }

    /// Finds for each recorded claim the simulated one that is equal, so that none is left.
    fn matched(&self, plan: &Plan, lines: &[&'a ClaimLine]) -> Option<Vec<(usize, &'a ClaimLine)>> {
        let shown = plan.claims.iter().map(|claim| Shown::simulated(claim, self.of, &self.catalogue));
        let mut left: Vec<(usize, Shown)> = shown.enumerate().collect();
        let pair = |line: &&'a ClaimLine| {
            let shown = Shown::recorded(line);
            let at = left.iter().position(|(_, own)| *own == shown)?;
            Some((left.remove(at).0, *line))
        };
        let pairs = lines.iter().map(pair).collect::<Option<Vec<_>>>()?;
        left.is_empty().then_some(pairs)
    }

    /// Claims of a run are bought side by side: none knows what another was refused.
    fn buy(&mut self, mut state: State, plan: &Plan, pairs: &[(usize, &ClaimLine)]) {
        let mut all_refused = Vec::new();
        for (number, line) in pairs {
            self.score.claims += 1;
            state.now = line.fleet.as_ref().map_or_else(|| line.time("deleting").unwrap(), |fleet| fleet.at);
            let view = state.view(self.of, &self.catalogue, &self.unavailable);
            let fleet = launch::fleet(view, &plan.claims[*number]).expect("something can be bought");
            let bought = launch::buy(&self.catalogue, &fleet, |at| self.there(state.now, at, &fleet), Choice::Cheapest);
            let instance = bought.at.map(|at| Instance {
                of: self.catalogue.get(at.id).name.clone(),
                zone: self.letter(&at),
                capacity: fleet.capacity.label().to_owned(),
                price: at.price,
            });
            if instance != line.instance {
                self.told.push(format!("{}: bought {instance:?}, recorded {:?}", line.id, line.instance));
            }
            self.compare(line, &fleet, bought.refused.len());
            all_refused.extend(bought.refused.into_iter().map(|at| (at, fleet.capacity, Time::seconds(state.now))));
        }
        for (at, capacity, now) in all_refused {
            self.unavailable.refuse(at.id, at.zone, capacity, now);
        }
    }

    fn compare(&mut self, line: &ClaimLine, fleet: &Fleet, refused: usize) {
        let Some(shown) = &line.fleet else { return };
        self.score.fleets += 1;
        let mut zones: Vec<String> = fleet.overrides.iter().map(|at| self.letter(at)).collect();
        zones.sort();
        zones.dedup();
        let own = (fleet.capacity.label(), fleet.overrides.len(), zones.concat(), refused);
        let recorded = (shown.capacity.as_str(), shown.overrides, shown.zones.clone(), shown.refused);
        if own != recorded {
            self.told.push(format!("{}: asked for {own:?}, recorded {recorded:?}", line.id));
        }
        // Which of equally cheap types comes first is chance, and which of the dearest is still among the sixty.
        let own = priced(fleet.overrides.iter().map(|at| (at.id, at.price)));
        let offers = |id: TypeId| self.catalogue.get(id).offerings.iter();
        let there = |id: TypeId, price: f64| offers(id).any(|at| at.capacity == fleet.capacity && at.price <= price);
        let prices: Vec<f64> = own.iter().map(|(_, price)| *price).collect();
        let theirs: Vec<TypeId> = shown.types.iter().map(|name| self.catalogue.named(name).unwrap()).collect();
        let dearest = prices.last().copied().unwrap_or_default();
        let at = |id: &TypeId| own.iter().find(|(known, _)| known == id).map(|(_, price)| *price);
        let at = |id: &TypeId| at(id).or_else(|| there(*id, dearest).then_some(dearest));
        if theirs.iter().map(at).collect::<Option<Vec<f64>>>().as_ref() != Some(&prices) {
            let names: Vec<_> = own.iter().map(|(id, _)| &self.catalogue.get(*id).name).collect();
            self.told.push(format!("{}: types {names:?}, recorded {:?}", line.id, shown.types));
        }
    }

    fn letter(&self, at: &Override) -> String {
        self.catalogue.zone_name(at.zone).chars().last().unwrap().to_string()
    }

    /// Had AWS capacity?
    fn there(&self, now: f64, at: &Override, fleet: &Fleet) -> bool {
        let shortages = self.of.shortages.iter().rev().find(|(since, _)| *since <= now);
        let own = [&self.catalogue.get(at.id).name, self.catalogue.zone_name(at.zone), fleet.capacity.label()];
        let is = |rules: &[String; 3]| rules.iter().zip(own).all(|(rule, own)| rule == "*" || rule == own);
        !shortages.is_some_and(|(_, all)| all.iter().any(is))
    }
}

/// How many nodes take pods, and how many.
fn existing(plan: &Plan) -> [usize; 2] {
    let nodes: BTreeSet<_> = plan.existing.iter().map(|(_, node)| *node).collect();
    [nodes.len(), plan.existing.len()]
}

/// Each type once, at its cheapest.
fn priced(all: impl Iterator<Item = (TypeId, f64)>) -> Vec<(TypeId, f64)> {
    let mut types: Vec<(TypeId, f64)> = Vec::new();
    for (id, price) in all {
        if types.iter().all(|(known, _)| *known != id) {
            types.push((id, price));
        }
    }
    types
}
