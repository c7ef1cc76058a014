//! One number and its parts, drawn as a bar from side to side with a legend of amounts.

use std::fmt::Write;

use crate::text::escaped;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 44.0;

/// How many colours the page has.
const COLOURS: usize = 6;

/// A part of a whole.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its name in the legend.
    pub name: String,
    /// How much it is, in the unit of the whole.
    pub value: f64,
    /// The same as it is read: `73.00 USD`.
    pub written: String,
}

/// The bar, with a sentence for those who cannot see it. Parts that are nothing are left to the legend.
pub fn bar(summary: &str, shares: &[Share]) -> String {
    let whole: f64 = shares.iter().map(|share| share.value.max(0.0)).sum();
    let mut legend = "<ul class=\"legend\">\n".to_owned();
    let mut drawn =
        format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n", escaped(summary));
    let mut left = 0.0;
    for (place, share) in shares.iter().enumerate() {
        let look = look(place);
        let name = escaped(&format!("{}: {}", share.name, share.written));
        let width = if whole > 0.0 { share.value.max(0.0) / whole * WIDTH } else { 0.0 };
        let _ = writeln!(
            drawn,
            "<rect x=\"{left:.1}\" y=\"4\" width=\"{width:.1}\" height=\"36\" {look}><title>{name}</title></rect>"
        );
        left += width;
        let _ = writeln!(
            legend,
            "<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\"><rect width=\"28\" height=\"10\" {look}/></svg>{name}</li>"
        );
    }
    drawn.push_str("</svg>\n");
    legend.push_str("</ul>\n");
    legend + &drawn
}

/// Parts differ by more than their colour once there are more than colours: they are paler.
fn look(place: usize) -> String {
    let opacity = if place < COLOURS { 1.0 } else { 0.5 };
    format!("style=\"fill: var(--line-{}); stroke: var(--card)\" fill-opacity=\"{opacity}\"", place % COLOURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(name: &str, value: f64) -> Share {
        Share { name: name.to_owned(), value, written: format!("{value} USD") }
    }

    #[test]
    fn parts_fill_the_bar_by_their_share_and_are_named() {
        let bar = bar("four dollars", &[share("<nodes>", 3.0), share("keys", 1.0)]);
        for part in [
            "x=\"0.0\" y=\"4\" width=\"600.0\"",
            "x=\"600.0\" y=\"4\" width=\"200.0\"",
            "&lt;nodes&gt;: 3 USD",
            "aria-label=\"four dollars\"",
        ] {
            assert!(bar.contains(part), "{part}: {bar}");
        }
    }

    #[test]
    fn nothing_is_no_part() {
        let bar = bar("nothing", &[share("keys", 0.0)]);
        assert!(bar.contains("width=\"0.0\"") && !bar.contains("NaN"), "{bar}");
    }
}
