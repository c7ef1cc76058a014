//! The canvas: boxes, text that stays inside its room, pills and arrows, written as SVG.

use std::fmt::{self, Write as _};

use super::text::{Escaped, Style};

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }
}

/// On which side of its place a text stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// The elements of a drawing.
#[derive(Debug, Default)]
pub(super) struct Canvas(String);

/// The room between the edge of a pill and its text.
const PILL_PADDING: f64 = 10.0;

/// The length of an arrow's tip.
const TIP: f64 = 8.0;

/// The height of a pill.
pub(super) const PILL_HEIGHT: f64 = 24.0;

impl Canvas {
    /// A box.
    pub(super) fn area(&mut self, class: &str, area: Area, radius: f64) {
        let Area { x, y, width, height } = area;
        self.element(format_args!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}" rx="{}"/>"#,
            Tenth(x),
            Tenth(y),
            Tenth(width),
            Tenth(height),
            Tenth(radius)
        ));
    }

    /// A line of text whose foot is at `y`, made narrower where it would be wider than its room.
    pub(super) fn text(&mut self, style: Style, anchor: Anchor, (x, y): (f64, f64), room: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let squeezed = if style.width(text) > room {
            format!(r#" textLength="{}" lengthAdjust="spacingAndGlyphs""#, Tenth(room))
        } else {
            String::new()
        };
        self.element(format_args!(
            r#"<text class="{}" x="{}" y="{}"{anchor}{squeezed}>{}</text>"#,
            style.class(),
            Tenth(x),
            Tenth(y),
            Escaped(text)
        ));
    }

    /// A note, where there is room for it.
    pub(super) fn aside(&mut self, place: (f64, f64), room: f64, text: &str) {
        if Style::Note.width(text) * 0.8 <= room {
            self.text(Style::Note, Anchor::Start, place, room, text);
        }
    }

    /// A pill around a text.
    pub(super) fn pill(&mut self, class: &str, area: Area, text: &str) {
        self.area(&format!("pill {class}"), area, area.height / 2.0);
        let place = (area.x + area.width / 2.0, area.middle() + 4.2);
        self.text(Style::Note, Anchor::Middle, place, area.width - PILL_PADDING, text);
    }

    /// An arrow along points.
    pub(super) fn arrow(&mut self, class: &str, points: &[(f64, f64)]) {
        let steps: Vec<_> = points.iter().map(|(x, y)| format!("{} {}", Tenth(*x), Tenth(*y))).collect();
        self.element(format_args!(r#"<path class="arrow {class}" d="M{}"/>"#, steps.join("L")));
        if let [.., (from_x, from_y), (x, y)] = points {
            let length = (x - from_x).hypot(y - from_y).max(1.0);
            let (along_x, along_y) = ((x - from_x) / length * TIP, (y - from_y) / length * TIP);
            // Both corners of the tip's foot lie beside the line, half as far as the tip is long.
            let foot = |side: f64| (x - along_x - along_y * side, y - along_y + along_x * side);
            let ((left_x, left_y), (right_x, right_y)) = (foot(0.55), foot(-0.55));
            self.element(format_args!(
                r#"<path class="tip {class}" d="M{} {}L{} {}L{} {}Z"/>"#,
                Tenth(*x),
                Tenth(*y),
                Tenth(left_x),
                Tenth(left_y),
                Tenth(right_x),
                Tenth(right_y)
            ));
        }
    }

    /// A row of marks of equal width.
    pub(super) fn marks(&mut self, class: &str, (x, y): (f64, f64), pitch: f64, number: u32) {
        if number > 0 {
            let mark = pitch * 0.7;
            self.element(format_args!(
                r#"<path class="{class}" d="M{} {}h{}" stroke-dasharray="{mark:.2} {:.2}"/>"#,
                Tenth(x),
                Tenth(y),
                // The last gap is left out, or the next mark would begin.
                Tenth(pitch * f64::from(number) - (pitch - mark)),
                pitch - mark
            ));
        }
    }

    /// A line of the document.
    fn element(&mut self, element: fmt::Arguments<'_>) {
        writeln!(self.0, "  {element}").expect("a text takes all that is written");
    }

    /// Everything that was drawn.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Where pills of these texts stand, in rows from left to right, the first of them at the place.
pub(super) fn pills(texts: &[String], (left, top): (f64, f64), width: f64) -> Vec<Area> {
    let (mut x, mut y) = (left, top);
    let mut areas = Vec::new();
    for text in texts {
        let pill = (Style::Note.width(text) + 2.0 * PILL_PADDING).min(width);
        if x > left && x + pill > left + width {
            (x, y) = (left, y + PILL_HEIGHT + 6.0);
        }
        areas.push(Area::new(x, y, pill, PILL_HEIGHT));
        x += pill + 8.0;
    }
    areas
}

/// A number with at most one decimal.
struct Tenth(f64);

impl fmt::Display for Tenth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", (self.0 * 10.0).round() / 10.0)
    }
}
