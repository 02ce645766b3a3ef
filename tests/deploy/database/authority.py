"""A certificate authority of the tests' own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey
PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Signs certificates; `certificate` is its own, which others trust it by."""

    key: Key
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        unsigned = _certificate(subject=name, issuer=_named(name), key=key).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        return cls(key=key, certificate=unsigned.sign(key, hashes.SHA256()))

    def write(self, file: Path) -> Path:
        """Write its certificate for those who verify by it."""
        file.write_bytes(self.certificate.public_bytes(PEM))
        return file

    def certify(self, host: str, *, certificate_file: Path, key_file: Path) -> None:
        """Make a key and a certificate for the host of that name and no other."""
        key = ec.generate_private_key(ec.SECP256R1())
        unsigned = _certificate(subject=host, issuer=self.certificate.subject, key=key).add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
        certificate_file.write_bytes(unsigned.sign(self.key, hashes.SHA256()).public_bytes(PEM))
        secret = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        key_file.write_bytes(secret)
        key_file.chmod(0o600)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(*, subject: str, issuer: x509.Name, key: Key) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=_named(subject),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(hours=1),
        not_valid_after=now + timedelta(days=1),
    )
