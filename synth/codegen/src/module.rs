//! The context of a module's template: its builder, its setters, its readers and its schema as pieces of text.

use serde::Serialize;
use synth_schema::NestingMode;
use tera::Context;

use crate::{
    describe,
    ir::{Attribute, Child, Form, Kind, NestedBlock, Scope},
    names,
    rust::{bool_text, schema_text, shape_text, view_text},
};

#[derive(Serialize)]
struct State {
    parameter: String,
    argument: String,
}

#[derive(Serialize)]
struct Setter {
    method: String,
    name: String,
    doc: String,
    kind: &'static str,
    type_: String,
    returns: String,
}

#[derive(Serialize)]
struct Reader {
    method: String,
    name: String,
    doc: String,
    type_: String,
    /// Is it a `Ref`, and not a view?
    plain: bool,
    /// Is it the only item of a list?
    only: bool,
}

#[derive(Serialize)]
struct Function {
    ident: String,
    doc: String,
    builder: &'static str,
    type_: String,
    stateful: bool,
}

/// The context of the template `module.rs`.
pub(crate) fn context(scope: &Scope, root: &str) -> Context {
    let (builder, owner, body) = parts(scope.form);
    let states = states(scope);
    let all = |state: &State| state.parameter.clone();
    let setters = scope.attributes.iter().filter_map(|attribute| {
        let type_ = shape_text(attribute.takes.as_ref()?, &attribute.ident, root);
        Some(setter(&attribute.name, &attribute.ident, describe::setter(attribute), "argument", type_))
    });
    let blocks = scope.blocks.iter().map(|block| {
        let kind = if block.nesting == NestingMode::Map { "keyed" } else { "blocks" };
        setter(&block.name, &block.ident, describe::block(block), kind, format!("{}::Shape", block.ident))
    });
    let mut setters: Vec<Setter> = setters.chain(blocks).collect();
    for setter in &mut setters {
        let given = states.iter().any(|state| state.argument == setter.method);
        setter.returns = if given {
            let present = |state: &State| {
                if state.argument == setter.method { "Present".to_owned() } else { all(state) }
            };
            builder_type(builder, &states, present)
        } else {
            "Self".to_owned()
        };
    }
    let mut context = Context::new();
    context.insert("root", root);
    context.insert("item", "");
    context.insert("form", form_text(scope.form));
    context.insert("name", &scope.name);
    context.insert("settable", &scope.settable);
    context.insert("readable", &scope.readable);
    context.insert("has_schema", &(scope.settable || scope.form == Form::Attributes));
    context.insert("builder", builder);
    context.insert("builder_type", &builder_type(builder, &states, all));
    context.insert("missing", &builder_type(builder, &states, |_| "Missing".to_owned()));
    context.insert("parameters", &builder_type("", &states, all));
    context.insert("owner", owner);
    context.insert("body", body);
    context.insert("states", &states);
    context.insert("setters", &setters);
    context.insert("readers", &readers(scope, root));
    context.insert("attributes", &scope.attributes.iter().map(attribute_row).collect::<Vec<_>>());
    context.insert("blocks", &scope.blocks.iter().map(block_row).collect::<Vec<_>>());
    context.insert("functions", &scope.children.iter().filter_map(function).collect::<Vec<_>>());
    context
}

fn setter(name: &str, method: &str, doc: String, kind: &'static str, type_: String) -> Setter {
    Setter { method: method.to_owned(), name: name.to_owned(), doc, kind, type_, returns: String::new() }
}

/// The builder's name, the marker that owns its required arguments, and where its body stands.
fn parts(form: Form) -> (&'static str, &'static str, &'static str) {
    match form {
        Form::Root(Kind::Resource) => ("Builder", "Resource", "resource.body"),
        Form::Root(Kind::Data) => ("Builder", "DataSource", "resource.body"),
        Form::Root(Kind::Configuration) => ("Builder", "Configuration", "configuration.body"),
        Form::Block => ("Block", "Shape", "body"),
        Form::Attributes | Form::Object => ("Object", "Shape", "body"),
    }
}

fn form_text(form: Form) -> &'static str {
    match form {
        Form::Root(Kind::Resource) => "resource",
        Form::Root(Kind::Data) => "data",
        Form::Root(Kind::Configuration) => "configuration",
        Form::Block => "block",
        Form::Attributes => "attributes",
        Form::Object => "object",
    }
}

fn states(scope: &Scope) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    for argument in scope.required() {
        let mut parameter = names::camel(argument);
        while names::TYPES.contains(&parameter.as_str()) || states.iter().any(|state| state.parameter == parameter) {
            parameter.push('_');
        }
        states.push(State { parameter, argument: argument.to_owned() });
    }
    states
}

/// `Builder<First, Second>`, or `Builder` alone.
fn builder_type(builder: &str, states: &[State], argument: impl Fn(&State) -> String) -> String {
    if states.is_empty() {
        return builder.to_owned();
    }
    let arguments: Vec<_> = states.iter().map(argument).collect();
    format!("{builder}<{}>", arguments.join(", "))
}

fn readers(scope: &Scope, root: &str) -> Vec<Reader> {
    let attributes = scope.attributes.iter().map(|attribute| {
        let plain = !attribute.gives.has_object();
        Reader {
            method: attribute.ident.clone(),
            name: attribute.name.clone(),
            doc: describe::reader(attribute),
            type_: if plain {
                shape_text(&attribute.gives, &attribute.ident, root)
            } else {
                view_text(&attribute.gives, &attribute.ident)
            },
            plain,
            only: false,
        }
    });
    let blocks = scope.blocks.iter().map(|block| {
        let view = format!("{}::View", block.ident);
        let only = block.nesting == NestingMode::List && block.max_items == 1;
        Reader {
            method: block.ident.clone(),
            name: block.name.clone(),
            doc: describe::block_reader(block),
            type_: match block.nesting {
                NestingMode::Single | NestingMode::Group => view,
                NestingMode::List if only => view,
                NestingMode::List => format!("ListView<{view}>"),
                NestingMode::Set => format!("SetView<{view}>"),
                NestingMode::Map => format!("MapView<{view}>"),
            },
            plain: false,
            only,
        }
    });
    attributes.chain(blocks).collect()
}

fn attribute_row(attribute: &Attribute) -> String {
    let constructor = match (attribute.takes.is_some(), attribute.required, attribute.computed) {
        (false, ..) => "computed",
        (true, true, _) => "required",
        (true, false, true) => "optional_computed",
        (true, false, false) => "optional",
    };
    let type_ = schema_text(&attribute.schema, &attribute.ident);
    let mut row = format!("AttributeSchema::{constructor}({:?}, {type_})", attribute.name);
    for (flag, method) in [
        (attribute.sensitive, ".sensitive()"),
        (attribute.write_only, ".write_only()"),
        (attribute.deprecated, ".deprecated()"),
    ] {
        row += bool_text(flag, method);
    }
    row + &since(attribute.since.as_deref().filter(|_| attribute.takes.is_some()))
}

fn since(version: Option<&str>) -> String {
    version.map(|version| format!(".since({version:?})")).unwrap_or_default()
}

fn block_row(block: &NestedBlock) -> String {
    let NestedBlock { ident, name, nesting, min_items, max_items, deprecated, since: version } = block;
    let row = format!("NestedSchema::new({name:?}, Nesting::{nesting:?}, {min_items}, {max_items}, {ident}::SCHEMA)");
    row + bool_text(*deprecated, ".deprecated()") + &since(version.as_deref())
}

/// The function that starts a nested block or object. A shared one comes with its module.
fn function(child: &Child) -> Option<Function> {
    let Child::Here(scope) = child else { return None };
    let states = states(scope);
    let (builder, ..) = parts(scope.form);
    scope.settable.then(|| Function {
        ident: scope.ident.clone(),
        doc: describe::function(scope),
        builder,
        type_: builder_type(builder, &states, |_| "Missing".to_owned()),
        stateful: !states.is_empty(),
    })
}
