//! A Grafana dashboard: panels of one or two to a row, each with its questions, and a choice of the environment.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value as Json;

/// The panels' grid is this wide.
const COLUMNS: u32 = 24;
const PANEL_HEIGHT: u32 = 8;

/// A dashboard, as Grafana's JSON has it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    uid: &'static str,
    title: &'static str,
    tags: [String; 2],
    schema_version: u32,
    editable: bool,
    refresh: &'static str,
    time: TimeRange,
    templating: Templating,
    panels: Vec<Panel>,
}

#[derive(Clone, Debug, Serialize)]
struct TimeRange {
    from: &'static str,
    to: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Templating {
    list: [Variable; 1],
}

/// A choice that readers have at the head of a dashboard.
#[derive(Clone, Debug, Serialize)]
struct Variable {
    name: &'static str,
    label: &'static str,
    description: &'static str,
    #[serde(rename = "type")]
    type_: &'static str,
    query: &'static str,
    current: Choice,
    refresh: u32,
    hide: u32,
    multi: bool,
}

#[derive(Clone, Debug, Serialize)]
struct Choice {
    text: &'static str,
    value: &'static str,
}

/// An environment is a Prometheus of its own: where one Grafana reads several, this chooses among them. The chart's own
/// Prometheus is first, by the uid that the chart gives it.
const ENVIRONMENT: Variable = Variable {
    name: "environment",
    label: "Environment",
    description: "The Prometheus of an environment",
    type_: "datasource",
    query: "prometheus",
    current: Choice { text: "Prometheus", value: "prometheus" },
    refresh: 1,
    hide: 0,
    multi: false,
};

/// Lines over time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Panel {
    id: u32,
    #[serde(rename = "type")]
    type_: &'static str,
    title: &'static str,
    description: &'static str,
    grid_pos: GridPosition,
    datasource: Datasource,
    field_config: FieldConfig,
    targets: Vec<Target>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct GridPosition {
    x: u32,
    y: u32,
    w: u32,
    h: u32,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Datasource {
    #[serde(rename = "type")]
    type_: &'static str,
    uid: &'static str,
}

/// The Prometheus of the environment that is chosen.
const PROMETHEUS: Datasource = Datasource { type_: "prometheus", uid: "$environment" };

#[derive(Clone, Debug, Serialize)]
struct FieldConfig {
    defaults: FieldDefaults,
}

#[derive(Clone, Debug, Serialize)]
struct FieldDefaults {
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimals: Option<u32>,
    min: u32,
    thresholds: Thresholds,
    custom: Custom,
}

#[derive(Clone, Debug, Serialize)]
struct Thresholds {
    mode: &'static str,
    steps: Vec<Step>,
}

/// A colour from a value on; the first has none, and begins below everything.
#[derive(Clone, Copy, Debug, Serialize)]
struct Step {
    color: &'static str,
    value: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Custom {
    thresholds_style: ThresholdsStyle,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct ThresholdsStyle {
    mode: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    ref_id: char,
    expr: String,
    legend_format: &'static str,
}

/// A dashboard of these panels, two to a row.
pub(super) fn dashboard(
    uid: &'static str,
    title: &'static str,
    environment: &str,
    panels: impl IntoIterator<Item = Panel>,
) -> Dashboard {
    let panels = (0..).zip(panels).map(|(index, panel)| {
        let w = COLUMNS / 2;
        let grid_pos = GridPosition { x: index % 2 * w, y: index / 2 * PANEL_HEIGHT, w, h: PANEL_HEIGHT };
        Panel { id: index + 1, grid_pos, ..panel }
    });
    Dashboard {
        uid,
        title,
        tags: ["tideline".to_owned(), environment.to_owned()],
        schema_version: 39,
        editable: false,
        refresh: "30s",
        time: TimeRange { from: "now-1h", to: "now" },
        templating: Templating { list: [ENVIRONMENT] },
        panels: panels.collect(),
    }
}

/// A panel whose values have a unit of Grafana's: `reqps`, `s`, `percent` (of 100), `percentunit` (of 1), or `short` for
/// what is counted. The description says what to look for.
pub(super) fn panel(title: &'static str, unit: &'static str, description: &'static str) -> Panel {
    let thresholds = Thresholds { mode: "absolute", steps: vec![Step { color: "green", value: None }] };
    let custom = Custom { thresholds_style: ThresholdsStyle { mode: "off" } };
    let decimals = (unit == "short").then_some(0);
    Panel {
        id: 0,
        type_: "timeseries",
        title,
        description,
        grid_pos: GridPosition::default(),
        datasource: PROMETHEUS,
        field_config: FieldConfig { defaults: FieldDefaults { unit, decimals, min: 0, thresholds, custom } },
        targets: Vec::new(),
    }
}

impl Panel {
    /// Draws the value from which an alert is raised as a line.
    pub(super) fn alarms_at(mut self, value: f64) -> Self {
        let defaults = &mut self.field_config.defaults;
        defaults.thresholds.steps.push(Step { color: "red", value: Some(value) });
        defaults.custom.thresholds_style.mode = "line";
        self
    }

    /// Adds lines, one for each series, named by their labels.
    pub(super) fn ask(mut self, expr: String, legend_format: &'static str) -> Self {
        let ref_id = ('A'..='Z').nth(self.targets.len()).expect("a panel of 26 questions could not be read");
        self.targets.push(Target { ref_id, expr, legend_format });
        self
    }
}

impl Dashboard {
    /// Grafana's JSON, indented, with what holds no more structure on one line.
    pub(super) fn to_json(&self) -> String {
        let value = serde_json::to_value(self).expect("a dashboard is structs with texts as keys");
        let mut text = String::new();
        indent(&value, 0, &mut text);
        text.push('\n');
        text
    }
}

/// JSON as people read it: what holds no more than scalars on one line.
fn indent(value: &Json, depth: usize, text: &mut String) {
    let nested = |item: &Json| item.is_object() || item.is_array();
    let new_line = |depth, text: &mut String| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Json::Object(fields) if fields.values().any(nested) => {
            for (nth, (key, item)) in fields.iter().enumerate() {
                text.push(if nth == 0 { '{' } else { ',' });
                new_line(depth + 1, text);
                let _ = write!(text, "{}: ", Json::from(key.as_str()));
                indent(item, depth + 1, text);
            }
            new_line(depth, text);
            text.push('}');
        }
        Json::Array(items) if items.iter().any(nested) => {
            for (nth, item) in items.iter().enumerate() {
                text.push(if nth == 0 { '[' } else { ',' });
                new_line(depth + 1, text);
                indent(item, depth + 1, text);
            }
            new_line(depth, text);
            text.push(']');
        }
        flat => {
            let _ = write!(text, "{flat}");
        }
    }
}
