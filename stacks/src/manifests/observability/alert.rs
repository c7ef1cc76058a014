//! One alert, and the one of whoever is not heard of.

use synth_kubernetes::monitoring::Rule;

/// How soon someone must look.
#[derive(Clone, Copy, Debug)]
pub(super) enum Severity {
    /// Now.
    Critical,
    /// Today.
    Warning,
}

/// An alert of this name, which fires once its expression has held for a time.
pub(super) fn alert(name: &str, severity: Severity, for_: &str, expr: String, summary: &str) -> Rule {
    let severity = match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
    };
    Rule {
        alert: Some(name.to_owned()),
        expr,
        for_: Some(for_.to_owned()),
        labels: [("severity".to_owned(), severity.to_owned())].into(),
        annotations: [("summary".to_owned(), summary.to_owned())].into(),
        ..Rule::default()
    }
}

/// No pod of a controller is heard of, by the job under which it is scraped.
pub(super) fn absent(name: &str, job: &str, summary: &str) -> Rule {
    alert(name, Severity::Critical, "10m", format!("absent(up{{job=\"{job}\"}} == 1)"), summary)
}
