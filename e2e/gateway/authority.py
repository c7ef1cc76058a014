"""An authority of certificates that lives as long as a run, and its one server."""

from __future__ import annotations

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """Its certificate, and key and certificate of a server at an address, all as PEM."""

    def __init__(self, address: str) -> None:
        key, name = ec.generate_private_key(ec.SECP256R1()), named("kubernetes")
        own = signed(name, name, key.public_key(), key, x509.BasicConstraints(ca=True, path_length=0))
        server = ec.generate_private_key(ec.SECP256R1())
        place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        theirs = signed(named("kube-apiserver"), name, server.public_key(), key, place)
        self.certificate = own.public_bytes(serialization.Encoding.PEM)
        self.server = server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + theirs.public_bytes(serialization.Encoding.PEM)


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def signed(subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, by: ec.EllipticCurvePrivateKey,
           extension: x509.ExtensionType) -> x509.Certificate:
    """A certificate for a day before and after this moment."""
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + DAY)
    return builder.add_extension(extension, critical=True).sign(by, hashes.SHA256())
