//! A small cluster in eu-north-1.

use std::sync::Arc;

use synth_twin::{
    catalogue::{Catalogue, NodeClass, Unavailable},
    karpenter::{
        Consolidation, Plan, Pool, Settings, Version, View,
        launch::{self, Override},
        provision::Question,
        requirements::{Requirement, Requirements},
    },
    pods::{
        AntiAffinity, Capacity, Effect, Expression, Labels, Node, NodeId, Operator, Pod, PodId, PoolId, Spread, Taint,
        Template, Toleration, ZONE,
    },
    resources::Resources,
    time::{Span, Time},
};

pub(crate) use synth_twin::pods::HOSTNAME;

pub(crate) const CPU: &str = "karpenter.k8s.aws/instance-cpu";
pub(crate) const CATEGORY: &str = "karpenter.k8s.aws/instance-category";
const GENERATION: &str = "karpenter.k8s.aws/instance-generation";
pub(crate) const FAMILY: &str = "karpenter.k8s.aws/instance-family";
pub(crate) const ARCH: &str = "kubernetes.io/arch";
pub(crate) const CAPACITY: &str = "karpenter.sh/capacity-type";

pub(crate) struct World {
    pub(crate) pools: Vec<Pool>,
    pub(crate) pods: Vec<Pod>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) daemons: Vec<Template>,
    pub(crate) settings: Settings,
    pub(crate) unavailable: Unavailable,
    catalogue: Catalogue,
}

pub(crate) fn among(key: &str, values: &[&str]) -> Expression {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Expression { key: key.to_owned(), operator: Operator::In, values }
}

/// A pool of on-demand c6g of 2 and 4 vCPUs.
pub(crate) fn pool(name: &str, rules: &[Expression]) -> Pool {
    let mut requirements = Requirements::of(&[
        among(FAMILY, &["c6g"]),
        among(CPU, &["2", "4"]),
        among(CAPACITY, &["on-demand"]),
        among(ZONE, &["eu-north-1a", "eu-north-1b", "eu-north-1c"]),
    ]);
    for rule in rules {
        requirements.set(&rule.key, Requirement::of(rule.operator, &rule.values));
    }
    Pool {
        name: name.to_owned(),
        weight: 0,
        requirements,
        labels: Labels::new(),
        taints: Vec::new(),
        startup_taints: Vec::new(),
        limit_cpu: None,
        limit_memory: None,
        limit_nodes: None,
        policy: Consolidation::WhenEmpty,
        consolidate_after: None,
        budgets: Vec::new(),
        expire_after: None,
        termination_grace: None,
        hash: 0,
    }
}

/// A pool as synthesized ones are: c, m and r of generation 5 and later, up to 16 vCPUs.
pub(crate) fn all_pool(name: &str, capacity: &str) -> Pool {
    let mut pool = pool(name, &[among(CAPACITY, &[capacity]), among(CPU, &["2", "4", "8", "16"])]);
    pool.requirements.remove(FAMILY);
    pool.requirements.add(CATEGORY, Requirement::among(["c", "m", "r"].map(str::to_owned)));
    pool.requirements.add(GENERATION, Requirement::of(Operator::Gte, &["5".to_owned()]));
    pool
}

/// A workload whose pods ask for so many thousandths of a vCPU.
pub(crate) fn workload(name: &str, cpu: i64) -> Template {
    Template {
        workload: name.to_owned(),
        namespace: "default".to_owned(),
        labels: Labels::from([("app".to_owned(), name.to_owned())]),
        requests: Resources { pods: 1, ..Resources::of(cpu, 128) },
        ..Template::default()
    }
}

pub(crate) fn spread(key: &str, of: &str) -> Spread {
    Spread {
        key: key.to_owned(),
        max_skew: 1,
        min_domains: None,
        hard: true,
        selector: vec![among("app", &[of])],
        honors_affinity: true,
        honors_taints: false,
    }
}

pub(crate) fn apart(key: &str, from: &str, weight: Option<i64>) -> AntiAffinity {
    AntiAffinity { key: key.to_owned(), selector: vec![among("app", &[from])], weight }
}

pub(crate) fn taint(key: &str, effect: Effect) -> Taint {
    Taint { key: key.to_owned(), value: String::new(), effect }
}

pub(crate) fn bears(key: &str) -> Toleration {
    Toleration { key: Some(key.to_owned()), ..Toleration::default() }
}

impl World {
    pub(crate) fn new(pools: Vec<Pool>) -> Self {
        Self {
            pools,
            pods: Vec::new(),
            nodes: Vec::new(),
            daemons: Vec::new(),
            settings: Settings {
                version: Version::V1_14,
                batch_idle: Span::whole_seconds(1),
                batch_max: Span::whole_seconds(10),
                ignores_preferences: false,
                spot_to_spot: false,
            },
            unavailable: Unavailable::default(),
            catalogue: Catalogue::of("eu-north-1").unwrap(),
        }
    }

    pub(crate) fn view(&self) -> View<'_> {
        View {
            now: Time::ZERO,
            pods: &self.pods,
            there: None,
            nodes: &self.nodes,
            pools: &self.pools,
            daemons: &self.daemons,
            catalogue: &self.catalogue,
            unavailable: &self.unavailable,
            settings: &self.settings,
        }
    }

    /// The same with nodes of another class.
    pub(crate) fn of_class(mut self, class: &NodeClass) -> Self {
        self.catalogue = Catalogue::for_class("eu-north-1", class).unwrap();
        self
    }

    pub(crate) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// A node of the first pool, ready, of a type of 4 vCPUs unless another is said.
    pub(crate) fn node(&mut self, name: &str, zone: &str) -> NodeId {
        self.node_of("c6g.xlarge", name, zone)
    }

    pub(crate) fn node_of(&mut self, kind: &str, name: &str, zone: &str) -> NodeId {
        let id = self.catalogue.named(kind).unwrap();
        let zone = self.catalogue.zone(&format!("eu-north-1{zone}")).unwrap();
        let at = Override { id, zone, price: 0.1 };
        let claim = synth_twin::karpenter::Claim {
            pool: PoolId(0),
            requirements: Requirements::default(),
            types: vec![id],
            pods: Vec::new(),
            requests: Resources::default(),
        };
        let mut node = launch::node(self.view(), &claim, &at, Capacity::OnDemand, name);
        node.registered = Some(Time::ZERO);
        node.initialized = Some(Time::ZERO);
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// Pods that wait.
    pub(crate) fn wait(&mut self, of: Template, count: usize) -> Vec<PodId> {
        let of = Arc::new(of);
        (0..count).map(|_| self.pod(&of, None)).collect()
    }

    /// A pod that is bound.
    pub(crate) fn bound(&mut self, of: Template, node: NodeId) -> PodId {
        self.pod(&Arc::new(of), Some((node, Time::ZERO)))
    }

    fn pod(&mut self, of: &Arc<Template>, node: Option<(NodeId, Time)>) -> PodId {
        self.pods.push(Pod { node, ..Pod::new(Arc::clone(of), Time::ZERO) });
        PodId(self.pods.len() - 1)
    }

    /// The plan for all pods that wait.
    pub(crate) fn plan(&self) -> Plan {
        let waiting: Vec<_> = (0..self.pods.len()).map(PodId).filter(|id| self.pods[id.0].pending()).collect();
        self.ask(Question { pods: &waiting, ..Question::default() })
    }

    pub(crate) fn ask(&self, question: Question<'_>) -> Plan {
        question.answer(self.view())
    }

    /// Of each claim the pool, its pods, the zones' letters and the number of types.
    pub(crate) fn claims(&self, plan: &Plan) -> Vec<(String, usize, String, usize)> {
        let shown = plan.claims.iter().map(|claim| {
            let zones = launch::zones(&self.catalogue, claim);
            let zones = zones.iter().map(|zone| zone.chars().last().unwrap()).collect();
            (self.pools[claim.pool.0].name.clone(), claim.pods.len(), zones, claim.types.len())
        });
        shown.collect()
    }

    /// How many pods were planned on each existing node, by its name.
    pub(crate) fn existing(&self, plan: &Plan) -> Vec<(&str, usize)> {
        let count = |id: usize| plan.existing.iter().filter(|(_, node)| node.0 == id).count();
        let nodes = self.nodes.iter().enumerate().map(|(id, node)| (node.name.as_str(), count(id)));
        nodes.filter(|(_, count)| *count > 0).collect()
    }
}

pub(crate) fn claim(pool: &str, pods: usize, zones: &str, types: usize) -> (String, usize, String, usize) {
    (pool.to_owned(), pods, zones.to_owned(), types)
}
