"""Certificates and keys of the stand-in VPN servers, and what a client is given."""

import base64
from datetime import timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import NameOID

from config.clock import now


class Identity(NamedTuple):
    """A certificate that signed itself; trusted by its fingerprint."""

    certificate: str
    key: str
    fingerprint: str


class KeyPair(NamedTuple):
    """A key of WireGuard, in its own base64."""

    private: str
    public: str

    @property
    def private_hex(self) -> str:
        """As the control socket takes it."""
        return base64.b64decode(self.private).hex()

    @property
    def public_hex(self) -> str:
        """As the control socket takes it."""
        return base64.b64decode(self.public).hex()


def make_identity(name: str) -> Identity:
    """Return a new certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    return Identity(
        made.public_bytes(serialization.Encoding.PEM).decode(),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        made.fingerprint(hashes.SHA256()).hex(":").upper(),
    )


def make_key_pair() -> KeyPair:
    """Return a new key of WireGuard."""
    key = X25519PrivateKey.generate()
    return KeyPair(
        base64.b64encode(key.private_bytes_raw()).decode(),
        base64.b64encode(key.public_key().public_bytes_raw()).decode(),
    )


def server_text(own: Identity, client_fingerprint: str, *, more: list[str]) -> str:
    """Return the configuration of an OpenVPN server."""
    return "\n".join(
        [
            "topology subnet",
            "dev-type tun",
            "dh none",
            "keepalive 1 4",
            "disable-dco",
            "duplicate-cn",
            "verb 1",
            *more,
            *_blocks(own, client_fingerprint),
        ]
    )


def client_text(
    own: Identity, server_fingerprint: str, *, server: str, more: list[str]
) -> str:
    """Return what a provider hands to a client of OpenVPN."""
    return "\n".join(
        [
            "client",
            "dev tun",
            "proto udp",
            f"remote {server}",
            "nobind",
            "persist-key",
            "verb 3",
            *more,
            *_blocks(own, server_fingerprint),
        ]
    )


def _blocks(own: Identity, other: str) -> list[str]:
    return [
        *("<cert>", own.certificate.strip(), "</cert>"),
        *("<key>", own.key.strip(), "</key>"),
        *("<peer-fingerprint>", other, "</peer-fingerprint>"),
    ]
