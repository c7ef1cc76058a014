//! OWN: whether what must be this environment's own is.

use synth_review::{Findings, Place, Policy, Severity};

use crate::{Platform, settings::ExampleValue};

pub(super) const POLICIES: &[Policy<Platform>] = &[Policy {
    code: "OWN001",
    name: "no-example-values",
    severity: Severity::Error,
    explanation: "An account, address, owner or domain from the documentation's examples is nobody's or a stranger's: \
                  with it an apply fails half-way, nobody is admitted, or somebody else is trusted.",
    check: no_example_values,
}];

fn no_example_values(platform: &Platform, findings: &mut Findings) {
    // The environments that the repository is shipped with are examples as a whole, and nobody brings them up.
    if platform.settings.is_example() {
        return;
    }
    for ExampleValue { key, value, example, file, line } in &platform.settings.example_values {
        // It stands in the settings, and what it is written to is more than one file.
        let place = Place { subject: key.clone(), file: String::new(), location: None };
        let whole = if value == example { String::new() } else { format!(", which holds the example `{example}`") };
        let message = format!(
            "is `{value}` in {file}:{line}{whole}, but account {} is not an example",
            platform.settings.aws.account_id
        );
        let asks = platform.settings.init_command();
        findings.report(place, message, format!("write your own value there, or run `{asks}`, which asks for them"));
    }
}
