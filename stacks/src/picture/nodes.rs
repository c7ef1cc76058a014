//! The nodes: those that Karpenter makes, with the services on them, and the base nodes.

use super::{
    canvas::{Anchor, Area, Canvas},
    layout::Layout,
    shown::{Pool, Service, Shown},
    text::Style,
};

/// Marks of pods are at most this far apart.
const PITCH: f64 = 18.0;

/// Draws both kinds of nodes.
pub(super) fn nodes(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    workers(shown, layout, canvas);
    base(shown, layout, canvas);
    request(shown, layout, canvas);
}

fn workers(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let panel = layout.workers;
    canvas.area("panel workers", panel, 9.0);
    heading(canvas, panel, "Karpenter's nodes", "");
    legend(layout, canvas);
    for (service, card) in shown.services.iter().zip(&layout.services) {
        self::service(service, *card, layout, canvas);
    }
    for (chart, pill) in shown.charts.iter().zip(&layout.charts) {
        canvas.pill("chart", *pill, chart);
    }
    for (pool, card) in shown.pools.iter().zip(&layout.pools) {
        self::pool(pool, *card, canvas);
    }
}

fn heading(canvas: &mut Canvas, panel: Area, heading: &str, note: &str) {
    let foot = panel.y + 19.0;
    canvas.text(Style::Heading, Anchor::Start, (panel.x + 12.0, foot), panel.width / 2.0, heading);
    let room = panel.width - 36.0 - Style::Heading.width(heading);
    canvas.text(Style::Note, Anchor::End, (panel.right() - 12.0, foot), room, note);
}

/// The meaning of the marks, in the row of the charts.
fn legend(layout: &Layout, canvas: &mut Canvas) {
    let Area { y, height, .. } = layout.legend;
    let (mut x, middle) = (layout.legend.right(), y + height / 2.0);
    for (class, meaning) in [("may", "under load"), ("runs", "pod that always runs")] {
        let width = Style::Note.width(meaning);
        canvas.text(Style::Note, Anchor::End, (x, middle + 4.0), width, meaning);
        x -= width + PITCH;
        canvas.marks(&format!("pod {class}"), (x, middle), PITCH, 1);
        x -= 10.0;
    }
}

/// A service, with a mark for each pod that always runs and a pale one for each that may be added, zone by zone.
fn service(service: &Service, card: Area, layout: &Layout, canvas: &mut Canvas) {
    canvas.area("card service", card, 8.0);
    let width = Style::Heading.width(&service.name);
    let foot = card.y + 22.0;
    canvas.text(Style::Heading, Anchor::Start, (card.x + 12.0, foot), card.width / 2.0, &service.name);
    let note = format!("{} · {}", service.scaling, service.budget);
    canvas.text(Style::Note, Anchor::End, (card.right() - 12.0, foot), card.width - width - 36.0, &note);
    let number = u32::try_from(layout.zones.len()).unwrap_or(1).max(1);
    let share = |pods: u32, zone: u32| pods / number + u32::from(zone < pods % number);
    // As far from the edge in each zone as in the first, where the card begins inside.
    let inset = layout.zones.iter().map(|zone| (card.x - zone.x).max(0.0)).fold(0.0, f64::max) + 12.0;
    let left = |zone: &Area| zone.x + inset;
    let room = |zone: &Area| zone.right().min(card.right()) - 8.0 - left(zone);
    let narrowest = layout.zones.iter().map(room).fold(f64::INFINITY, f64::min);
    let pitch = PITCH.min(narrowest / f64::from(share(service.most, 0).max(1)));
    for (zone, index) in layout.zones.iter().zip(0..) {
        let (fewest, most) = (share(service.fewest, index), share(service.most, index));
        let (x, y) = (left(zone), card.y + 45.0);
        canvas.marks("pod may", (x + pitch * f64::from(fewest), y), pitch, most.saturating_sub(fewest));
        canvas.marks("pod runs", (x, y), pitch, fewest);
    }
}

fn pool(pool: &Pool, card: Area, canvas: &mut Canvas) {
    canvas.area("card pool", card, 8.0);
    let room = card.width - 24.0;
    let mut line =
        |style, foot, text: &str| canvas.text(style, Anchor::Start, (card.x + 12.0, card.y + foot), room, text);
    line(Style::Name, 18.0, &format!("NodePool {}", pool.name));
    line(Style::Note, 35.0, &pool.kind);
    line(Style::Note, 52.0, &pool.limits);
}

fn base(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let panel = layout.base;
    canvas.area("panel base", panel, 9.0);
    heading(canvas, panel, "Base nodes", &shown.base);
    for (chart, pill) in shown.system.iter().zip(&layout.system) {
        canvas.pill("chart", *pill, chart);
    }
    let x = panel.x + 40.0;
    canvas.arrow("node", &[(x, panel.y), (x, layout.workers.bottom() + 2.0)]);
    let place = (x + 10.0, f64::midpoint(panel.y, layout.workers.bottom()) + 4.0);
    let room = layout.zones.first().map_or(panel.right(), Area::right) - place.0 - 6.0;
    canvas.aside(place, room, "makes nodes");
}

/// The way of a request: from the load balancer, and from one service to the next where that one lets it in.
fn request(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let mut from = layout.balancer.bottom();
    let mut before: Option<&Service> = None;
    for (service, card) in shown.services.iter().zip(&layout.services) {
        let way = [(layout.axis, from), (layout.axis, card.y - 2.0)];
        let called = before.is_some_and(|before| service.callers.contains(&before.name));
        if called || (before.is_none() && shown.balancer.is_some()) {
            canvas.arrow("request", &way);
        }
        if before.is_some() && !service.callers.is_empty() {
            let foot = f64::midpoint(from, card.y) + 4.0;
            if called {
                let x = layout.axis + 10.0;
                canvas.text(Style::Note, Anchor::Start, (x, foot), card.right() - x, &service.ports);
            } else {
                let note = format!("from {} · {}", service.callers.join(", "), service.ports);
                canvas.text(Style::Note, Anchor::End, (card.right() - 12.0, foot), card.width - 24.0, &note);
            }
        }
        from = card.bottom();
        before = Some(service);
    }
}
