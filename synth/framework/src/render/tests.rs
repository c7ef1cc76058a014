use serde_json::{Value as Json, json};

use super::{hcl, literal, reference, relative, template};
use crate::expression::{Address, Expression, Mode, Root, Step, TemplatePart, Traversal};

fn text(text: &'static str) -> Expression {
    Expression::String(text.into())
}

fn variable(name: &str) -> Traversal {
    let address = Address { mode: Mode::Variable, type_name: "", label: name.into(), stack: "test".into() };
    Traversal::new(Root::Declared(address))
}

fn x() -> Expression {
    Expression::Traversal(variable("x"))
}

fn joined(parts: impl IntoIterator<Item = Expression>) -> Expression {
    let part = |expression| match expression {
        Expression::String(text) => TemplatePart::Text(text),
        other => TemplatePart::Expression(other),
    };
    Expression::Template(parts.into_iter().map(part).collect())
}

fn boxed(expression: Expression) -> Box<Expression> {
    Box::new(expression)
}

/// A text in its three contexts: as a template, as a literal, and quoted inside an expression.
#[test]
fn a_text_is_escaped_by_its_context() {
    let cases = [
        ("plain", "plain", r#""plain""#),
        ("${a}", "$${a}", r#""$${a}""#),
        ("%{a}", "%%{a}", r#""%%{a}""#),
        ("$${", "$$${", r#""$$${""#),
        ("$$${", "$$$${", r#""$$$${""#),
        ("%%{", "%%%{", r#""%%%{""#),
        ("$%{", "$%%{", r#""$%%{""#),
        ("%${", "%$${", r#""%$${""#),
        ("$", "$", r#""$""#),
        ("a\"b", "a\"b", r#""a\"b""#),
        ("a\\b", "a\\b", r#""a\\b""#),
        ("\\${", "\\$${", r#""\\$${""#),
        ("a\nb\tc", "a\nb\tc", r#""a\nb\tc""#),
        ("a\r\nb", "a\r\nb", r#""a\r\nb""#),
        ("a\rb", r#"a${"\r"}b"#, r#""a\rb""#),
        ("\r\r\n\r", "${\"\\r\"}\r\n${\"\\r\"}", r#""\r\r\n\r""#),
        ("\0\u{1b}\u{7f}", "\0\u{1b}\u{7f}", r#""\u0000\u001b\u007f""#),
        ("\u{feff}a\u{feff}", "${\"\u{feff}\"}a\u{feff}", "\"\u{feff}a\u{feff}\""),
        ("é😀", "é😀", "\"é😀\""),
    ];
    for (given, as_template, quoted) in cases {
        assert_eq!(template(&text(given)), json!(as_template), "{given:?} as a template");
        assert_eq!(literal(&text(given)), json!(given), "{given:?} as a literal");
        assert_eq!(hcl(&text(given)), quoted, "{given:?} inside an expression");
        let keyed = |expression: Expression| Expression::Object(vec![(expression, Expression::Null)]);
        assert_eq!(template(&keyed(text(given))), json!({ as_template: null }), "{given:?} as a key");
        assert_eq!(literal(&keyed(text(given))), json!({ given: null }), "{given:?} as a literal key");
    }
}

#[test]
fn a_template_keeps_the_text_around_its_expressions() {
    let cases = [
        (joined([text("a"), x(), text("b")]), "a${var.x}b", r#""a${var.x}b""#),
        (joined([text("$"), x()]), r#"${"$"}${var.x}"#, r#""${"$"}${var.x}""#),
        (joined([text("a$%$"), x(), text("{")]), r#"a${"$%$"}${var.x}{"#, r#""a${"$%$"}${var.x}{""#),
        (joined([x(), text("$")]), "${var.x}$", r#""${var.x}$""#),
        (joined([x(), text("${")]), "${var.x}$${", r#""${var.x}$${""#),
        (joined([text("$"), text("{"), x()]), "$${${var.x}", r#""$${${var.x}""#),
        (joined([text("\""), x()]), "\"${var.x}", r#""\"${var.x}""#),
        (joined([text("\r"), x()]), r#"${"\r"}${var.x}"#, r#""\r${var.x}""#),
        (joined([joined([text("i"), x()]), text("o")]), r#"${"i${var.x}"}o"#, r#""${"i${var.x}"}o""#),
        (joined([text("\u{feff}"), x()]), "${\"\u{feff}\"}${var.x}", "\"\u{feff}${var.x}\""),
    ];
    for (expression, as_template, quoted) in cases {
        assert_eq!(template(&expression), json!(as_template));
        assert_eq!(hcl(&expression), quoted);
    }
}

#[test]
fn numbers_are_whole_where_they_can_be() {
    let cases: [(Expression, Json, &str); 9] = [
        (Expression::Integer(443), json!(443), "443"),
        (Expression::Integer(i64::MIN), json!(i64::MIN), "-9223372036854775808"),
        (Expression::Float(443.0), json!(443), "443"),
        (Expression::Float(-0.0), json!(0), "0"),
        (Expression::Float(0.5), json!(0.5), "0.5"),
        (Expression::Float(-1.5e-9), json!(-1.5e-9), "-1.5e-9"),
        (Expression::Float(9_007_199_254_740_992.0), json!(9_007_199_254_740_992_i64), "9007199254740992"),
        (Expression::Float(1e300), json!(1e300), "1e+300"),
        (Expression::Float(f64::NAN), Json::Null, "null"),
    ];
    for (expression, as_json, as_hcl) in cases {
        assert_eq!(template(&expression).to_string(), as_json.to_string());
        assert_eq!(literal(&expression).to_string(), as_json.to_string());
        assert_eq!(hcl(&expression), as_hcl);
    }
}

#[test]
fn collections_are_json_outside_of_expressions_and_hcl_inside() {
    let list = Expression::List(vec![text("a"), Expression::Null, x(), Expression::Bool(true)]);
    assert_eq!(template(&list), json!(["a", null, "${var.x}", true]));
    assert_eq!(hcl(&list), r#"["a", null, var.x, true]"#);
    let object = Expression::Object(vec![
        (text("//"), text("no comment")),
        (joined([text("k"), x()]), Expression::List(Vec::new())),
        (x(), Expression::Object(Vec::new())),
    ]);
    assert_eq!(template(&object), json!({ "//": "no comment", "k${var.x}": [], "${var.x}": {} }));
    assert_eq!(hcl(&object), r#"{ "//" = "no comment", "k${var.x}" = [], (var.x) = {} }"#);
    let call = Expression::Call("jsonencode", vec![object]);
    assert_eq!(template(&call), json!(r#"${jsonencode({ "//" = "no comment", "k${var.x}" = [], (var.x) = {} })}"#));
}

#[test]
fn what_is_not_literal_is_null_in_a_literal_place() {
    for expression in [x(), joined([text("a"), x()]), Expression::Call("max", Vec::new()), Expression::Null] {
        assert_eq!(literal(&expression), Json::Null);
    }
    assert_eq!(literal(&Expression::List(vec![text("${a}"), Expression::Integer(1)])), json!(["${a}", 1]));
}

#[test]
fn operators_stand_in_parentheses_inside_each_other() {
    let binary = |operator, left, right| Expression::Binary(operator, boxed(left), boxed(right));
    let choice = |condition| Expression::Conditional(Box::new([condition, x(), Expression::Integer(-1)]));
    let cases = [
        (binary("==", x(), Expression::Integer(-1)), "var.x == -1"),
        (binary("&&", binary("<", x(), Expression::Integer(1)), x()), "(var.x < 1) && var.x"),
        (Expression::Not(boxed(Expression::Not(boxed(x())))), "!(!var.x)"),
        (Expression::Not(boxed(Expression::Call("can", vec![x()]))), "!can(var.x)"),
        (choice(choice(x())), "(var.x ? var.x : -1) ? var.x : -1"),
        (Expression::Index(boxed(choice(x())), vec![Step::Index(0)]), "(var.x ? var.x : -1)[0]"),
        (Expression::Index(boxed(Expression::Call("one", vec![x()])), vec![Step::Splat]), "one(var.x)[*]"),
        (Expression::Index(boxed(joined([text("a"), x()])), vec![Step::Index(0)]), "(\"a${var.x}\")[0]"),
        (
            Expression::Index(boxed(Expression::Index(boxed(x()), vec![Step::Splat])), vec![Step::Index(1)]),
            "(var.x[*])[1]",
        ),
        (
            Expression::For { item: "i".into(), list: boxed(choice(x())), result: boxed(choice(x())) },
            "[for i in (var.x ? var.x : -1) : var.x ? var.x : -1]",
        ),
    ];
    for (expression, written) in cases {
        assert_eq!(hcl(&expression), written);
    }
}

#[test]
fn references_are_bare_where_terraform_wants_them_bare() {
    let at = |mode, type_name| Address { mode, type_name, label: "main".into(), stack: "test".into() };
    let path = |root: Root| {
        let key = |key: Expression| Step::Key(Box::new(key));
        let each = Traversal::new(Root::Each).attribute("key");
        Traversal::new(root).attribute("tags").step(key(text("a\"${"))).index(0).step(key(Expression::Traversal(each)))
    };
    let tail = r#"tags["a\"$${"][0][each.key]"#;
    let roots = [
        (Root::Declared(at(Mode::Managed, "aws_vpc")), "aws_vpc.main."),
        (Root::Declared(at(Mode::Data, "aws_vpc")), "data.aws_vpc.main."),
        (Root::Declared(at(Mode::Variable, "")), "var.main."),
        (Root::Declared(at(Mode::Local, "")), "local.main."),
        (Root::Each, "each."),
        (Root::Count, "count."),
        (Root::Itself, "self."),
        (Root::Iterator("it".into()), "it."),
        (Root::Path, "path."),
    ];
    for (root, start) in roots {
        assert_eq!(reference(&path(root.clone())), format!("{start}{tail}"));
        assert_eq!(relative(&path(root)), tail);
    }
    assert_eq!(template(&x()), json!("${var.x}"));
}
