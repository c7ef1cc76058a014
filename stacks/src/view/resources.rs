//! Terraform's resources, and what their arguments come to before Terraform runs.

use std::marker::PhantomData;

use synth_bindings::{
    aws_cloudwatch_log_group, aws_ecr_repository, aws_eks_cluster, aws_iam_role, aws_kms_key, aws_s3_bucket,
    aws_sqs_queue, aws_subnet,
};
use synth_framework::{
    Body, BuiltStack, Declaration, Expression, Mode, Reference, Resource, ResourceType, Root, Step, TemplatePart,
    Traversal, View,
};
use synth_review::Place;

use synth_kubernetes::karpenter::TagSelectorTerm;

use super::NodeClass;
use crate::Platform;

/// A resource, a data source or a block of one, and where it is declared.
///
/// Its view `V` names what is read of it, the same that a reference is made of: `subnet.text(|of| of.cidr_block())`.
pub(crate) struct Declared<'a, V = ()> {
    pub(crate) platform: &'a Platform,
    pub(crate) stack: &'a BuiltStack,
    file: &'a str,
    pub(crate) resource: &'a Resource,
    body: &'a Body,
    view: PhantomData<fn() -> V>,
}

impl<V> Clone for Declared<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Declared<'_, V> {}

impl Platform {
    /// Every resource and data source of every stack.
    pub(crate) fn declared(&self) -> impl Iterator<Item = Declared<'_>> {
        self.stacks().flat_map(move |stack| {
            stack.declarations().iter().filter_map(move |placed| match &placed.declaration {
                Declaration::Resource(resource) => Some(Declared {
                    platform: self,
                    stack,
                    file: &placed.file,
                    resource,
                    body: &resource.body,
                    view: PhantomData,
                }),
                _ => None,
            })
        })
    }

    /// The resources or data sources of one type, in every stack.
    pub(crate) fn resources<H: ResourceType>(&self) -> impl Iterator<Item = Declared<'_, H>> {
        self.declared().filter_map(|found| found.of_type())
    }
}

impl<'a, V> Declared<'a, V> {
    fn part<W>(&self, body: &'a Body) -> Declared<'a, W> {
        let Self { platform, stack, file, resource, .. } = *self;
        Declared { platform, stack, file, resource, body, view: PhantomData }
    }

    /// The same, if it is of this type.
    pub(crate) fn of_type<H: ResourceType>(&self) -> Option<Declared<'a, H>> {
        let resource = self.resource;
        (resource.mode == H::MODE && resource.type_name == H::TYPE_NAME).then(|| self.part(&resource.body))
    }

    /// All of it, whatever it is.
    pub(crate) fn whole(&self) -> Declared<'a> {
        self.part(&self.resource.body)
    }

    /// Are both the same resource, or parts of it?
    pub(crate) fn is<W>(&self, other: &Declared<'_, W>) -> bool {
        std::ptr::eq(self.resource, other.resource)
    }

    /// A literal tag.
    pub(crate) fn tag(&self, key: &str) -> Option<String> {
        self.resolve(self.resource.body.get("tags")?.entry(key)?)
    }

    /// The value of an expression, where it is known before Terraform runs: literals, and references to them.
    pub(crate) fn resolve(&self, expression: &Expression) -> Option<String> {
        match expression {
            Expression::String(text) => Some(text.to_string()),
            Expression::Integer(number) => Some(number.to_string()),
            Expression::Bool(value) => Some(value.to_string()),
            Expression::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    TemplatePart::Text(text) => Some(text.to_string()),
                    TemplatePart::Expression(inner) => self.resolve(inner),
                })
                .collect(),
            Expression::Traversal(traversal) => {
                let target = self.target(traversal)?;
                match traversal.steps.as_slice() {
                    [Step::Attribute(name)] => match target.body.get(name) {
                        Some(argument) => target.resolve(argument),
                        None => target.arn().filter(|_| name == "arn"),
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The resource that an expression refers to.
    pub(crate) fn leads_to(&self, expression: &Expression) -> Option<Declared<'a>> {
        self.target(expression.as_traversal()?)
    }

    fn target(&self, traversal: &Traversal) -> Option<Declared<'a>> {
        let Root::Declared(address) = &traversal.root else { return None };
        let platform = self.platform;
        let stack = platform.stack(&address.stack)?;
        let (placed, resource) = stack.placed(address)?;
        Some(Declared { platform, stack, file: &placed.file, resource, body: &resource.body, view: PhantomData })
    }

    /// The ARN that AWS will give it, where name and kind say so.
    fn arn(&self) -> Option<String> {
        let settings = &self.platform.settings;
        let (partition, region, account) = (settings.aws.partition(), &settings.aws.region, &settings.aws.account_id);
        if let Some(role) = self.of_type::<aws_iam_role::Handle>() {
            return Some(settings.role_arn(&role.text(|of| of.name())?));
        }
        if let Some(bucket) = self.of_type::<aws_s3_bucket::Handle>() {
            return Some(format!("arn:{partition}:s3:::{}", bucket.text(|of| of.bucket())?));
        }
        let (service, of_service) = if let Some(queue) = self.of_type::<aws_sqs_queue::Handle>() {
            ("sqs", queue.text(|of| of.name())?)
        } else if let Some(cluster) = self.of_type::<aws_eks_cluster::Handle>() {
            ("eks", format!("cluster/{}", cluster.text(|of| of.name())?))
        } else if let Some(repository) = self.of_type::<aws_ecr_repository::Handle>() {
            ("ecr", format!("repository/{}", repository.text(|of| of.name())?))
        } else if let Some(group) = self.of_type::<aws_cloudwatch_log_group::Handle>() {
            ("logs", format!("log-group:{}", group.text(|of| of.name())?))
        } else if self.of_type::<aws_kms_key::Handle>().is_some() {
            // The id of a key has 36 characters, whatever they are.
            ("kms", format!("key/{}", "0".repeat(36)))
        } else {
            return None;
        };
        Some(format!("arn:{partition}:{service}:{region}:{account}:{of_service}"))
    }

    /// Where it is declared and written.
    pub(crate) fn place(&self) -> Place {
        Place {
            subject: self.stack.address(self.resource).to_string(),
            file: self.platform.settings.file(self.stack.name(), &format!("{}.tf.json", self.file)),
            location: Some(self.resource.location),
        }
    }

    /// The declarations of its file, its own among them.
    pub(crate) fn beside(&self) -> impl DoubleEndedIterator<Item = &'a Declaration> {
        let Self { stack, file, .. } = *self;
        stack.declarations().iter().filter(move |placed| *placed.file == *file).map(|placed| &placed.declaration)
    }
}

impl Declared<'_> {
    /// Is it a managed resource of this type? For tables of types, which a test holds against the schemas.
    pub(crate) fn is_managed(&self, type_name: &str) -> bool {
        self.resource.mode == Mode::Managed && self.resource.type_name == type_name
    }

    /// The text of an argument by its name, for tables as well.
    pub(crate) fn named(&self, argument: &str) -> Option<String> {
        self.resolve(self.body.get(argument)?)
    }
}

impl<'a, V: View> Declared<'a, V> {
    /// The expression given for an argument; of blocks on the way to it, the first of each name.
    pub(crate) fn get<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> Option<&'a Expression> {
        let names = names(argument(&itself()).to_traversal());
        let (argument, blocks) = names.split_last()?;
        within(self.body, blocks)?.get(argument)
    }

    /// The text of an argument, where it is known before Terraform runs.
    pub(crate) fn text<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> Option<String> {
        self.resolve(self.get(argument)?)
    }

    /// Is an argument known to be true?
    pub(crate) fn is_true<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> bool {
        self.text(argument).as_deref() == Some("true")
    }

    /// The items of a list that is written out.
    pub(crate) fn list<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> &'a [Expression] {
        self.get(argument).and_then(Expression::as_list).unwrap_or_default()
    }

    /// The texts of a list; an item that only Terraform knows is given as `None`.
    pub(crate) fn texts<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> Vec<Option<String>> {
        self.list(argument).iter().map(|item| self.resolve(item)).collect()
    }

    /// The resource that an argument refers to.
    pub(crate) fn leads<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> Option<Declared<'a>> {
        self.leads_to(self.get(argument)?)
    }

    /// The resources that the items of a list refer to.
    pub(crate) fn lead<R: Reference>(&self, argument: impl FnOnce(&V) -> R) -> impl Iterator<Item = Declared<'a>> {
        let this = *self;
        self.list(argument).iter().filter_map(move |item| this.leads_to(item))
    }

    /// The nested blocks of one name; of blocks on the way to them, the first of each name.
    pub(crate) fn blocks<R: View>(&self, blocks: impl FnOnce(&V) -> R) -> impl Iterator<Item = Declared<'a, R::Item>> {
        let names = names(blocks(&itself()).traversal().clone());
        let this = *self;
        let found = names.split_last().and_then(|(name, outer)| {
            let body = within(self.body, outer)?;
            Some(body.blocks(name).collect::<Vec<_>>())
        });
        found.unwrap_or_default().into_iter().map(move |body| this.part(body))
    }
}

/// The view of something, from itself: what is read through it tells a way into its body.
fn itself<V: View>() -> V {
    V::view(Traversal::new(Root::Itself))
}

/// The names on the way, without places in lists.
fn names(way: Traversal) -> Vec<String> {
    let name = |step| match step {
        Step::Attribute(name) => Some(name.into_owned()),
        _ => None,
    };
    way.steps.into_iter().filter_map(name).collect()
}

/// The first of the innermost of nested blocks.
fn within<'a>(body: &'a Body, blocks: &[String]) -> Option<&'a Body> {
    blocks.iter().try_fold(body, |body, block| body.blocks(block).next())
}

/// Does a resource carry all tags of one of a node class's selector terms?
pub(crate) fn carries<V>(resource: &Declared<'_, V>, terms: &[TagSelectorTerm]) -> bool {
    terms.iter().any(|term| {
        !term.tags.is_empty()
            && term.tags.iter().all(|(key, value)| resource.tag(key).is_some_and(|tag| value == "*" || *value == tag))
    })
}

/// The subnets that node classes select.
pub(crate) fn discovered_subnets(platform: &Platform) -> Vec<Declared<'_, aws_subnet::Handle>> {
    let classes: Vec<_> = platform.every::<NodeClass>().collect();
    let subnets = platform.resources::<aws_subnet::Handle>();
    subnets.filter(|subnet| classes.iter().any(|class| carries(subnet, &class.spec.subnet_selector_terms))).collect()
}
