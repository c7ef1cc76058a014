//! A chart over time, drawn as SVG: phases as bands, an axis from zero, and lines or stacked bars.

use std::{fmt::Write, ops::Range};

use crate::{
    axis::{Scale, axis_top, number, ticks, time_step},
    table,
    text::{clock, escaped},
};

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 280.0;
/// Room for the longest number of an axis, and for half of the last mark of time: `1,000,000` and `1:00:00` in the size of phones.
const LEFT: f64 = 90.0;
const RIGHT: f64 = WIDTH - 34.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = HEIGHT - 40.0;

/// How wide a letter is at most, in the size that phones get.
const LETTER: f64 = 9.2;

/// Where the unit begins.
const UNIT: f64 = 4.0;

/// Lines differ by more than their colour.
const DASHES: [&str; 4] = ["none", "7 4", "2 3", "10 3 2 3"];

/// How many colours the page has.
const COLOURS: usize = 6;

/// A line or a layer of bars.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Seconds of the test, and values; `None` where nothing is known.
    pub points: Vec<(f64, Option<f64>)>,
}

/// How the points of a chart are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Lines from point to point.
    Lines,
    /// Lines that keep a value until the next, for what is counted.
    Stairs,
    /// Bars of this many seconds, one kind on top of the other.
    Stacked(f64),
}

impl Shape {
    fn scale(self) -> Scale {
        match self {
            Self::Lines => Scale::Measured,
            Self::Stairs | Self::Stacked(_) => Scale::Counted,
        }
    }

    /// A value as a table has it.
    pub fn written(self, value: f64) -> String {
        match self.scale() {
            Scale::Measured => format!("{value:.1}"),
            Scale::Counted => number(value),
        }
    }
}

/// A part of the time that a chart spans.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Its name, written above the chart where it fits.
    pub name: &'static str,
    /// Its seconds.
    pub span: Range<f64>,
    /// Is it drawn as a band?
    pub shaded: bool,
}

/// A moment at which something happened, drawn as a line from top to bottom with its letter above.
#[derive(Clone, Debug)]
pub struct Mark {
    /// When, in seconds.
    pub second: f64,
    /// What stands above it: a letter or two, which a list beside the chart explains.
    pub letter: String,
}

/// A chart.
#[derive(Debug)]
pub struct Chart<'a> {
    /// Its name, which is unique on the page.
    pub title: &'a str,
    /// A sentence about it, for those who cannot see it.
    pub summary: String,
    /// The unit of its values.
    pub unit: &'a str,
    /// The phases of what is shown.
    pub phases: Vec<Phase>,
    /// What happened when.
    pub marks: Vec<Mark>,
    /// The seconds that it spans.
    pub seconds: f64,
    /// How its points are drawn.
    pub shape: Shape,
    /// Its lines or layers of bars.
    pub series: Vec<Series>,
}

impl Chart<'_> {
    /// A heading, the chart with its caption, and the same figures as a table.
    pub fn section(&self, caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> String {
        let title = escaped(self.title);
        let table = table::folded(&format!("{}, {}", self.title, self.unit), header, rows);
        format!(
            "<section>\n<h2>{title}</h2>\n<figure>\n<figcaption>{}</figcaption>\n{}{table}</figure>\n</section>\n",
            escaped(caption),
            self.svg()
        )
    }

    /// The legend and the drawing.
    pub fn svg(&self) -> String {
        let top = axis_top(self.highest(), self.shape.scale());
        let mut svg = String::new();
        self.legend(&mut svg);
        let id: String = self.title.chars().map(|char| if char.is_alphanumeric() { char } else { '-' }).collect();
        let _ = writeln!(
            svg,
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{} drawn\">\n\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title {id}-summary\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-summary\">{}</desc>",
            escaped(self.title),
            escaped(self.title),
            escaped(&self.summary)
        );
        self.phases(&mut svg);
        self.axes(&mut svg, top);
        self.marks(&mut svg);
        let mut below = vec![0.0; self.series.iter().map(|series| series.points.len()).max().unwrap_or_default()];
        for (index, series) in self.series.iter().enumerate() {
            match self.shape {
                Shape::Stacked(width) => self.bars(&mut svg, index, series, width, top, &mut below),
                Shape::Lines | Shape::Stairs => self.line(&mut svg, index, series, top),
            }
        }
        if self
            .series
            .iter()
            .all(|series| series.points.iter().all(|(_, value)| value.is_none_or(|value| value == 0.0)))
        {
            let (x, y) = (f64::midpoint(LEFT, RIGHT), f64::midpoint(TOP, BOTTOM));
            let _ = writeln!(svg, "<text class=\"quiet\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">none</text>");
        }
        svg.push_str("</svg>\n</div>\n");
        svg
    }

    fn highest(&self) -> f64 {
        if let Shape::Stacked(_) = self.shape {
            let length = self.series.iter().map(|series| series.points.len()).max().unwrap_or_default();
            let stacked = |at: usize| self.series.iter().filter_map(|series| series.points.get(at)?.1).sum::<f64>();
            return (0..length).map(stacked).fold(0.0, f64::max);
        }
        let values = self.series.iter().flat_map(|series| &series.points).filter_map(|(_, value)| *value);
        values.fold(0.0, f64::max)
    }

    fn x(&self, second: f64) -> f64 {
        LEFT + (second / self.seconds).clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    fn legend(&self, svg: &mut String) {
        svg.push_str("<ul class=\"legend\">\n");
        for (index, series) in self.series.iter().enumerate() {
            let mark = if let Shape::Stacked(_) = self.shape {
                format!("<rect width=\"12\" height=\"10\" style=\"fill:{}\"/>", colour(index))
            } else {
                format!("<path d=\"M0 5H28\" style=\"{}\"/>", stroke(index))
            };
            let name = escaped(&series.name);
            let _ = writeln!(svg, "<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\">{mark}</svg>{name}</li>");
        }
        svg.push_str("</ul>\n");
    }

    fn phases(&self, svg: &mut String) {
        for Phase { name, span, shaded } in &self.phases {
            let (left, right) = (self.x(span.start), self.x(span.end));
            if *shaded {
                let (width, height) = (right - left, BOTTOM - TOP);
                let _ = writeln!(
                    svg,
                    "<rect class=\"band\" x=\"{left:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{height}\"/>"
                );
            }
            if span.end > span.start && span.end < self.seconds {
                let _ = writeln!(
                    svg,
                    "<path class=\"axis\" style=\"stroke-width:1;stroke-dasharray:3 3\" d=\"M{right:.1} {TOP}V{BOTTOM}\"/>"
                );
            }
            // Beside the unit, which stands at the left; a name that does not fit is left to the table of phases.
            let half = 6.5 / 2.0 * letters(name);
            let x = f64::midpoint(left, right).max(UNIT + LETTER * letters(self.unit) + half);
            if x + half < right {
                let y = TOP - 8.0;
                let _ =
                    writeln!(svg, "<text class=\"phase\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{name}</text>");
            }
        }
    }

    fn marks(&self, svg: &mut String) {
        // Letters that would lie on one another are left out: the list beside the chart has all.
        let mut free = f64::MIN;
        for Mark { second, letter } in &self.marks {
            let x = self.x(*second);
            let _ = writeln!(svg, "<path class=\"mark\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>");
            if x >= free {
                // Below the unit.
                let y = TOP - 2.0;
                let _ = writeln!(
                    svg,
                    "<text class=\"letter\" x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
                    escaped(letter)
                );
                free = x + LETTER * (1.0 + f64::from(u8::try_from(letter.len()).unwrap_or(u8::MAX)));
            }
        }
    }

    fn axes(&self, svg: &mut String, top: f64) {
        for value in ticks(top, self.shape.scale()) {
            let y = y(value, top);
            let (label, middle) = (number(value), y + 4.0);
            let _ = writeln!(
                svg,
                "<path class=\"grid\" style=\"stroke-width:1\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
                 <text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{label}</text>",
                LEFT - 7.0
            );
        }
        let _ = writeln!(svg, "<text x=\"{UNIT}\" y=\"12\">{}</text>", escaped(self.unit));
        let step = time_step(self.seconds);
        let marks = (0..).map(|index| f64::from(index) * step).take_while(|second| *second <= self.seconds);
        for second in marks {
            let (x, y, label) = (self.x(second), BOTTOM + 17.0, clock(second));
            let _ = writeln!(
                svg,
                "<path class=\"axis\" style=\"stroke-width:1\" d=\"M{x:.1} {BOTTOM}v5\"/>\
                 <text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>"
            );
        }
        let _ = writeln!(
            svg,
            "<path class=\"axis\" style=\"stroke-width:1\" d=\"M{LEFT} {BOTTOM}H{RIGHT}\"/>\
             <text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">time since the start (min:s)</text>",
            f64::midpoint(LEFT, RIGHT),
            HEIGHT - 6.0
        );
    }

    fn line(&self, svg: &mut String, index: usize, series: &Series, top: f64) {
        let mut path = String::new();
        let mut joined = false;
        for (second, value) in &series.points {
            let Some(value) = value else {
                joined = false;
                continue;
            };
            let (x, y) = (self.x(*second), y(*value, top));
            let _ = match (joined, self.shape) {
                (false, _) => write!(path, "M{x:.1} {y:.1}"),
                (true, Shape::Stairs) => write!(path, "H{x:.1}V{y:.1}"),
                (true, _) => write!(path, "L{x:.1} {y:.1}"),
            };
            joined = true;
        }
        if !path.is_empty() {
            let _ = writeln!(svg, "<path d=\"{path}\" style=\"{}\"/>", stroke(index));
        }
    }

    fn bars(&self, svg: &mut String, index: usize, series: &Series, width: f64, top: f64, below: &mut [f64]) {
        for ((second, value), below) in series.points.iter().zip(below) {
            let Some(value) = value.filter(|value| *value > 0.0) else { continue };
            let (left, right) = (self.x(*second), self.x(second + width));
            let (low, high) = (y(*below, top), y(*below + value, top));
            *below += value;
            let _ = writeln!(
                svg,
                "<rect class=\"bar\" x=\"{left:.1}\" y=\"{high:.1}\" width=\"{:.1}\" height=\"{:.1}\" style=\"fill:{}\"/>",
                (right - left - 0.5).max(0.7),
                low - high,
                colour(index)
            );
        }
    }
}

fn y(value: f64, top: f64) -> f64 {
    BOTTOM - value / top * (BOTTOM - TOP)
}

fn colour(index: usize) -> String {
    format!("var(--line-{})", index % COLOURS)
}

fn stroke(index: usize) -> String {
    format!("stroke:{};stroke-dasharray:{}", colour(index), DASHES[index % DASHES.len()])
}

fn letters(text: &str) -> f64 {
    f64::from(u8::try_from(text.chars().count()).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(seconds: f64) -> Vec<Phase> {
        let spans = [("ramp", 0.0, 0.25), ("hold", 0.25, 0.75), ("ramp down", 0.75, 1.0)];
        let phase = |(name, from, to)| Phase { name, span: seconds * from..seconds * to, shaded: name == "hold" };
        spans.map(phase).into()
    }

    fn chart(shape: Shape, values: &[Option<f64>]) -> String {
        let points = (0_i32..).zip(values).map(|(second, value)| (f64::from(second), *value)).collect();
        let series = vec![Series { name: "a < b".to_owned(), points }];
        let (title, summary, unit) = ("Title", "Summary".to_owned(), "ms");
        Chart { title, summary, unit, phases: phases(4.0), marks: Vec::new(), seconds: 4.0, shape, series }.svg()
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let svg = chart(Shape::Lines, &[Some(1.0), None, Some(2.0), Some(3.0)]);
        let line = svg.lines().find(|line| line.starts_with(&format!("<path d=\"M{LEFT:.1}"))).unwrap();
        assert_eq!((line.matches('M').count(), line.matches('L').count()), (2, 1), "{line}");
    }

    #[test]
    fn the_name_of_a_phase_stands_beside_the_unit_or_nowhere() {
        let named = |end: f64| {
            let ramp = Phase { name: "ramp", span: 0.0..end, shaded: false };
            let (title, summary, unit, shape) = ("Title", "Summary".to_owned(), "% of what pods ask for", Shape::Lines);
            let (phases, marks, series) = (vec![ramp], Vec::new(), Vec::new());
            Chart { title, summary, unit, phases, marks, seconds: 100.0, shape, series }.svg()
        };
        let at = |svg: &str| -> Option<f64> {
            let text = svg.split("class=\"phase\" x=\"").nth(1)?;
            text.split('"').next()?.parse().ok()
        };
        assert_eq!(at(&named(15.0)), None);
        let half = 6.5 * 2.0;
        assert!(at(&named(25.0)).unwrap() - half > 4.0 + 22.0 * 6.5);
        assert!(at(&named(100.0)).unwrap() > 300.0);
    }

    /// Every text lies inside the drawing, in the size that phones get: a letter of 16 px is at most 9.2 wide there.
    #[test]
    fn no_text_is_clipped() {
        let (letter, attribute) = (9.2, |line: &str, name: &str| -> Option<String> {
            Some(line.split_once(&format!("{name}=\""))?.1.split_once('"')?.0.to_owned())
        });
        for (seconds, highest) in [(4.0, 3.0), (90.0, 1_000.0), (3_600.0, 1_000_000.0), (14_400.0, 0.25)] {
            let points = vec![(0.0, Some(0.0)), (seconds, Some(highest))];
            let series = vec![Series { name: "a".to_owned(), points }];
            let (title, summary, unit, shape) = ("Title", "Summary".to_owned(), "requests/s", Shape::Lines);
            let marks =
                vec![Mark { second: 0.0, letter: "a".to_owned() }, Mark { second: seconds, letter: "bb".to_owned() }];
            let svg = Chart { title, summary, unit, phases: phases(seconds), marks, seconds, shape, series }.svg();
            let texts: Vec<_> =
                svg.match_indices("<text ").map(|(at, _)| svg[at..].split("</text>").next().unwrap()).collect();
            assert!(texts.len() > 8, "{svg}");
            for text in texts {
                let x: f64 = attribute(text, " x").unwrap().parse().unwrap();
                let length = f64::from(u32::try_from(text.rsplit('>').next().unwrap().chars().count()).unwrap());
                let (left, right) = match attribute(text, "text-anchor").as_deref() {
                    Some("end") => (x - length * letter, x),
                    Some("middle") => (x - length * letter / 2.0, x + length * letter / 2.0),
                    _ => (x, x + length * letter),
                };
                assert!(left >= 0.0 && right <= WIDTH, "{left:.0} to {right:.0} of {WIDTH}: {text}");
            }
        }
    }

    #[test]
    fn letters_of_marks_do_not_lie_on_one_another() {
        let marks = [1.0, 1.01, 2.0].map(|second| Mark { second, letter: "a".to_owned() }).into();
        let (title, summary, unit, shape) = ("Title", "Summary".to_owned(), "ms", Shape::Lines);
        let svg =
            Chart { title, summary, unit, phases: Vec::new(), marks, seconds: 4.0, shape, series: Vec::new() }.svg();
        assert_eq!((svg.matches("class=\"mark\"").count(), svg.matches("class=\"letter\"").count()), (3, 2), "{svg}");
    }

    #[test]
    fn bars_without_height_are_not_drawn_but_said_to_be_none() {
        assert!(chart(Shape::Stacked(1.0), &[Some(0.0), Some(0.0)]).contains(">none</text>"));
        assert_eq!(chart(Shape::Stacked(1.0), &[Some(0.0), Some(2.0)]).matches("class=\"bar\"").count(), 1);
    }

    #[test]
    fn a_drawing_is_named_and_described_and_escaped() {
        let svg = chart(Shape::Stairs, &[Some(1.0)]);
        assert!(
            svg.contains("aria-labelledby=\"Title-title Title-summary\"")
                && svg.contains("<desc id=\"Title-summary\">")
        );
        assert!(svg.contains("a &lt; b") && !svg.contains("a < b"));
    }
}
