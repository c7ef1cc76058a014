//! Certificates of one control plane, made anew for each, and the kubeconfigs that name them.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};
use serde_json::json;

/// An authority that signs, and the folder where everything is kept.
pub(crate) struct Authority {
    folder: PathBuf,
    name: &'static str,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes an authority; its certificate is `{name}.crt`.
    pub(crate) fn new(folder: &Path, name: &'static str) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = named(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        write(folder, &format!("{name}.crt"), &params.self_signed(&key)?.pem())?;
        Ok(Self { folder: folder.to_owned(), name, issuer: Issuer::new(params, key) })
    }

    /// Makes `{name}.crt` and `{name}.key` for a server on this machine.
    pub(crate) fn serves(&self, name: &str) -> Result<()> {
        let mut params = on_this_machine(name)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(name, &params)
    }

    /// Makes `{name}.crt` and `{name}.key` for a user of groups.
    pub(crate) fn knows(&self, name: &str, user: &str, groups: &[&str]) -> Result<()> {
        let mut params = named(user, groups)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(name, &params)
    }

    /// Makes `{name}.crt` and `{name}.key` for a program on this machine that serves and asks others of this authority.
    pub(crate) fn serves_and_asks(&self, name: &str) -> Result<()> {
        let mut params = on_this_machine(name)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(name, &params)
    }

    /// Makes the kubeconfig `{name}.kubeconfig` of a user, who asks this address.
    pub(crate) fn kubeconfig(&self, name: &str, user: &str, groups: &[&str], address: &str) -> Result<PathBuf> {
        self.knows(name, user, groups)?;
        let file = |file: String| self.folder.join(file);
        let kubeconfig = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "tideline", "cluster": {
                "server": address, "certificate-authority": file(format!("{}.crt", self.name)),
            } }],
            "users": [{ "name": name, "user": {
                "client-certificate": file(format!("{name}.crt")), "client-key": file(format!("{name}.key")),
            } }],
            "contexts": [{ "name": "tideline", "context": { "cluster": "tideline", "user": name } }],
            "current-context": "tideline",
        });
        write(&self.folder, &format!("{name}.kubeconfig"), &format!("{kubeconfig:#}\n"))?;
        Ok(file(format!("{name}.kubeconfig")))
    }

    fn sign(&self, name: &str, params: &CertificateParams) -> Result<()> {
        let key = KeyPair::generate()?;
        write(&self.folder, &format!("{name}.crt"), &params.signed_by(&key, &self.issuer)?.pem())?;
        write(&self.folder, &format!("{name}.key"), &key.serialize_pem())
    }
}

/// Makes the key `{name}.key`, and `{name}.pub` of it.
pub(crate) fn key_pair(folder: &Path, name: &str) -> Result<()> {
    let key = KeyPair::generate()?;
    write(folder, &format!("{name}.pub"), &key.public_key_pem())?;
    write(folder, &format!("{name}.key"), &key.serialize_pem())
}

fn on_this_machine(name: &str) -> Result<CertificateParams> {
    let mut params = named(name, &[])?;
    params.subject_alt_names =
        vec![SanType::DnsName("localhost".try_into()?), SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    Ok(params)
}

fn named(name: &str, groups: &[&str]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    for group in groups {
        params.distinguished_name.push(DnType::OrganizationName, *group);
    }
    Ok(params)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("writing `{}`", path.display()))
}
