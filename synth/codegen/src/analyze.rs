//! Turns schemas into the intermediate representation: names, identities, what is required, what repeats.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use synth_schema::{Block, NestingMode, Schema, Schemas, Type};

use crate::{
    identity::Rules,
    ir::{Attribute, Child, Form, Item, Kind, Library, NestedBlock, Provider, Rust, Scope, TypeSchema},
    names,
    older::{Older, object_members, older_block},
    repeat::share_repeated,
    selection::Selection,
};

/// Analyses everything that is selected. `schemas`, and `floors` of the oldest versions, are by the provider's local name.
pub fn analyze(
    selection: &Selection,
    schemas: &BTreeMap<String, Schemas>,
    floors: &BTreeMap<String, Schemas>,
    rules: &Rules,
) -> Result<Library> {
    let mut library =
        Library { providers: Vec::new(), items: Vec::new(), identities: Vec::new(), arguments: BTreeSet::new() };
    for (name, selected) in &selection.providers {
        let schema = schemas
            .get(name)
            .and_then(|schemas| schemas.provider_schemas.get(&selected.address()))
            .with_context(|| format!("there is no schema of the provider `{name}`"))?;
        let oldest = floors.get(name).and_then(|schemas| schemas.provider_schemas.get(&selected.address()));
        let provider = Provider {
            name: name.clone(),
            type_name: names::camel(name),
            source: selected.source.clone(),
            version: selected.version.clone(),
        };
        let mut add = |kind, name: &str, prefix: &str, schema: &Schema| -> Result<()> {
            let subject = format!("{prefix}{name}");
            let older = oldest.map(|oldest| Older { block: older_block(oldest, kind, name), since: &selected.version });
            let scope = Analysis { rules, kind }
                .root(name, &schema.block, older, &subject)
                .with_context(|| format!("analysing `{subject}`"))?;
            library.items.push(Item { kind, name: name.to_owned(), provider: provider.clone(), scope });
            Ok(())
        };
        add(Kind::Configuration, name, "provider.", &schema.provider)?;
        for name in sorted(&selected.resources) {
            let schema = schema.resource_schemas.get(name).with_context(|| format!("no schema of `{name}`"))?;
            add(Kind::Resource, name, "", schema)?;
        }
        for name in sorted(&selected.data) {
            let schema = schema.data_source_schemas.get(name).with_context(|| format!("no schema of `data.{name}`"))?;
            add(Kind::Data, name, "data.", schema)?;
        }
        library.providers.push(provider);
    }
    rules.check()?;
    library.identities = rules.identities().to_vec();
    for item in &library.items {
        required_arguments(&item.scope, &mut library.arguments);
    }
    Ok(library)
}

fn sorted(names: &[String]) -> BTreeSet<&String> {
    names.iter().collect()
}

fn required_arguments(scope: &Scope, found: &mut BTreeSet<String>) {
    found.extend(scope.required().map(str::to_owned));
    for child in &scope.children {
        if let Child::Here(scope) = child {
            required_arguments(scope, found);
        }
    }
}

struct Analysis<'a> {
    rules: &'a Rules,
    kind: Kind,
}

impl Analysis<'_> {
    fn root(&self, name: &str, block: &Block, older: Option<Older<'_>>, subject: &str) -> Result<Scope> {
        let ident = names::ident(name);
        let mut taken = match self.kind {
            Kind::Configuration => names::PROVIDER_METHODS.to_vec(),
            Kind::Resource | Kind::Data => names::RESOURCE_METHODS.to_vec(),
        };
        // The function of this name stands in the module.
        taken.push(&ident);
        let mut scope = self.block(&ident, name, Form::Root(self.kind), (block, older), subject, &taken)?;
        if self.kind == Kind::Resource {
            remove_implicit_id(&mut scope);
        }
        share_repeated(&mut scope);
        Ok(scope)
    }

    fn block(
        &self,
        ident: &str,
        name: &str,
        form: Form,
        (block, older): (&Block, Option<Older<'_>>),
        subject: &str,
        taken: &[&str],
    ) -> Result<Scope> {
        let both = block.attributes.keys().find(|name| block.block_types.contains_key(*name));
        ensure!(both.is_none(), "the schema has `{}` both as an argument and as a block", both.map_or("", |name| name));
        let idents =
            names::distinct(block.attributes.keys().chain(block.block_types.keys()).map(String::as_str), taken);
        let mut scope = self.scope(ident, name, form, true);
        self.attributes(&mut scope, &block.attributes, &idents, subject)?;
        for attribute in &mut scope.attributes {
            attribute.since =
                older.and_then(|older| older.attribute(&attribute.name, &block.attributes[&attribute.name]));
        }
        for (name, nested) in &block.block_types {
            let ident = &idents[name];
            let subject = format!("{subject}.{name}");
            let (since, older) = older.map(|older| older.nested(name)).unzip();
            let inside = self.block(ident, name, Form::Block, (&nested.block, older), &subject, &[])?;
            scope.children.push(Child::Here(inside));
            scope.blocks.push(NestedBlock {
                ident: ident.clone(),
                name: name.clone(),
                nesting: nested.nesting_mode,
                min_items: nested.min_items,
                max_items: nested.max_items,
                deprecated: nested.block.deprecated,
                since: since.flatten(),
            });
        }
        Ok(scope)
    }

    fn scope(&self, ident: &str, name: &str, form: Form, settable: bool) -> Scope {
        Scope {
            ident: ident.to_owned(),
            name: name.to_owned(),
            form,
            settable,
            readable: self.kind != Kind::Configuration,
            attributes: Vec::new(),
            blocks: Vec::new(),
            children: Vec::new(),
        }
    }

    fn attributes(
        &self,
        scope: &mut Scope,
        attributes: &BTreeMap<String, synth_schema::Attribute>,
        idents: &BTreeMap<String, String>,
        subject: &str,
    ) -> Result<()> {
        for (name, attribute) in attributes {
            let subject = format!("{subject}.{name}");
            let analysed = self
                .attribute(scope, name, &idents[name], attribute, &subject)
                .with_context(|| format!("analysing the attribute `{subject}`"))?;
            scope.attributes.push(analysed);
        }
        Ok(())
    }

    fn attribute(
        &self,
        scope: &mut Scope,
        name: &str,
        ident: &str,
        attribute: &synth_schema::Attribute,
        subject: &str,
    ) -> Result<Attribute> {
        let settable = scope.settable && (attribute.required || attribute.optional);
        let (takes, gives, schema) = match (&attribute.type_, &attribute.nested_type) {
            (Some(type_), None) => {
                self.object(scope, ident, name, type_, settable, subject)?;
                let takes = rust(type_, self.rules.taken(subject));
                (takes, rust(type_, self.rules.given(subject)), TypeSchema::Type(type_.clone()))
            }
            (None, Some(nested)) => {
                let mut child = self.scope(ident, name, Form::Attributes, settable);
                let idents = names::distinct(nested.attributes.keys().map(String::as_str), &[]);
                self.attributes(&mut child, &nested.attributes, &idents, subject)?;
                scope.children.push(Child::Here(child));
                let object = Box::new(Rust::Object);
                let type_ = match nested.nesting_mode {
                    NestingMode::Single => Rust::Object,
                    NestingMode::List => Rust::List(object),
                    NestingMode::Set => Rust::Set(object),
                    NestingMode::Map => Rust::Map(object),
                    NestingMode::Group => bail!("nested attributes cannot have the nesting mode `group`"),
                };
                (type_.clone(), type_, TypeSchema::Nested(nested.nesting_mode))
            }
            (Some(_), Some(_)) => bail!("it has both a type and nested attributes"),
            (None, None) => bail!("it has neither a type nor nested attributes"),
        };
        Ok(Attribute {
            ident: ident.to_owned(),
            name: name.to_owned(),
            takes: settable.then_some(takes),
            gives,
            schema,
            required: attribute.required && settable,
            computed: attribute.computed,
            sensitive: attribute.sensitive,
            write_only: attribute.write_only,
            deprecated: attribute.deprecated,
            since: None,
        })
    }

    /// Adds the module of the object inside a type, if there is one.
    fn object(
        &self,
        scope: &mut Scope,
        ident: &str,
        name: &str,
        type_: &Type,
        settable: bool,
        subject: &str,
    ) -> Result<()> {
        let Some(members) = object_members(type_) else { return Ok(()) };
        let mut child = self.scope(ident, name, Form::Object, settable);
        let idents = names::distinct(members.keys().map(String::as_str), &[]);
        for (name, type_) in members {
            let subject = format!("{subject}.{name}");
            let ident = &idents[name];
            self.object(&mut child, ident, name, type_, settable, &subject)?;
            child.attributes.push(Attribute {
                ident: ident.clone(),
                name: name.clone(),
                takes: settable.then(|| rust(type_, self.rules.taken(&subject))),
                gives: rust(type_, self.rules.given(&subject)),
                schema: TypeSchema::Type(type_.clone()),
                required: false,
                computed: !settable,
                sensitive: false,
                write_only: false,
                deprecated: false,
                since: None,
            });
        }
        scope.children.push(Child::Here(child));
        Ok(())
    }
}

/// The plugin SDK says of every resource that its `id` may be given, and then refuses it.
fn remove_implicit_id(scope: &mut Scope) {
    for attribute in scope.attributes.iter_mut().filter(|attribute| attribute.name == "id") {
        if attribute.computed && !attribute.required {
            attribute.takes = None;
        }
    }
}

/// The Rust type, with the identity in place of strings; the values of a map are free text.
fn rust(type_: &Type, identity: Option<&str>) -> Rust {
    match type_ {
        Type::String => identity.map_or(Rust::String, |identity| Rust::Identity(identity.to_owned())),
        Type::Number => Rust::Number,
        Type::Bool => Rust::Bool,
        // A tuple has no type of its own here: its items may differ.
        Type::Dynamic | Type::Tuple(_) => Rust::Any,
        Type::List(item) => Rust::List(Box::new(rust(item, identity))),
        Type::Set(item) => Rust::Set(Box::new(rust(item, identity))),
        Type::Map(item) => Rust::Map(Box::new(rust(item, None))),
        Type::Object(..) => Rust::Object,
    }
}
