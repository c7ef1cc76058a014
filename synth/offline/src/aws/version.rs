//! The versions of the provider whose schemas are kept, and which of them a stack's lock file selects.

/// A version of the AWS provider that can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsVersion {
    /// 5.100.0, the oldest that stacks plan under.
    Oldest,
    /// 6.66.0, which the bindings are made from.
    Newest,
}

impl AwsVersion {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::Oldest, Self::Newest];

    /// Its number.
    pub fn number(self) -> &'static str {
        match self {
            Self::Oldest => "5.100.0",
            Self::Newest => "6.66.0",
        }
    }

    /// The version that stands in for the one that `terraform init` would select: the one of the lock file, or without one
    /// the newest. Of each major version there is one schema.
    pub fn selected(lock_file: Option<&str>) -> Self {
        let locked = lock_file.and_then(|text| text.split_once(&format!("provider \"{}\"", super::ADDRESS)));
        let version = locked.and_then(|(_, provider)| {
            let line = provider.lines().find_map(|line| line.trim_start().strip_prefix("version"))?;
            line.split('"').nth(1)
        });
        match version {
            Some(version) if version.starts_with("5.") => Self::Oldest,
            _ => Self::Newest,
        }
    }

    /// Its schema, of the types that have bindings.
    pub(super) fn schemas(self) -> &'static str {
        match self {
            Self::Oldest => include_str!("../../../codegen/schemas/aws-5.100.0.json"),
            Self::Newest => include_str!("../../../codegen/schemas/aws.json"),
        }
    }

    /// Do resources have a region of their own?
    pub(super) fn has_regions(self) -> bool {
        self == Self::Newest
    }
}

#[cfg(test)]
mod tests {
    use super::AwsVersion::{self, Newest, Oldest};

    #[test]
    fn a_lock_file_selects_the_schema_of_its_major_version() {
        let lock = |version: &str| {
            format!(
                "provider \"registry.terraform.io/hashicorp/helm\" {{\n  version     = \"3.1.1\"\n}}\n\n\
                 provider \"registry.terraform.io/hashicorp/aws\" {{\n  version     = \"{version}\"\n  \
                 constraints = \">= 5.100.0, < 7.0.0\"\n}}\n"
            )
        };
        for (file, wanted) in [
            (Some(lock("5.100.0")), Oldest),
            (Some(lock("6.66.0")), Newest),
            (Some(lock("6.2.0")), Newest),
            (Some("# pinned\n".to_owned()), Newest),
            (None, Newest),
        ] {
            assert_eq!(AwsVersion::selected(file.as_deref()), wanted, "{file:?}");
        }
    }
}
