//! Certificates of names below the domain: ACM issues one once a record in the domain's zone proves whose it is.

use synth_bindings::{
    Aws, CertificateArn, HostedZoneId, aws_acm_certificate, aws_acm_certificate_validation, aws_route53_record,
};
use synth_framework::{ProviderHandle, Ref, Stack, functions::one};

/// How long an apply waits for a certificate: ACM looks for its record where the domain is delegated to, and finds it there some
/// minutes after the zone is. An apply that waits in vain is run again.
const VALIDATION: &str = "30m";

/// What a certificate is for, and where it lies.
pub(crate) struct Wanted<'a> {
    /// Label of the certificate.
    pub(crate) label: &'a str,
    /// Label of the record that proves it.
    pub(crate) proof: &'a str,
    /// The name that it is for, or all names one label below one.
    pub(crate) names: &'a str,
    /// What people find it by.
    pub(crate) tag: &'a str,
    /// The provider of the region where it lies; none for the environment's own.
    pub(crate) provider: Option<&'a ProviderHandle<Aws>>,
}

/// Declares a certificate and its proof; what is returned is there once ACM has issued it.
#[track_caller]
pub(crate) fn certificate(wanted: &Wanted<'_>, zone: &Ref<HostedZoneId>, stack: &Stack) -> Ref<CertificateArn> {
    let asked = aws_acm_certificate(wanted.label)
        .domain_name(wanted.names)
        .validation_method("DNS")
        .tags([("Name", wanted.tag)])
        .lifecycle(|lifecycle| lifecycle.create_before_destroy(true));
    let certificate = match wanted.provider {
        Some(provider) => asked.provider(provider),
        None => asked,
    }
    .add_to(stack);
    let proof = certificate.domain_validation_options();
    let record = aws_route53_record(wanted.proof)
        .zone_id(zone)
        .name(one(proof.all(|of| of.resource_record_name())))
        .type_(one(proof.all(|of| of.resource_record_type())))
        .ttl(300)
        .records([one(proof.all(|of| of.resource_record_value()))])
        // Whoever had a certificate of these names by hand, in this account, has this record, too.
        .allow_overwrite(true)
        .add_to(stack);
    let issued = aws_acm_certificate_validation(wanted.label)
        .certificate_arn(certificate.arn())
        .validation_record_fqdns([record.fqdn()])
        .timeouts(aws_acm_certificate_validation::timeouts().create(VALIDATION));
    let issued = match wanted.provider {
        Some(provider) => issued.provider(provider),
        None => issued,
    }
    .add_to(stack);
    issued.certificate_arn()
}
