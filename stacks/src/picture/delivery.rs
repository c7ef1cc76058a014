//! The way of a change: from Git, by Terraform into the region, by Argo CD into the cluster.

use super::{
    canvas::{Anchor, Area, Canvas},
    layout::Layout,
    shown::Shown,
    text::Style,
};

const LINE: f64 = 16.0;
/// Left of Terraform runs the way from Git to Argo CD.
const RAIL: f64 = 22.0;

/// Draws the way of a change.
pub(super) fn delivery(shown: &Shown, layout: &Layout, canvas: &mut Canvas) {
    let Layout { left, region, base, .. } = layout;
    let git = Area { height: 74.0, ..*left };
    canvas.area("card git", git, 10.0);
    let room = git.width - 28.0;
    let mut line =
        |style, foot, text: &str| canvas.text(style, Anchor::Start, (git.x + 14.0, git.y + foot), room, text);
    line(Style::Heading, 23.0, "Git");
    line(Style::Code, 43.0, &shown.repository);
    line(Style::Note, 61.0, &format!("out/, reviewed, at {}", shown.revision));

    let top = git.bottom() + 30.0;
    let terraform = Area::new(left.x + RAIL, top, left.width - RAIL, terraform_height(shown, left.width - RAIL));
    let x = terraform.x + terraform.width / 2.0;
    canvas.arrow("change", &[(x, git.bottom()), (x, terraform.y - 2.0)]);
    self::terraform(shown, terraform, canvas);
    canvas.arrow("change", &[(terraform.right(), terraform.y + 24.0), (region.x - 2.0, terraform.y + 24.0)]);

    // Its foot is low enough for a straight way to the base nodes.
    let (height, entry) = (argocd_height(shown, left.width), base.y + 18.0);
    let argocd = Area { y: (entry + 24.0 - height).max(terraform.bottom() + 30.0), height, ..*left };
    let x = left.x + RAIL / 2.0;
    canvas.arrow("change", &[(x, git.bottom()), (x, argocd.y - 2.0)]);
    let x = terraform.x + terraform.width / 2.0;
    canvas.arrow("change", &[(x, terraform.bottom()), (x, argocd.y - 2.0)]);
    self::argocd(shown, argocd, canvas);
    canvas.arrow("change", &[(argocd.right(), entry), (base.x - 2.0, entry)]);
    legend(left.x, argocd.bottom(), region.bottom(), canvas);
}

/// The meaning of the arrows' colours, where there is room below.
fn legend(x: f64, top: f64, bottom: f64, canvas: &mut Canvas) {
    let ways = [("change", "way of a change"), ("request", "way of a request"), ("event", "way of an interruption")];
    let mut y = bottom - 56.0;
    if y - 16.0 < top {
        return;
    }
    for (class, meaning) in ways {
        canvas.arrow(class, &[(x + 2.0, y), (x + 30.0, y)]);
        canvas.text(Style::Note, Anchor::Start, (x + 40.0, y + 4.0), 180.0, meaning);
        y += 22.0;
    }
}

/// The lines of a stack's summary.
fn summary(summary: &str, width: f64) -> Vec<String> {
    Style::Note.wrap(summary, width - 54.0)
}

fn terraform_height(shown: &Shown, width: f64) -> f64 {
    let lines = |text: &str| LINE * f64::from(u32::try_from(summary(text, width).len()).unwrap_or(u32::MAX));
    shown.stacks.iter().map(|stack| 28.0 + lines(stack.summary)).sum::<f64>() + 46.0
}

fn terraform(shown: &Shown, card: Area, canvas: &mut Canvas) {
    canvas.area("card terraform", card, 10.0);
    canvas.text(Style::Heading, Anchor::Start, (card.x + 14.0, card.y + 23.0), card.width - 28.0, "Terraform applies");
    let mut y = card.y + 40.0;
    for (stack, number) in shown.stacks.iter().zip(1..) {
        let badge = Area::new(card.x + 12.0, y, 20.0, 20.0);
        canvas.area("badge", badge, 10.0);
        let place = (badge.x + 10.0, badge.y + 14.5);
        canvas.text(Style::Name, Anchor::Middle, place, 18.0, &format!("{number}"));
        let x = card.x + 40.0;
        canvas.text(Style::Name, Anchor::Start, (x, y + 14.5), card.width - 54.0, &stack.name);
        let count = match stack.resources {
            1 => "1 resource".to_owned(),
            more => format!("{more} resources"),
        };
        let room = card.width - 66.0 - Style::Name.width(&stack.name);
        canvas.text(Style::Note, Anchor::End, (card.right() - 14.0, y + 14.5), room, &count);
        let lines = summary(stack.summary, card.width);
        for line in &lines {
            y += LINE;
            canvas.text(Style::Note, Anchor::Start, (x, y + 15.5), card.width - 54.0, line);
        }
        y += 28.0;
    }
}

/// The lines of a wave's Applications.
fn wave(applications: &[String], width: f64) -> Vec<String> {
    Style::Note.wrap(&applications.join(", "), width - 58.0)
}

fn argocd_height(shown: &Shown, width: f64) -> f64 {
    let lines: usize = shown.sync.waves.values().map(|applications| wave(applications, width).len()).sum();
    84.0 + LINE * f64::from(u32::try_from(lines).unwrap_or(u32::MAX))
}

/// The card of Argo CD: its Applications, wave by wave.
fn argocd(shown: &Shown, card: Area, canvas: &mut Canvas) {
    canvas.area("card argocd", card, 10.0);
    let sync = &shown.sync;
    let place = |foot: f64| (card.x + 14.0, card.y + foot);
    canvas.text(Style::Heading, Anchor::Start, place(23.0), card.width - 28.0, "Argo CD syncs");
    canvas.text(Style::Code, Anchor::Start, place(43.0), card.width - 28.0, &sync.folder);
    let note = format!("{} objects, wave by wave", sync.objects);
    canvas.text(Style::Note, Anchor::Start, place(61.0), card.width - 28.0, &note);
    let mut foot = 82.0;
    for (number, applications) in &sync.waves {
        let number_place = (card.x + 36.0, card.y + foot);
        canvas.text(Style::Code, Anchor::End, number_place, 30.0, &number.to_string().replace('-', "−"));
        for line in wave(applications, card.width) {
            canvas.text(Style::Note, Anchor::Start, (card.x + 44.0, card.y + foot), card.width - 58.0, &line);
            foot += LINE;
        }
    }
}
