//! A service and a digest, as they stand on the command line.

use std::str::FromStr;

/// `APP@DIGEST`.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// The service.
    pub(super) app: String,
    /// The digest, which the settings' own rule judges.
    pub(super) digest: String,
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('@') {
            Some((app, digest)) if !app.is_empty() && !digest.is_empty() => {
                Ok(Self { app: app.to_owned(), digest: digest.to_owned() })
            }
            _ => Err("expected a service and a digest such as `cors-proxy-server@sha256:…`".to_owned()),
        }
    }
}
