//! The picture of the architecture: an SVG of what is built, for readers. Nothing is applied from it.
//!
//! Everything that it shows is read from the platform, and placed by computation: a change of the platform changes it.

mod canvas;
mod delivery;
mod layout;
mod network;
mod nodes;
mod shown;
mod text;

use synth_framework::StackFile;
use synth_project::BuiltFiles;

use self::{
    canvas::{Anchor, Area, Canvas},
    layout::{Layout, WIDTH},
    shown::{Service, Shown},
    text::{Escaped, Style},
};
use crate::{
    Platform,
    cost::{self, Part},
};

/// The file.
pub const FILE: &str = "architecture.svg";

const STYLE: &str = include_str!("style.css");

/// Draws the platform.
pub(crate) fn build(platform: &Platform) -> BuiltFiles {
    let shown = Shown::of(platform);
    let layout = Layout::of(&shown);
    let mut canvas = Canvas::default();
    canvas.area("ground", Area::new(0.5, 0.5, WIDTH - 1.0, layout.height - 1.0), 16.0);
    let stands = cost::stands(platform, None);
    head(&shown, &layout, &stands, &mut canvas);
    network::ground(&shown, &layout, &mut canvas);
    network::entries(&shown, &layout, &mut canvas);
    nodes::nodes(&shown, &layout, &mut canvas);
    delivery::delivery(&shown, &layout, &mut canvas);
    let text = document(&shown, &layout, &stands, &canvas.into_text());
    BuiltFiles::new("picture", [StackFile { path: FILE.to_owned(), text }])
}

fn head(shown: &Shown, layout: &Layout, stands: &[(Part, f64)], canvas: &mut Canvas) {
    let room = layout.axis - 80.0 - layout.left.x;
    canvas.text(Style::Title, Anchor::Start, (layout.left.x, 46.0), room, &shown.name);
    let note = format!(
        "environment {} · {:.0} USD a month for what stands (docs/cost.md): {}",
        shown.environment,
        sum(stands),
        parts(stands)
    );
    canvas.text(Style::Note, Anchor::Start, (layout.left.x, 66.0), room, &note);
}

/// What each part costs.
fn parts(stands: &[(Part, f64)]) -> String {
    let parts = stands.iter().map(|(part, dollars)| format!("{} {dollars:.0}", part.name()));
    parts.collect::<Vec<_>>().join(", ")
}

fn sum(stands: &[(Part, f64)]) -> f64 {
    stands.iter().map(|(_, dollars)| dollars).sum()
}

fn document(shown: &Shown, layout: &Layout, stands: &[(Part, f64)], body: &str) -> String {
    let (height, name) = (layout.height, Escaped(&shown.name));
    let description = description(shown, stands);
    let description = Escaped(&description);
    format!(
        r#"<!-- Synthesized from stacks/src/picture; do not edit. -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title description">
  <title id="title">Architecture of {name}</title>
  <desc id="description">{description}</desc>
  <style>
{STYLE}  </style>
{body}</svg>
"#
    )
}

/// The same in sentences, for those who cannot see it.
fn description(shown: &Shown, stands: &[(Part, f64)]) -> String {
    let zones: Vec<_> = shown.zones.iter().map(|zone| zone.name.as_str()).collect();
    // Whoever lets nobody in, as workers and jobs, has no part in a request.
    let has_part = |of: &(usize, &Service)| of.0 == 0 || !of.1.callers.is_empty();
    let (asked, others): (Vec<_>, Vec<_>) = shown.services.iter().enumerate().partition(has_part);
    let named = |of: Vec<(usize, &Service)>| -> Vec<_> {
        of.into_iter().map(|(_, of)| format!("{} ({})", of.name, of.scaling)).collect()
    };
    let (services, others) = (named(asked), named(others));
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!(" Beside them run {}.", others.join(", ")),
    };
    let behind = match &shown.edge {
        Some(edge) => format!(", behind {}", edge.replace(" · ", ", ")),
        None => String::new(),
    };
    let pools: Vec<_> = shown.pools.iter().map(|pool| pool.name.as_str()).collect();
    let stacks: Vec<_> = shown.stacks.iter().map(|stack| stack.name.as_str()).collect();
    format!(
        "Terraform applies {} in AWS {}. A VPC of {} spans the zones {}. {}. Clients reach {} through a network load \
         balancer{behind}; the pods run on nodes that Karpenter makes from the pools {}.{others} Argo CD syncs {} from {}. Without these nodes a month \
         costs {:.0} USD at the list prices of docs/cost.md: {}.",
        stacks.join(", "),
        shown.region,
        shown.vpc,
        zones.join(", "),
        shown.control_plane,
        services.join(", then "),
        pools.join(", "),
        shown.sync.folder,
        shown.repository,
        sum(stands),
        parts(stands)
    )
}
