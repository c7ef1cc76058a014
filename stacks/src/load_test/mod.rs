//! The load test: a `JMeter` plan and its properties. It asks through the proxy for what the mock target serves.
//!
//! The templates hold for every environment; what differs is a property.

mod properties;

use synth_framework::StackFile;
use synth_project::BuiltFiles;
use tera::{Context, Tera};

use crate::settings::Settings;

/// The plan, by the name that it had before this platform.
pub const PLAN: &str = "RPS-test-plan.jmx";

/// The properties, for `jmeter -q`.
pub const PROPERTIES: &str = "user.properties";

/// The template of the plan; tera escapes for XML by this ending.
const PLAN_TEMPLATE: &str = "plan.xml";

/// Renders the plan and its properties.
pub(crate) fn build(settings: &Settings) -> BuiltFiles {
    let mut tera = Tera::new();
    tera.add_raw_templates([
        (PLAN_TEMPLATE, include_str!("../../templates/load_test/RPS-test-plan.jmx")),
        (PROPERTIES, include_str!("../../templates/load_test/user.properties")),
    ])
    .expect("the templates are part of the program, and its tests render them");
    let mut context = Context::new();
    context.insert("properties", &properties::of(settings));
    context.insert("schedule", include_str!("../../templates/load_test/schedule.groovy"));
    let file = |path: &str, template| StackFile {
        path: path.to_owned(),
        text: tera.render(template, &context).expect("what the templates name is in the context"),
    };
    BuiltFiles::new("load-test", [file(PLAN, PLAN_TEMPLATE), file(PROPERTIES, PROPERTIES)])
}
