//! The region: its network, zones and tiers, the load balancer, and what lies beside the network.

use super::{
    canvas::{Anchor, Area, Canvas},
    layout::Layout,
    shown::Shown,
    text::Style,
};

/// Draws what everything else stands on.
pub(super) fn ground(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let Layout { region, vpc, .. } = layout;
    canvas.area("region", *region, 14.0);
    let heading = format!("AWS {}", shown.region);
    canvas.text(Style::Heading, Anchor::Start, (region.x + 14.0, region.y + 22.0), region.width / 2.0, &heading);
    let account = format!("account {}", shown.account);
    let right = (region.right() - 14.0, region.y + 22.0);
    canvas.text(Style::Note, Anchor::End, right, region.width / 3.0, &account);
    canvas.area("vpc", *vpc, 12.0);
    let range = format!("VPC {}", shown.vpc);
    canvas.text(Style::Name, Anchor::Start, (vpc.x + 12.0, vpc.y + 21.0), vpc.width / 2.0, &range);
    zones(shown, layout, canvas);
    strip(shown, layout, canvas);
}

fn zones(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    for ((top, _), tier) in layout.tiers.iter().zip(Shown::TIERS) {
        canvas.text(Style::Name, Anchor::Start, (layout.vpc.x + 12.0, top + 19.0), 54.0, tier);
    }
    let with_gateway: Vec<_> = shown.zones.iter().filter(|zone| zone.gateway).collect();
    for (zone, column) in shown.zones.iter().zip(&layout.zones) {
        canvas.area("zone", *column, 10.0);
        let room = column.width - 20.0;
        canvas.text(Style::Name, Anchor::Start, (column.x + 10.0, column.y + 19.0), room, &zone.name);
        for ((top, height), tier) in layout.tiers.iter().zip(Shown::TIERS) {
            let cell = Area::new(column.x + 5.0, *top, column.width - 10.0, *height);
            canvas.area(&format!("tier {tier}"), cell, 7.0);
            let range = zone.subnets.get(tier).map_or("", String::as_str);
            canvas.text(Style::Code, Anchor::Start, (cell.x + 8.0, top + 19.0), cell.width - 16.0, range);
        }
        let place = Area::new(column.x + 13.0, layout.tiers[0].0 + 30.0, column.width - 26.0, 24.0);
        match with_gateway.as_slice() {
            _ if zone.gateway => {
                let pill = Area { width: place.width.min(104.0), ..place };
                canvas.pill("gateway", pill, "NAT gateway");
            }
            [only] => {
                let note = format!("out through {}", only.name);
                canvas.aside((place.x, place.middle() + 4.0), place.width, &note);
            }
            _ => {}
        }
    }
}

fn strip(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let Layout { strip, base, vpc, .. } = layout;
    let width = |text: &str| Style::Note.width(text) + 22.0;
    let rules = format!("EventBridge · {} rules", shown.rules);
    let queue = format!("SQS · {}", shown.queue);
    let first = Area { width: width(&rules), ..*strip };
    let x = first.right() + 26.0;
    let second = Area { x, width: width(&queue).min(strip.right() - x), ..*strip };
    canvas.pill("event", first, &rules);
    canvas.arrow("event", &[(first.right(), first.middle()), (second.x - 2.0, second.middle())]);
    canvas.pill("event", second, &queue);
    let mut right = strip.right();
    for store in shown.stores.iter().rev() {
        let pill = Area { x: right - width(store), width: width(store), ..*strip };
        // A long name of the queue takes their room.
        if pill.x >= second.right() + 8.0 {
            canvas.pill("store", pill, store);
            right = pill.x - 8.0;
        }
    }
    // Up through the gutter, to where Karpenter runs.
    let x = vpc.x + 54.0;
    let y = base.bottom() - 16.0;
    let (start, turn) = (second.x + 20.0, vpc.bottom() + 7.0);
    canvas.arrow("event", &[(start, second.y), (start, turn), (x, turn), (x, y), (base.x - 2.0, y)]);
}

/// Draws the load balancer, the client before it, and the control plane.
pub(super) fn entries(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let Layout { balancer, control_plane, axis, region, .. } = layout;
    canvas.area("card control", *control_plane, 8.0);
    let room = control_plane.width - 24.0;
    let place = (control_plane.x + 12.0, control_plane.middle() + 4.5);
    canvas.text(Style::Name, Anchor::Start, place, room, &shown.control_plane);
    let Some(front) = &shown.balancer else { return };
    canvas.area("card balancer", *balancer, 8.0);
    let place = (balancer.x + 12.0, balancer.middle() + 4.5);
    let half = axis - balancer.x - 24.0;
    canvas.text(Style::Name, Anchor::Start, place, half, "Network load balancer");
    let note = format!("{} · across zones · {}", front.scheme, front.ports);
    let place = (balancer.right() - 12.0, balancer.middle() + 4.5);
    canvas.text(Style::Note, Anchor::End, place, balancer.width - 190.0, &note);
    let client = Area::new(axis - 44.0, region.y - 52.0, 88.0, 28.0);
    let down = [(*axis, client.bottom()), (*axis, balancer.y - 2.0)];
    let Some(edge) = &shown.edge else {
        canvas.pill("client", client, "Clients");
        canvas.arrow("request", &down);
        return;
    };
    // It has servers everywhere, and so stands outside of the region.
    let width = Style::Note.width(edge) + 22.0;
    let before = Area { x: axis - width / 2.0, width, ..client };
    canvas.pill("gateway", before, edge);
    canvas.arrow("request", &down);
    let client = Area { x: before.x - 26.0 - client.width, ..client };
    canvas.pill("client", client, "Clients");
    canvas.arrow("request", &[(client.right(), client.middle()), (before.x - 2.0, client.middle())]);
}
