//! Ways in to what runs the platform, and what may change names.

use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{external_dns, prometheus_stack},
    view::{argocd_values, granted_documents},
};

pub(super) const PUBLIC_MEANS_SIGNED_IN: Policy<Platform> = Policy {
    code: "SEC020",
    name: "public-means-signed-in",
    severity: Severity::Error,
    explanation: "Argo CD and Grafana may change and read the whole cluster: on the internet somebody who knows people has to \
                  sign them in, and beside that no password of a built-in user may let anybody in.",
    check: public_means_signed_in,
};

/// How people sign in to a page: does somebody else know them, and may a built-in user sign in by a password?
type SignsIn = (bool, bool);

fn public_means_signed_in(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let argocd: Option<SignsIn> = argocd_values(platform).map(|(values, _)| {
        let knows = |key| values.configs.cm.health.contains_key(key);
        (knows("dex.config") && values.dex.enabled || knows("oidc.config"), values.configs.cm.takes_passwords())
    });
    let grafana: Option<SignsIn> = platform.chart::<prometheus_stack::Values>().map(|chart| {
        let grafana = &chart.values.grafana;
        (grafana.knows_people(), grafana.takes_passwords())
    });
    let pages = [
        (&settings.argocd.namespace, argocd, "domain.argocd_scheme"),
        (&settings.observability.namespace, grafana, "domain.grafana_scheme"),
    ];
    for entrance in platform.entrances().filter(|entrance| entrance.is_public()) {
        let page = pages.iter().find(|(namespace, ..)| *namespace == entrance.ingress.namespace());
        let Some((_, signs_in, scheme)) = page else { continue };
        let (what, mend) = match signs_in.unwrap_or((false, true)) {
            (true, false) => continue,
            (true, true) => ("where its own `admin` signs in by a password, too", "set"),
            (false, _) => ("where nobody but its own users signs in", "set `domain.sign_on.provider`, and"),
        };
        findings
            .report(
                entrance.ingress.place(),
                format!("opens `{}` to the internet, {what}", entrance.host),
                format!("{mend} `domain.sign_on.local_admin` to false, or `{scheme}` to \"internal\""),
            )
            .set_by([*scheme, "domain.sign_on.provider", "domain.sign_on.local_admin"]);
    }
}

pub(super) const ONE_ZONE: Policy<Platform> = Policy {
    code: "SEC021",
    name: "names-of-one-zone",
    severity: Severity::Error,
    explanation: "Whoever changes the records of a zone is whoever they like to be there, certificates included: \
                  external-dns changes those of its own domain, and of these what it made itself.",
    check: one_zone,
};

fn one_zone(platform: &Platform, findings: &mut Findings) {
    for document in granted_documents(platform) {
        let changes = |action: &String| {
            ["route53:*", "route53:Change*", "route53:ChangeResourceRecordSets"].contains(&action.as_str())
        };
        for statement in document.statements().filter(|statement| statement.allows()) {
            if statement.actions().iter().any(changes)
                && (statement.is_about_anything() || statement.is_about_several())
            {
                findings.report(
                    document.carrier.place(),
                    "changes records of every zone of the account",
                    "name the hosted zone in `resources`",
                );
            }
        }
    }
    let Some(chart) = platform.chart::<external_dns::Values>() else { return };
    let settings = &platform.settings;
    let domain: Vec<_> = settings.domain.name.iter().cloned().collect();
    let message = if chart.values.domain_filters != domain {
        "keeps records of other domains than the environment's"
    } else if chart.values.registry != "txt" || chart.values.txt_owner_id != settings.name {
        "does not mark its records as those of this cluster, so that it and another one take away each other's"
    } else {
        return;
    };
    findings.report(
        chart.place(),
        message,
        "set `domainFilters` to the domain, `registry: txt`, and `txtOwnerId` to the cluster's name in its values",
    );
}
