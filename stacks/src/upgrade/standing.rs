//! Where an environment stands in the calendar of EKS.

use jiff::civil::Date;

use crate::{
    settings::{KubernetesVersion, Settings, SupportType},
    versions::{DOLLARS_A_MONTH, PRICES, Release, STANDARD_SUPPORT, Source, days},
};

/// Where an environment stands on a day.
#[derive(Debug)]
pub struct Standing {
    /// The day.
    pub today: Date,
    /// The environment.
    pub environment: String,
    /// Its name in AWS.
    pub name: String,
    /// Its version of Kubernetes.
    pub version: KubernetesVersion,
    /// What EKS does at the end of standard support.
    pub at_the_end: SupportType,
    /// Standard support.
    pub standard: Support,
    /// Extended support, which begins where standard support ends.
    pub extended: Support,
    /// Are these days reckoned, because AWS has published none yet?
    pub reckoned: bool,
    /// The day on which EKS took the version up, from which days are reckoned.
    pub on_eks: Date,
    /// Where they were read, or the rule by which they are reckoned.
    pub source: Source,
    /// Where the dollars were read.
    pub prices: Source,
}

/// A kind of support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Support {
    /// The day on which it ends.
    pub until: Date,
    /// Days until then, below zero afterwards.
    pub days: i64,
    /// US dollars that the control plane costs in a month meanwhile.
    pub dollars_a_month: f64,
}

impl Standing {
    pub(super) fn of(settings: &Settings, today: Date) -> Self {
        let version = settings.cluster.kubernetes_version;
        let release = Release::of(version);
        let [standard, extended] = DOLLARS_A_MONTH;
        let support = |until, dollars_a_month| Support { until, days: days(today, until), dollars_a_month };
        Self {
            today,
            environment: settings.environment.clone(),
            name: settings.name.clone(),
            version,
            at_the_end: settings.cluster.support_type,
            standard: support(release.standard_until, standard),
            extended: support(release.extended_until(), extended),
            reckoned: release.reckoned,
            on_eks: release.on_eks,
            source: release.source,
            prices: PRICES,
        }
    }

    /// Who says on which days support ends: AWS, or its rule alone.
    pub fn days_from(&self) -> String {
        let Source { url, read } = self.source;
        if self.reckoned {
            let on_eks = self.on_eks;
            format!(
                "reckoned: {STANDARD_SUPPORT} months from {on_eks}, when others saw it on EKS, by the rule of {url} ({read})"
            )
        } else {
            format!("{url} ({read})")
        }
    }

    /// The end that comes next for this environment, and what follows, or what is so since then: that of extended support only where the environment takes it.
    pub fn next_end(&self) -> (Support, &'static str) {
        let upgraded = |of: Support| match of.days {
            0.. => "EKS then upgrades the control plane by itself, and neither nodes nor add-ons",
            _ => "EKS may upgrade the control plane by itself any day, and neither nodes nor add-ons",
        };
        match self.at_the_end {
            SupportType::Standard => (self.standard, upgraded(self.standard)),
            SupportType::Extended if self.standard.days > 0 => {
                (self.standard, "from then on extended support is charged")
            }
            SupportType::Extended => (self.extended, upgraded(self.extended)),
        }
    }
}
