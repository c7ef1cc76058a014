//! Terraform's resources, and what their arguments come to before Terraform runs.

use serde_json::{Map, Value as Json};
use synth_framework::{
    BuiltStack, Declaration, Expression, Mode, Place, Resource, Root, Step, TemplatePart, Traversal,
};

use super::{arguments::body_text, items};
use crate::Platform;

/// A resource or a data source, and where it is declared.
#[derive(Clone, Copy)]
pub(crate) struct Declared<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) stack: &'a BuiltStack,
    pub(crate) file: &'a str,
    pub(crate) resource: &'a Resource,
}

impl Platform {
    /// Every resource and data source of every stack.
    pub(crate) fn declared(&self) -> impl Iterator<Item = Declared<'_>> {
        self.stacks().flat_map(move |stack| {
            stack.declarations().iter().filter_map(move |placed| match &placed.declaration {
                Declaration::Resource(resource) => {
                    Some(Declared { platform: self, stack, file: &placed.file, resource })
                }
                _ => None,
            })
        })
    }

    /// The managed resources of one type, in every stack.
    pub(crate) fn managed<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = Declared<'a>> {
        self.declared()
            .filter(move |found| found.resource.mode == Mode::Managed && found.resource.type_name == type_name)
    }

    /// The data sources of one type, in every stack.
    pub(crate) fn data<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = Declared<'a>> {
        self.declared().filter(move |found| found.resource.mode == Mode::Data && found.resource.type_name == type_name)
    }
}

impl<'a> Declared<'a> {
    pub(crate) fn get(&self, argument: &str) -> Option<&'a Expression> {
        self.resource.body.get(argument)
    }

    /// The text of an argument, where it is known before Terraform runs.
    pub(crate) fn text(&self, argument: &str) -> Option<String> {
        self.resolve(self.get(argument)?)
    }

    /// The text of an argument of a nested block.
    pub(crate) fn nested(&self, block: &str, argument: &str) -> Option<String> {
        body_text(self, self.resource.body.blocks(block).next()?, argument)
    }

    /// The resource that an argument of a nested block refers to.
    pub(crate) fn nested_leads(&self, block: &str, argument: &str) -> Option<Self> {
        self.leads_to(self.resource.body.blocks(block).next()?.get(argument)?)
    }

    /// A literal tag.
    pub(crate) fn tag(&self, key: &str) -> Option<String> {
        self.resolve(self.get("tags")?.entry(key)?)
    }

    /// What an expression comes to, where it is known before Terraform runs: literals, and references to them.
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
                    [Step::Attribute(name)] => match target.text(name) {
                        None if name == "arn" => target.arn(),
                        text => text,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The resource that an expression refers to.
    pub(crate) fn leads_to(&self, expression: &Expression) -> Option<Self> {
        self.target(expression.as_traversal()?)
    }

    fn target(&self, traversal: &Traversal) -> Option<Self> {
        let Root::Declared(address) = &traversal.root else { return None };
        let platform = self.platform;
        platform.declared().find(|found| {
            found.stack.name() == &*address.stack
                && found.resource.mode == address.mode
                && found.resource.type_name == address.type_name
                && *found.resource.label == *address.label
        })
    }

    /// The ARN that AWS will give it, where name and kind say so.
    fn arn(&self) -> Option<String> {
        let settings = &self.platform.settings;
        let (partition, region, account) = (settings.aws.partition(), &settings.aws.region, &settings.aws.account_id);
        let name = || self.text("name");
        Some(match self.resource.type_name {
            "aws_iam_role" => settings.role_arn(&name()?),
            "aws_sqs_queue" => format!("arn:{partition}:sqs:{region}:{account}:{}", name()?),
            "aws_eks_cluster" => format!("arn:{partition}:eks:{region}:{account}:cluster/{}", name()?),
            "aws_ecr_repository" => format!("arn:{partition}:ecr:{region}:{account}:repository/{}", name()?),
            "aws_cloudwatch_log_group" => format!("arn:{partition}:logs:{region}:{account}:log-group:{}", name()?),
            "aws_s3_bucket" => format!("arn:{partition}:s3:::{}", self.text("bucket")?),
            // The id of a key has 36 characters, whatever they are.
            "aws_kms_key" => format!("arn:{partition}:kms:{region}:{account}:key/{}", "0".repeat(36)),
            _ => return None,
        })
    }

    /// Where it is declared and written.
    pub(crate) fn place(&self) -> Place {
        Place {
            subject: self.stack.address(self.resource).to_string(),
            file: self.platform.settings.file(self.stack.name(), &format!("{}.tf.json", self.file)),
            location: Some(self.resource.location),
        }
    }
}

/// A managed add-on.
pub(crate) fn addon<'a>(platform: &'a Platform, name: &str) -> Option<Declared<'a>> {
    platform.managed("aws_eks_addon").find(|addon| addon.text("addon_name").as_deref() == Some(name))
}

/// The configuration of a managed add-on, as far as it is known before Terraform runs.
pub(crate) fn addon_configuration(platform: &Platform, name: &str) -> Option<Json> {
    Some(match addon(platform, name)?.get("configuration_values") {
        Some(Expression::Call("jsonencode", arguments)) => arguments.first().map_or(Json::Null, json),
        Some(literal) => literal.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        None => Json::Null,
    })
}

fn json(expression: &Expression) -> Json {
    match expression {
        Expression::Bool(value) => (*value).into(),
        Expression::Integer(number) => (*number).into(),
        Expression::String(text) => text.as_ref().into(),
        Expression::List(items) => items.iter().map(json).collect(),
        Expression::Object(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), json(value))));
            Json::Object(entries.collect::<Map<_, _>>())
        }
        _ => Json::Null,
    }
}

/// Does a resource carry all tags of one of a node class's selector terms?
pub(crate) fn carries(resource: &Declared<'_>, terms: &[Json]) -> bool {
    terms.iter().any(|term| {
        let tags = term["tags"].as_object();
        tags.is_some_and(|tags| {
            tags.iter().all(|(key, value)| resource.tag(key).is_some_and(|tag| value == "*" || *value == tag))
        })
    })
}

/// The subnets that node classes select.
pub(crate) fn discovered_subnets(platform: &Platform) -> Vec<Declared<'_>> {
    let terms: Vec<&Json> =
        platform.of_kind("EC2NodeClass").flat_map(|class| items(&class.object, "/spec/subnetSelectorTerms")).collect();
    let selected = |subnet: &Declared<'_>| terms.iter().any(|term| carries(subnet, std::slice::from_ref(term)));
    platform.managed("aws_subnet").filter(selected).collect()
}
