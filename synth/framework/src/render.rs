//! Writes expressions as Terraform reads them. The only place that knows Terraform's template syntax.
//!
//! The same string is escaped differently by context: in a template (an argument, an output, a local) `${` must be
//! doubled, in a literal place (`terraform`, a variable's default, an alias) it must not, and inside an expression it is
//! quoted for HCL first and for JSON second.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value as Json};

use crate::expression::{Expression, Root, Step, TemplatePart, Traversal};

/// Writes `expression` where Terraform reads a template: arguments, outputs, locals.
pub(crate) fn template(expression: &Expression) -> Json {
    match expression {
        Expression::Null => Json::Null,
        Expression::Bool(value) => Json::Bool(*value),
        Expression::Integer(number) => Json::from(*number),
        Expression::Float(number) => float(*number),
        Expression::String(text) => Json::String(template_text(&[TemplatePart::Text(text.clone())])),
        Expression::Template(parts) => Json::String(template_text(parts)),
        Expression::List(items) => Json::Array(items.iter().map(template).collect()),
        Expression::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (template_key(key), template(value))).collect())
        }
        other => Json::String(wrap(other)),
    }
}

/// Writes `expression` where Terraform reads a literal: no template, so nothing is escaped.
///
/// An expression that is not literal has no meaning there; it is written as `null`, and reported by the caller.
pub(crate) fn literal(expression: &Expression) -> Json {
    match expression {
        Expression::String(text) => Json::String(text.to_string()),
        Expression::List(items) => Json::Array(items.iter().map(literal).collect()),
        Expression::Object(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), literal(value)))
                .collect::<Map<_, _>>(),
        ),
        scalar @ (Expression::Bool(_) | Expression::Integer(_) | Expression::Float(_)) => template(scalar),
        _ => Json::Null,
    }
}

/// Writes a reference without the template marks, as `depends_on` and its kind want it.
pub(crate) fn reference(traversal: &Traversal) -> String {
    let mut text = match &traversal.root {
        Root::Declared(address) => address.to_string(),
        Root::Each => "each".to_owned(),
        Root::Count => "count".to_owned(),
        Root::Itself => "self".to_owned(),
        Root::Iterator(name) => name.to_string(),
        Root::Path => "path".to_owned(),
    };
    steps(&mut text, &traversal.steps);
    text
}

/// Writes the steps of a reference alone, as `ignore_changes` wants them: `scaling_config[0].desired_size`.
pub(crate) fn relative(traversal: &Traversal) -> String {
    let mut text = String::new();
    steps(&mut text, &traversal.steps);
    text.strip_prefix('.').map(str::to_owned).unwrap_or(text)
}

/// A whole number is written without a fraction. What is no number has no JSON; it is reported by the caller.
fn float(number: f64) -> Json {
    // Up to 2^53 every whole number has its own float, so that nothing is lost.
    #[allow(clippy::cast_possible_truncation, reason = "the number is whole and within 2^53")]
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// Text at the top of a JSON string, where Terraform's scanner has two traps that quoted text does not have.
fn template_text(parts: &[TemplatePart]) -> String {
    let text = interpolate(parts, escape_bare);
    // A byte order mark that starts a template is dropped; quoted, it stays.
    match text.strip_prefix('\u{feff}') {
        Some(rest) => wrap(&Expression::String("\u{feff}".into())) + rest,
        None => text,
    }
}

/// After a carriage return without a newline, Terraform reads no interpolation; quoted, it does no harm.
fn escape_bare(text: &str) -> String {
    let escaped = escape(text);
    if !escaped.contains('\r') {
        return escaped;
    }
    let lines: Vec<_> =
        escaped.split("\r\n").map(|line| line.replace('\r', &wrap(&Expression::String("\r".into())))).collect();
    lines.join("\r\n")
}

fn template_key(key: &Expression) -> String {
    match template(key) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

fn wrap(expression: &Expression) -> String {
    format!("${{{}}}", hcl(expression))
}

fn interpolate(parts: &[TemplatePart], escape: fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut literal = String::new();
    for part in parts {
        match part {
            // Pieces of text are joined first: a mark may stand half in one and half in the next.
            TemplatePart::Text(piece) => literal.push_str(piece),
            TemplatePart::Expression(expression) => {
                // A `$` right before an interpolation would read as an escape: `$${x}` is the text `${x}`.
                let tail = literal.split_off(literal.trim_end_matches(['$', '%']).len());
                text.push_str(&escape(&literal));
                literal.clear();
                if !tail.is_empty() {
                    text.push_str(&wrap(&Expression::String(tail.into())));
                }
                text.push_str(&wrap(expression));
            }
        }
    }
    text + &escape(&literal)
}

/// Doubles the marks that start a template sequence.
fn escape(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn escape_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    escape(&quoted)
}

fn quote(text: &str) -> String {
    format!("\"{}\"", escape_quoted(text))
}

/// Writes `expression` as native syntax, as it stands between the template marks.
fn hcl(expression: &Expression) -> String {
    match expression {
        Expression::Null => "null".to_owned(),
        Expression::Bool(value) => value.to_string(),
        Expression::Integer(number) => number.to_string(),
        // `to_string` would write a great number with all its digits.
        Expression::Float(number) => float(*number).to_string(),
        Expression::String(text) => quote(text),
        Expression::Template(parts) => format!("\"{}\"", interpolate(parts, escape_quoted)),
        Expression::List(items) => format!("[{}]", comma_separated(items)),
        Expression::Object(entries) => {
            let entries: Vec<_> =
                entries.iter().map(|(key, value)| format!("{} = {}", object_key(key), hcl(value))).collect();
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Expression::Traversal(traversal) => reference(traversal),
        Expression::Index(inner, path) => {
            // After a splat, a step goes into each item; one into the list itself needs the parentheses.
            let mut text = match inner.as_ref() {
                Expression::Index(..) | Expression::Template(_) => format!("({})", hcl(inner)),
                inner => operand(inner),
            };
            steps(&mut text, path);
            text
        }
        Expression::Call(name, arguments) => format!("{name}({})", comma_separated(arguments)),
        Expression::Not(inner) => format!("!{}", operand(inner)),
        Expression::Binary(operator, left, right) => format!("{} {operator} {}", operand(left), operand(right)),
        Expression::Conditional(branches) => {
            let [condition, then, otherwise] = branches.as_ref();
            format!("{} ? {} : {}", operand(condition), operand(then), operand(otherwise))
        }
        Expression::For { item, list, result } => format!("[for {item} in {} : {}]", operand(list), hcl(result)),
    }
}

/// A key that is an expression stands in parentheses, or it would be read as a name.
fn object_key(key: &Expression) -> String {
    match key {
        Expression::String(_) | Expression::Template(_) => hcl(key),
        other => format!("({})", hcl(other)),
    }
}

/// Operators are put in parentheses inside other operators, so that precedence never decides.
fn operand(expression: &Expression) -> String {
    match expression {
        Expression::Binary(..) | Expression::Conditional(_) | Expression::Not(_) => format!("({})", hcl(expression)),
        other => hcl(other),
    }
}

fn comma_separated(items: &[Expression]) -> String {
    items.iter().map(hcl).collect::<Vec<_>>().join(", ")
}

fn steps(text: &mut String, steps: &[Step]) {
    for step in steps {
        let _ = match step {
            Step::Attribute(name) => write!(text, ".{name}"),
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Key(key) => write!(text, "[{}]", hcl(key)),
            Step::Splat => write!(text, "[*]"),
        };
    }
}

#[cfg(test)]
mod tests;
