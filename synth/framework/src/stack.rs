//! A stack: what one directory of Terraform files declares, gathered file by file.

use std::{
    cell::RefCell,
    collections::HashMap,
    rc::Rc,
    sync::{Arc, OnceLock},
};

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

impl Placed {
    fn resource(&self) -> Option<&Resource> {
        match &self.declaration {
            Declaration::Resource(resource) => Some(resource),
            _ => None,
        }
    }
}

/// A stack that is complete and in order.
#[derive(Clone, Debug)]
pub struct BuiltStack {
    name: Arc<str>,
    declarations: Vec<Placed>,
    /// Where among them each resource is, by its label: looked up far more often than there are resources.
    labels: OnceLock<HashMap<String, Vec<usize>>>,
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
        BuiltStack { name: self.name, declarations: self.declarations.take(), labels: OnceLock::new() }
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
        self.labels = OnceLock::new();
        &mut self.declarations
    }

    /// Every resource and data source, in the order declared.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.declarations.iter().filter_map(Placed::resource)
    }

    /// The managed resources of one type.
    pub fn managed<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources().filter(move |resource| resource.mode == Mode::Managed && resource.type_name == type_name)
    }

    /// The resource or data source that a reference leads to.
    pub fn resource(&self, address: &Address) -> Option<&Resource> {
        Some(self.placed(address)?.1)
    }

    /// The same, and the declaration that it is.
    pub fn placed(&self, address: &Address) -> Option<(&Placed, &Resource)> {
        let labels = self.labels.get_or_init(|| {
            let mut labels = HashMap::<_, Vec<_>>::new();
            let resources = self.declarations.iter().enumerate();
            for (place, of) in resources.filter_map(|(place, placed)| Some((place, placed.resource()?))) {
                labels.entry(of.label.clone()).or_default().push(place);
            }
            labels
        });
        let placed = labels.get(&*address.label)?.iter().map(|place| &self.declarations[*place]);
        let mut placed = placed.filter_map(|placed| Some((placed, placed.resource()?)));
        placed.find(|(_, of)| of.mode == address.mode && of.type_name == address.type_name)
    }

    /// The address of a resource of this stack.
    pub fn address(&self, resource: &Resource) -> Address {
        let stack = self.name.clone();
        Address { mode: resource.mode, type_name: resource.type_name, label: resource.label.as_str().into(), stack }
    }
}
