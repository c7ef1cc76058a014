//! Small clusters for cases worked by hand.

use std::sync::Arc;

use synth_twin::{
    pods::{Capacity, Effect, Expression, HOSTNAME, Node, NodeId, Operator, Pod, PodId, Spread, Taint, Template, ZONE},
    resources::Resources,
    scheduler::{Attempt, Budget, Scheduler, Ties},
    time::Time,
};

/// A cluster that grows by what is decided.
pub(crate) struct World {
    pub(crate) nodes: Vec<Node>,
    pub(crate) pods: Vec<Pod>,
    pub(crate) budgets: Vec<Budget>,
    pub(crate) scheduler: Scheduler,
}

impl World {
    pub(crate) fn new(nodes: Vec<Node>) -> Self {
        Self { nodes, pods: Vec::new(), budgets: Vec::new(), scheduler: Scheduler::new(Ties::ByName) }
    }

    /// Adds a pod that waits.
    pub(crate) fn waiting(&mut self, template: &Arc<Template>) -> PodId {
        self.pods.push(pod(template));
        let id = PodId(self.pods.len() - 1);
        self.scheduler.note(&self.pods, id);
        id
    }

    /// Adds pods that run on a node, since a second.
    pub(crate) fn running(&mut self, template: &Arc<Template>, node: usize, second: i64, many: usize) -> Vec<PodId> {
        let add = |_| {
            let id = self.waiting(template);
            self.pods[id.0].node = Some((NodeId(node), Time(second * 1000)));
            self.scheduler.note(&self.pods, id);
            id
        };
        (0..many).map(add).collect()
    }

    /// Tells a pod to go.
    pub(crate) fn leaves(&mut self, id: PodId) {
        self.pods[id.0].deleting = Some(Time::ZERO);
        self.scheduler.note(&self.pods, id);
    }

    /// Lets the scheduler try a pod, and changes nothing.
    pub(crate) fn tried(&mut self, id: PodId) -> Attempt {
        self.scheduler.schedule(&self.pods, &self.nodes, id, &self.budgets)
    }

    /// Adds a pod, and binds it where the scheduler puts it.
    pub(crate) fn placed(&mut self, template: &Arc<Template>) -> Attempt {
        let id = self.waiting(template);
        let attempt = self.tried(id);
        if let Some(node) = attempt.node {
            self.pods[id.0].node = Some((node, Time::ZERO));
            self.scheduler.note(&self.pods, id);
        }
        attempt
    }

    /// The names of the nodes that so many pods of a template go to, one after the other; `-` for none.
    pub(crate) fn places(&mut self, template: &Arc<Template>, many: usize) -> String {
        let place = |_| self.placed(template).node.map_or("-".to_owned(), |node| self.nodes[node.0].name.clone());
        (0..many).map(place).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn message(&mut self, template: &Arc<Template>) -> String {
        self.placed(template).message().unwrap()
    }
}

pub(crate) fn pod(template: &Arc<Template>) -> Pod {
    Pod::new(template.clone(), Time::ZERO)
}

/// A node of a zone, with room for so many thousandths, MiB and 110 pods.
pub(crate) fn node(name: &str, zone: &str, cpu: i64, mebibytes: i64) -> Node {
    let labels = [(HOSTNAME, name), (ZONE, zone)].map(|(key, value)| (key.to_owned(), value.to_owned()));
    Node {
        name: name.to_owned(),
        pool: None,
        instance_type: String::new(),
        zone: zone.to_owned(),
        capacity: Capacity::OnDemand,
        labels: labels.into(),
        taints: Vec::new(),
        allocatable: Resources { pods: 110, ..Resources::of(cpu, mebibytes) },
        size: Resources::of(cpu, mebibytes),
        price: 0.0,
        created: Time::ZERO,
        launched: Some(Time::ZERO),
        registered: Some(Time::ZERO),
        initialized: Some(Time::ZERO),
        deleting: None,
        gone: None,
    }
}

pub(crate) fn labelled(mut node: Node, key: &str, value: &str) -> Node {
    node.labels.insert(key.to_owned(), value.to_owned());
    node
}

pub(crate) fn tainted(mut node: Node, key: &str, value: &str, effect: Effect) -> Node {
    node.taints.push(Taint { key: key.to_owned(), value: value.to_owned(), effect });
    node
}

/// Pods with a label `app`, of nobody, that ask for so much.
pub(crate) fn asking(app: &str, cpu: i64, mebibytes: i64) -> Template {
    Template {
        namespace: "default".to_owned(),
        labels: [("app".to_owned(), app.to_owned())].into(),
        requests: Resources { pods: 1, ..Resources::of(cpu, mebibytes) },
        grace_seconds: 30,
        ..Template::default()
    }
}

pub(crate) fn label(key: &str, value: &str) -> Expression {
    Expression { key: key.to_owned(), operator: Operator::In, values: vec![value.to_owned()] }
}

/// A hard spread of an app over zones, with a skew of 1.
pub(crate) fn by_zone(app: &str) -> Spread {
    Spread {
        key: ZONE.to_owned(),
        max_skew: 1,
        min_domains: None,
        hard: true,
        selector: vec![label("app", app)],
        honors_affinity: true,
        honors_taints: false,
    }
}

pub(crate) fn spread(template: Template, spread: Spread) -> Arc<Template> {
    Arc::new(Template { spreads: vec![spread], ..template })
}
