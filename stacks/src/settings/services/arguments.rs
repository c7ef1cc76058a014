//! Arguments of a service: no flag that the platform gives, which decides about it by a setting.

use crate::settings::problem::Problems;
use crate::settings::tree;

/// The flags that every server is given, each with the key of its table that decides about it.
const OF_SERVERS: [(&str, &str); 5] = [
    ("--listen", "port"),
    ("--admin-listen", "admin_port"),
    ("--drain-delay", "drain_delay_seconds"),
    ("--drain-timeout", "drain_timeout_seconds"),
    ("--workers", "cpu_request_millicores"),
];

/// Those that the proxy is given beside them, each with the setting that decides about it. What more than one policy looks at is said in
/// one place, too, where a flag may be repeated.
const OF_THE_PROXY: [(&str, &str); 5] = [
    ("--allow-target", "services.proxy.allow_targets"),
    ("--allow-origin", "services.proxy.allow_origins"),
    ("--proxy-protocol-from", "network.subnets"),
    ("--https-redirect-listen", "domain.name"),
    ("--behind-edge", "edge.enabled"),
];

/// Refuses what every server is given.
pub(super) fn are_its_own(arguments: &[String], section: &str, problems: &mut Problems<'_>) {
    let flags = OF_SERVERS.map(|(flag, key)| (flag, tree::child(section, key)));
    refuse(arguments, &flags, section, problems);
}

/// Refuses what the proxy is given beside that.
pub(super) fn of_the_proxy_are_its_own(arguments: &[String], section: &str, problems: &mut Problems<'_>) {
    let flags = OF_THE_PROXY.map(|(flag, setting)| (flag, setting.to_owned()));
    refuse(arguments, &flags, section, problems);
}

fn refuse(arguments: &[String], flags: &[(&str, String)], section: &str, problems: &mut Problems<'_>) {
    for (index, argument) in arguments.iter().enumerate() {
        let given = argument.split('=').next().unwrap_or_default();
        if let Some((flag, setting)) = flags.iter().find(|(flag, _)| *flag == given) {
            let key = format!("{}[{index}]", tree::child(section, "arguments"));
            problems.report(
                &key,
                format!("gives `{flag}`, as the platform does by `{setting}`: remove this, and change that where something else is meant"),
            );
        }
    }
}
