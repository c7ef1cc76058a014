//! A page of one file that needs nothing else: charts and sums drawn as SVG, each with its figures as a table beside it.

mod axis;
pub mod chart;
pub mod shares;
pub mod table;
mod text;

pub use axis::number;
pub use text::{clock, escaped, grouped, milliseconds, with_code};

const STYLE: &str = include_str!("style.css");

/// The page with this title, whose content is HTML.
pub fn document(title: &str, content: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{content}</main>\n</body>\n</html>\n"
    )
}
