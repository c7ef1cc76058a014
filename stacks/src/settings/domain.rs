//! The names under which people and programs reach what runs, and who lets people in.

use super::declare::{choice, section};
use super::problem::Problems;
use super::rules::{IfSet, set, shaped};
use super::tree;
use super::{OncePerAccount, Scheme, Version, shape};

section! {
    /// Names under one domain.
    pub struct Domain {
        /// Domain under which everything is reached, such as `example.com`; empty for no names.
        pub name: Option<String> where IfSet(shaped("a domain such as `example.com`", shape::host)); else None,
        /// Whether the hosted zone of the domain is made here, or is there already.
        pub zone: OncePerAccount; else OncePerAccount::Create,
        /// First label of the proxy's name.
        pub proxy: String where shaped(LABEL, shape::is_host_label); else "proxy".to_owned(),
        /// First label of Grafana's name; that of Argo CD is in `argocd.domain`.
        pub grafana: String where shaped(LABEL, shape::is_host_label); else "grafana".to_owned(),
        /// Who reaches Argo CD.
        pub argocd_scheme: Scheme; else Scheme::Internal,
        /// Who reaches Grafana.
        pub grafana_scheme: Scheme; else Scheme::Internal,
        /// What keeps the records of entrances.
        pub external_dns: ExternalDns; else ExternalDns::default(),
        /// Who signs people in.
        pub sign_on: SignOn; else SignOn::default(),
    }
    check reached;
    else default;
}

/// What a label is called in messages.
const LABEL: &str = "a label such as `proxy`";

impl Domain {
    /// A name one label below the domain.
    pub fn host(&self, label: &str) -> Option<String> {
        self.name.as_ref().map(|name| format!("{label}.{name}"))
    }

    /// Does the domain's certificate, for all names one label below it, cover a host?
    pub fn covers(&self, host: &str) -> bool {
        let label = self.name.as_ref().and_then(|name| host.strip_suffix(name.as_str())?.strip_suffix('.'));
        label.is_some_and(shape::is_host_label)
    }
}

section! {
    /// external-dns, which keeps the records of entrances.
    pub struct ExternalDns {
        /// Version of the chart `external-dns`.
        pub chart_version: Version; else ExternalDns::CHART.parse().expect("a version"),
        /// Namespace of its pod.
        pub namespace: String where shaped("a namespace", shape::dns_label); else "kube-system".to_owned(),
        /// Service account of its pod, which Pod Identity ties to its role.
        pub service_account: String where shaped("a service account name", shape::dns_label); else "external-dns".to_owned(),
    }
    else default;
}

impl ExternalDns {
    /// The chart's version whose values are known here.
    const CHART: &str = "1.22.0";
}

choice! {
    /// Who knows people.
    pub enum Provider {
        /// Nobody: Argo CD and Grafana know their own `admin` alone.
        Nobody = "",
        /// GitHub, by its organization and its teams.
        Github = "github",
        /// An issuer of `OpenID` Connect, by groups.
        Oidc = "oidc",
    }
}

section! {
    /// Sign-on to Argo CD and Grafana. What is secret about it lies in a Secret of the cluster, never here.
    pub struct SignOn {
        /// Who knows people.
        pub provider: Provider; else Provider::Nobody,
        /// Secret in the namespaces of Argo CD and of Grafana, each with its own `client-id` and `client-secret`.
        pub secret: String where shaped("the name of a Secret", shape::dns_label); else "sign-on".to_owned(),
        /// Organization of GitHub whose members may sign in.
        pub organization: Option<String> where IfSet(shaped("an organization of GitHub", shape::github_name)); else None,
        /// Issuer of `OpenID` Connect.
        pub issuer: Option<String> where IfSet(shaped(URL, shape::https_url)); else None,
        /// Where the issuer asks people; Grafana does not look for it.
        pub authorize_url: Option<String> where IfSet(shaped(URL, shape::https_url)); else None,
        /// Where the issuer gives tokens.
        pub token_url: Option<String> where IfSet(shaped(URL, shape::https_url)); else None,
        /// Where the issuer says whose a token is.
        pub userinfo_url: Option<String> where IfSet(shaped(URL, shape::https_url)); else None,
        /// What the issuer is asked for; what it says of groups decides.
        pub scopes: Vec<String> where set(shaped("a scope such as `groups`", shape::scope)); else SCOPES.map(str::to_owned).into(),
        /// Teams of the organization, by their slugs, or groups of the issuer, that administer.
        pub admins: Vec<String> where set(shaped(GROUP, shape::group)); else Vec::new(),
        /// Those that read.
        pub readers: Vec<String> where set(shaped(GROUP, shape::group)); else Vec::new(),
        /// Whether the built-in `admin` of both may sign in, too.
        pub local_admin: bool; else true,
    }
    check complete;
    else default;
}

/// What most issuers know.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "groups"];

/// What begins the names of Argo CD's own roles: a group of such a name would be the role, and all who have that.
const ROLES: [&str; 2] = ["role:", "proj:"];

const URL: &str = "a URL such as `https://id.example.com`";
const GROUP: &str = "the name of a team or a group, without quotes and commas,";

impl SignOn {
    /// Does anybody sign people in?
    pub fn is_on(&self) -> bool {
        self.provider != Provider::Nobody
    }
}

/// Who may reach a page matters once something leads to it.
fn reached(domain: &Domain, section: &str, problems: &mut Problems<'_>) {
    let schemes = [("argocd_scheme", domain.argocd_scheme), ("grafana_scheme", domain.grafana_scheme)];
    let set = schemes.into_iter().filter(|(_, scheme)| domain.name.is_none() && *scheme != Scheme::Internal);
    for (name, scheme) in set {
        let (key, domain) = (tree::child(section, name), tree::child(section, "name"));
        let message =
            format!("is `{scheme}`, but `{domain}` is empty, so that nothing leads there: set it, or remove this");
        problems.report_in(section, &key, message);
    }
}

fn complete(sign_on: &SignOn, section: &str, problems: &mut Problems<'_>) {
    let key = |name: &str| tree::child(section, name);
    let provider = key("provider");
    let needed: &[(&str, bool)] = match sign_on.provider {
        Provider::Nobody => &[],
        Provider::Github => &[("organization", sign_on.organization.is_some())],
        Provider::Oidc => &[
            ("issuer", sign_on.issuer.is_some()),
            ("authorize_url", sign_on.authorize_url.is_some()),
            ("token_url", sign_on.token_url.is_some()),
            ("userinfo_url", sign_on.userinfo_url.is_some()),
        ],
    };
    for (name, _) in needed.iter().filter(|(_, set)| !set) {
        problems.report_in(
            section,
            &key(name),
            format!("is empty, but `{provider}` is `{}`: set it", sign_on.provider),
        );
    }
    for (name, set) in unread(sign_on) {
        if set {
            let message =
                format!("is set, but `{provider}` is `{}`, which does not read it: remove it", sign_on.provider);
            problems.report_in(section, &key(name), message);
        }
    }
    if sign_on.provider == Provider::Oidc && !sign_on.scopes.iter().any(|scope| scope == "openid") {
        let message = "lacks `openid`, without which an issuer does not say who somebody is: add it";
        problems.report_in(section, &key("scopes"), message);
    }
    for (list, groups) in [("admins", &sign_on.admins), ("readers", &sign_on.readers)] {
        for (index, group) in groups.iter().enumerate() {
            if let Some(problem) = of_group(group, sign_on.provider) {
                problems.report(&format!("{}[{index}]", key(list)), format!("is `{group}`, {problem}"));
            }
        }
    }
    if sign_on.is_on() && sign_on.admins.is_empty() {
        problems.report_in(
            section,
            &key("admins"),
            format!("is empty, but `{provider}` is `{}`: name who administers", sign_on.provider),
        );
    }
    if !sign_on.is_on() && !sign_on.local_admin {
        problems.report_in(
            section,
            &key("local_admin"),
            format!("is false, but `{provider}` is empty: nobody could sign in"),
        );
    }
}

/// What another provider than this one reads, and whether it is set. Without any, all of it may wait.
fn unread(sign_on: &SignOn) -> Vec<(&'static str, bool)> {
    match sign_on.provider {
        Provider::Nobody => Vec::new(),
        Provider::Github => vec![
            ("issuer", sign_on.issuer.is_some()),
            ("authorize_url", sign_on.authorize_url.is_some()),
            ("token_url", sign_on.token_url.is_some()),
            ("userinfo_url", sign_on.userinfo_url.is_some()),
        ],
        Provider::Oidc => vec![("organization", sign_on.organization.is_some())],
    }
}

/// Why nobody could be known by a group of this name, or everybody.
fn of_group(group: &str, provider: Provider) -> Option<String> {
    if ROLES.iter().any(|beginning| group.starts_with(beginning)) {
        return Some(
            "which Argo CD takes for a role, so that all who have that got this one, too: name a group".to_owned(),
        );
    }
    if provider == Provider::Github && !shape::team(group) {
        let part = |c: char| if shape::team(c.encode_utf8(&mut [0; 4])) { c } else { '-' };
        let slug: String = group.to_lowercase().chars().map(part).collect();
        return Some(format!("the name of a team, but GitHub tells its slug: write `{slug}`"));
    }
    None
}
