//! Where everything stands. Zones are columns, tiers are rows, and what spans zones lies across them.

use super::{
    canvas::{Area, PILL_HEIGHT, pills},
    shown::Shown,
};

/// The width of the whole drawing.
pub(super) const WIDTH: f64 = 1000.0;

const MARGIN: f64 = 24.0;
/// The foot of the head line.
const HEAD: f64 = 84.0;
/// The width of what stands left of the region.
const LEFT: f64 = 226.0;
/// Between zones, which is the way of the request.
const BETWEEN: f64 = 16.0;
/// Left of the zones: the names of the tiers, and the way of the interruptions.
const GUTTER: f64 = 68.0;
const SERVICE: f64 = 66.0;
const POOL: f64 = 62.0;
/// The width of what the marks of pods mean.
const LEGEND: f64 = 290.0;
/// Between what a request or a change passes from one to the next.
pub(super) const STEP: f64 = 26.0;
const POOLS_IN_A_ROW: usize = 2;

/// The places of everything.
pub(super) struct Layout {
    pub(super) left: Area,
    pub(super) region: Area,
    pub(super) vpc: Area,
    /// A column for each zone.
    pub(super) zones: Vec<Area>,
    /// The rows of the tiers, from the internet inwards: top and height.
    pub(super) tiers: [(f64, f64); 3],
    pub(super) balancer: Area,
    /// Nodes that Karpenter makes, and what is on them.
    pub(super) workers: Area,
    pub(super) services: Vec<Area>,
    pub(super) charts: Vec<Area>,
    pub(super) legend: Area,
    pub(super) pools: Vec<Area>,
    /// Base nodes, and what is on them.
    pub(super) base: Area,
    pub(super) system: Vec<Area>,
    pub(super) control_plane: Area,
    /// The strip for the parts of the region outside the network.
    pub(super) strip: Area,
    /// Where the request comes down.
    pub(super) axis: f64,
    pub(super) height: f64,
}

impl Layout {
    /// Places everything, from the top down.
    pub(super) fn of(shown: &Shown) -> Self {
        let left = Area::new(MARGIN, HEAD, LEFT, 0.0);
        let region_x = left.right() + 34.0;
        let region_width = WIDTH - MARGIN - region_x;
        let vpc_x = region_x + 12.0;
        let vpc_top = HEAD + 34.0;
        let vpc_width = region_width - 24.0;
        let inner = Area::new(vpc_x + GUTTER, vpc_top + 32.0, vpc_width - GUTTER - 12.0, 0.0);

        let public = inner.y + 28.0;
        let balancer = across(inner, public + 64.0, 34.0);
        let private = balancer.bottom() + 16.0;

        let mut y = private + 28.0 + 26.0;
        let workers_top = private + 28.0;
        let content = content_of(across(inner, workers_top, 0.0));
        let services: Vec<_> = shown
            .services
            .iter()
            .map(|_| {
                let area = Area::new(content.x, y, content.width, SERVICE);
                y = area.bottom() + STEP;
                area
            })
            .collect();
        y = services.last().map_or(y, |last| last.bottom() + 10.0);
        let legend = Area::new(content.right() - LEGEND, y, LEGEND, PILL_HEIGHT);
        let charts = pills(&shown.charts, (content.x, y), content.width - LEGEND);
        y = charts.last().map_or(legend.bottom(), Area::bottom) + 10.0;
        let pools = pool_areas(shown.pools.len(), content, y);
        let workers = across(inner, workers_top, pools.last().map_or(y, |last| last.bottom() + 10.0) - workers_top);

        let base_top = workers.bottom() + STEP;
        let system = pills(&shown.system, (content.x, base_top + 30.0), content.width);
        let base_bottom = system.last().map_or(base_top + 30.0, Area::bottom) + 10.0;
        let base = across(inner, base_top, base_bottom - base_top);

        let intra = base.bottom() + 16.0;
        let control_plane = across(inner, intra + 28.0, 34.0);
        let tiers = [
            (public, balancer.bottom() + 8.0 - public),
            (private, base.bottom() + 8.0 - private),
            (intra, control_plane.bottom() + 8.0 - intra),
        ];
        let zones = columns(shown.zones.len(), inner, control_plane.bottom() + 14.0 - inner.y);
        let vpc = Area::new(vpc_x, vpc_top, vpc_width, control_plane.bottom() + 26.0 - vpc_top);
        let strip = Area::new(vpc_x, vpc.bottom() + 14.0, vpc_width, PILL_HEIGHT + 6.0);
        let region = Area::new(region_x, HEAD, region_width, strip.bottom() + 12.0 - HEAD);
        Self {
            left: Area { height: region.height, ..left },
            axis: axis(&zones, inner),
            height: region.bottom() + MARGIN,
            region,
            vpc,
            zones,
            tiers,
            balancer,
            workers,
            services,
            charts,
            legend,
            pools,
            base,
            system,
            control_plane,
            strip,
        }
    }
}

/// An area across all zones, inside their tiers.
fn across(inner: Area, top: f64, height: f64) -> Area {
    Area::new(inner.x + 12.0, top, inner.width - 24.0, height)
}

fn content_of(panel: Area) -> Area {
    Area::new(panel.x + 10.0, panel.y, panel.width - 20.0, 0.0)
}

fn float(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn columns(number: usize, inner: Area, height: f64) -> Vec<Area> {
    let width = (inner.width + BETWEEN) / float(number.max(1)) - BETWEEN;
    let column = |index| Area::new(inner.x + float(index) * (width + BETWEEN), inner.y, width, height);
    (0..number).map(column).collect()
}

fn pool_areas(number: usize, content: Area, top: f64) -> Vec<Area> {
    let in_a_row = number.clamp(1, POOLS_IN_A_ROW);
    let width = (content.width + 10.0) / float(in_a_row) - 10.0;
    let place = |index: usize| {
        let (row, column) = (float(index / in_a_row), float(index % in_a_row));
        Area::new(content.x + column * (width + 10.0), top + row * (POOL + 8.0), width, POOL)
    };
    (0..number).map(place).collect()
}

/// The gap between two zones, in the middle or right of it: nothing is written there.
fn axis(zones: &[Area], inner: Area) -> f64 {
    match zones.get(zones.len() / 2) {
        Some(next) if zones.len() > 2 && zones.len() % 2 == 1 => next.right() + BETWEEN / 2.0,
        Some(next) if zones.len() > 1 => next.x - BETWEEN / 2.0,
        _ => inner.right() - BETWEEN,
    }
}
