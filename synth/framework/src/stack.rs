//! A stack: what one directory of Terraform files declares, gathered file by file.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use crate::{
    declaration::Declaration,
    expression::{Address, Mode},
    resource::Resource,
};

/// A stack under construction, and the file that declarations go to.
///
/// Clones share the stack: [`Stack::file`] gives the same stack with another file.
#[derive(Clone, Debug)]
pub struct Stack {
    name: Arc<str>,
    file: Arc<str>,
    declarations: Rc<RefCell<Vec<Placed>>>,
}

/// A declaration, and the file that it is written to.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The file's name without `.tf.json`.
    pub file: Arc<str>,
    /// The declaration.
    pub declaration: Declaration,
}

/// A stack that is complete and in order.
#[derive(Clone, Debug)]
pub struct BuiltStack {
    name: Arc<str>,
    declarations: Vec<Placed>,
}

impl Stack {
    /// An empty stack. What is declared without [`Stack::file`] goes to `main.tf.json`.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), file: "main".into(), declarations: Rc::default() }
    }

    /// This stack, with declarations going to `{name}.tf.json`.
    #[must_use]
    pub fn file(&self, name: impl Into<Arc<str>>) -> Self {
        Self { name: self.name.clone(), file: name.into(), declarations: self.declarations.clone() }
    }

    /// The name of the stack, which is its directory's.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn declare(&self, declaration: impl Into<Declaration>) {
        let placed = Placed { file: self.file.clone(), declaration: declaration.into() };
        self.declarations.borrow_mut().push(placed);
    }

    pub(crate) fn address(&self, mode: Mode, type_name: &'static str, label: &str) -> Address {
        Address { mode, type_name, label: label.into(), stack: self.name.clone() }
    }

    /// Everything that was declared, unchecked.
    pub(crate) fn gathered(self) -> BuiltStack {
        BuiltStack { name: self.name, declarations: self.declarations.take() }
    }
}

impl BuiltStack {
    /// The name of the stack, which is its directory's.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// Everything declared, in order.
    pub fn declarations(&self) -> &[Placed] {
        &self.declarations
    }

    /// Everything declared, to be broken on purpose by tests of policies; nothing checks what comes of it.
    pub fn declarations_mut(&mut self) -> &mut Vec<Placed> {
        &mut self.declarations
    }

    /// Every resource and data source, in the order declared.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.declarations.iter().filter_map(|placed| match &placed.declaration {
            Declaration::Resource(resource) => Some(resource.as_ref()),
            _ => None,
        })
    }

    /// The managed resources of one type.
    pub fn managed<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources().filter(move |resource| resource.mode == Mode::Managed && resource.type_name == type_name)
    }

    /// The resource or data source that a reference leads to.
    pub fn resource(&self, address: &Address) -> Option<&Resource> {
        self.resources().find(|resource| {
            resource.mode == address.mode
                && resource.type_name == address.type_name
                && *resource.label == *address.label
        })
    }

    /// The address of a resource of this stack.
    pub fn address(&self, resource: &Resource) -> Address {
        let stack = self.name.clone();
        Address { mode: resource.mode, type_name: resource.type_name, label: resource.label.as_str().into(), stack }
    }
}
