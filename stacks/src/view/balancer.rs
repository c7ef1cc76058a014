//! Load balancers alike, whoever makes them: the controller for a Service's annotations, or Terraform, whose target groups a
//! `TargetGroupBinding` fills with the pods of a Service.

use k8s_openapi::{api::core::v1::Service, apimachinery::pkg::util::intstr::IntOrString};
use synth_bindings::{aws_lb, aws_lb_listener, aws_lb_target_group, aws_route53_record, aws_subnet};
use synth_kubernetes::elbv2::TargetGroupBinding;
use synth_review::Place;

use super::{Declared, Meta, Object, Workload, ports, protocol, target, whole};
use crate::{Platform, settings::Cidr};

type Group<'a> = Declared<'a, aws_lb_target_group::Handle>;
type Listener<'a> = Declared<'a, aws_lb_listener::Handle>;

/// Whose attribute it is: the load balancer's own.
pub(crate) const BALANCER: &str = "attributes";

/// Whose attribute it is: that of its target groups.
pub(crate) const TARGET_GROUP: &str = "target-group-attributes";

/// What sends to the pods behind a Service.
#[derive(Clone, Copy)]
pub(crate) struct Balancer<'a> {
    /// The Service that names the pods.
    pub(crate) service: Object<'a, Service>,
    bound: Option<Bound<'a>>,
}

/// A target group of Terraform's, and what fills it.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) binding: Object<'a, TargetGroupBinding>,
    pub(crate) group: Group<'a>,
}

/// A port that clients reach, and where it leads.
pub(crate) struct Leads {
    pub(crate) port: u64,
    pub(crate) protocol: &'static str,
    /// The port of the pods.
    pub(crate) target: IntOrString,
}

impl Leads {
    /// Protocol and port, as people write them.
    pub(crate) fn named(&self) -> String {
        format!("{} {}", self.protocol.to_uppercase(), self.port)
    }
}

/// Does the controller keep a load balancer for a Service?
pub(crate) fn keeps_balancer(service: &Object<'_, Service>) -> bool {
    service.spec.as_ref().and_then(|spec| spec.type_.as_deref()) == Some("LoadBalancer")
}

impl Platform {
    /// What sends to the pods behind Services.
    pub(crate) fn balancers(&self) -> impl Iterator<Item = Balancer<'_>> {
        self.every().flat_map(|service| Balancer::of(&service))
    }

    /// The load balancers: where each is declared, and is it reached from the internet?
    pub(crate) fn balancing(&self) -> Vec<(Place, bool)> {
        let mut found: Vec<(Place, bool)> = Vec::new();
        for balancer in self.balancers() {
            let place = balancer.made().map_or_else(|| balancer.service.place(), |made| made.place());
            if found.iter().all(|(other, _)| other.subject != place.subject) {
                found.push((place, balancer.is_public()));
            }
        }
        found
    }
}

impl<'a> Workload<'a> {
    /// What sends to its pods.
    pub(crate) fn balancers(&self, platform: &'a Platform) -> impl Iterator<Item = Balancer<'a>> + use<'a> {
        self.services(platform).flat_map(|service| Balancer::of(&service))
    }
}

impl<'a> Balancer<'a> {
    /// What sends to the pods of a Service.
    pub(crate) fn of(service: &Object<'a, Service>) -> Vec<Self> {
        let service = *service;
        if keeps_balancer(&service) {
            return vec![Self { service, bound: None }];
        }
        let platform = service.platform;
        let bindings = platform.every::<TargetGroupBinding>().filter(|binding| {
            binding.namespace() == service.namespace() && binding.spec.service_ref.name == service.name()
        });
        let bound = bindings.filter_map(|binding| {
            let mut groups = platform.resources::<aws_lb_target_group::Handle>();
            let group =
                groups.find(|group| group.text(|of| of.name()).as_ref() == Some(&binding.spec.target_group_name));
            Some(Bound { binding, group: group? })
        });
        bound.map(|bound| Self { service, bound: Some(bound) }).collect()
    }

    /// The target group and its binding, where Terraform made it.
    pub(crate) fn bound(&self) -> Option<Bound<'a>> {
        self.bound
    }

    /// Where what it does is said: its Service, or its target group.
    pub(crate) fn place(&self) -> Place {
        self.bound.map_or_else(|| self.service.place(), |bound| bound.group.place())
    }

    /// In which wave of a sync the pods' target group is known.
    pub(crate) fn wave(&self) -> i64 {
        self.bound.map_or_else(|| self.service.wave(), |bound| bound.binding.wave().max(self.service.wave()))
    }

    /// The listeners that lead to its target group.
    fn listeners(&self) -> impl Iterator<Item = Listener<'a>> + use<'a> {
        self.bound.into_iter().flat_map(|bound| {
            let all = bound.group.platform.resources::<aws_lb_listener::Handle>();
            all.filter(move |listener| {
                let mut actions = listener.blocks(|of| of.default_action());
                actions.any(|action| action.leads(|of| of.target_group_arn()).is_some_and(|of| of.is(&bound.group)))
            })
        })
    }

    /// The load balancer that Terraform makes.
    pub(crate) fn made(&self) -> Option<Declared<'a, aws_lb::Handle>> {
        self.listeners().find_map(|listener| listener.leads(|of| of.load_balancer_arn())?.of_type())
    }

    /// The name by which a record of Terraform's leads to it.
    pub(crate) fn host(&self) -> Option<String> {
        let made = self.made()?;
        let mut records = made.platform.resources::<aws_route53_record::Handle>();
        records.find_map(|record| {
            let mut aliases = record.blocks(|of| of.alias());
            aliases.any(|alias| alias.leads(|of| of.name()).is_some_and(|of| of.is(&made))).then_some(())?;
            record.text(|of| of.name())
        })
    }

    /// Is it reached from the internet?
    pub(crate) fn is_public(&self) -> bool {
        match (self.bound, self.made()) {
            (None, _) => self.annotation("scheme") == "internet-facing",
            (Some(_), made) => made.is_some_and(|made| !made.is_true(|of| of.internal())),
        }
    }

    /// Are pods themselves its targets?
    pub(crate) fn sends_to_pods(&self) -> bool {
        let kind = match self.bound {
            None => self.annotation("nlb-target-type").to_owned(),
            Some(bound) => bound.binding.spec.target_type.clone(),
        };
        kind == "ip"
    }

    /// What its health checks ask: port and path.
    pub(crate) fn asks(&self) -> (String, String) {
        match self.bound {
            None => (self.annotation("healthcheck-port").to_owned(), self.annotation("healthcheck-path").to_owned()),
            Some(Bound { group, .. }) => (
                group.text(|of| of.health_check().port()).unwrap_or_default(),
                group.text(|of| of.health_check().path()).unwrap_or_default(),
            ),
        }
    }

    /// Seconds after which checks that fail are believed, as an interval and a number; AWS's defaults are 10 and 3 here.
    pub(crate) fn believes(&self) -> (u64, u64) {
        let (interval, threshold) = match self.bound {
            None => (
                Some(self.annotation("healthcheck-interval").to_owned()),
                Some(self.annotation("healthcheck-unhealthy-threshold").to_owned()),
            ),
            Some(Bound { group, .. }) => (
                group.text(|of| of.health_check().interval()),
                group.text(|of| of.health_check().unhealthy_threshold()),
            ),
        };
        let number = |text: Option<String>, default| text.and_then(|text| text.parse().ok()).unwrap_or(default);
        (number(interval, 10), number(threshold, 3))
    }

    /// The ports that clients reach.
    pub(crate) fn leads(&self) -> Vec<Leads> {
        let Some(Bound { binding, .. }) = self.bound else {
            let of = |port| {
                let port: &k8s_openapi::api::core::v1::ServicePort = port;
                Leads { port: whole(port.port), protocol: protocol(port.protocol.as_ref()), target: target(port) }
            };
            return ports(&self.service).iter().map(of).collect();
        };
        let named = &binding.spec.service_ref.port;
        let mut declared = ports(&self.service).iter();
        let declared = declared.find(|port| match named {
            IntOrString::Int(number) => port.port == *number,
            IntOrString::String(name) => port.name.as_ref() == Some(name),
        });
        let Some(declared) = declared else { return Vec::new() };
        let listening = self.listeners().filter_map(|listener| listener.text(|of| of.port())?.parse().ok());
        let lead = |port| Leads { port, protocol: protocol(declared.protocol.as_ref()), target: target(declared) };
        listening.map(lead).collect()
    }

    /// The ranges from which it connects: the subnets that it stands in.
    pub(crate) fn ranges(&self) -> Vec<Cidr> {
        let platform = self.service.platform;
        let range = |subnet: Declared<'_, aws_subnet::Handle>| subnet.text(|of| of.cidr_block())?.parse().ok();
        match (self.bound, self.made()) {
            (None, _) => {
                let subnets = platform.resources::<aws_subnet::Handle>();
                subnets.filter(|subnet| subnet.tag("kubernetes.io/role/elb").is_some()).filter_map(range).collect()
            }
            (Some(_), Some(made)) => made.lead(|of| of.subnets()).filter_map(|of| range(of.of_type()?)).collect(),
            (Some(_), None) => Vec::new(),
        }
    }

    /// An attribute, by the name that the API of load balancers gives it.
    pub(crate) fn attribute(&self, of: &str, name: &str) -> Option<String> {
        let Some(Bound { group, .. }) = self.bound else {
            let attributes = self.annotation(of).split(',').filter_map(|of| of.split_once('='));
            let mut attributes = attributes.map(|(key, value)| (key.trim(), value.trim()));
            return attributes.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        };
        match (of, name) {
            (BALANCER, "load_balancing.cross_zone.enabled") => {
                self.made()?.text(|of| of.enable_cross_zone_load_balancing())
            }
            (BALANCER, "zonal_shift.config.enabled") => self.made()?.text(|of| of.enable_zonal_shift()),
            (TARGET_GROUP, "preserve_client_ip.enabled") => group.text(|of| of.preserve_client_ip()),
            (TARGET_GROUP, "proxy_protocol_v2.enabled") => group.text(|of| of.proxy_protocol_v2()),
            (TARGET_GROUP, "load_balancing.cross_zone.enabled") => {
                group.text(|of| of.load_balancing_cross_zone_enabled())
            }
            (TARGET_GROUP, "target_health_state.unhealthy.connection_termination.enabled") => {
                let mut states = group.blocks(|of| of.target_health_state());
                states.find_map(|state| state.text(|of| of.enable_unhealthy_connection_termination()))
            }
            (TARGET_GROUP, "deregistration_delay.timeout_seconds") => group.text(|of| of.deregistration_delay()),
            (TARGET_GROUP, "deregistration_delay.connection_termination.enabled") => {
                group.text(|of| of.connection_termination())
            }
            _ => None,
        }
    }

    /// Does it say its clients' addresses in the header of the PROXY protocol?
    pub(crate) fn sends_header(&self) -> bool {
        self.attribute(TARGET_GROUP, "proxy_protocol_v2.enabled").as_deref() == Some("true")
            || self.bound.is_none() && self.annotation("proxy-protocol") == "*"
    }

    /// An annotation of the load balancer controller, by the last part of its name; empty if there is none.
    fn annotation(&self, name: &str) -> &'a str {
        let name = format!("service.beta.kubernetes.io/aws-load-balancer-{name}");
        self.service.typed().annotations().get(&name).map(String::as_str).unwrap_or_default()
    }
}
