"""A test authority of our own, which signs 2D-Docs of invented people. No real one is imitated: its number is TEST."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from seve.france.cards import Authorities, Authority

Sign = Callable[..., str]


@pytest.fixture(scope="session")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def authorities(key: ec.EllipticCurvePrivateKey) -> Authorities:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Autorité d'essai")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2021, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return {"TEST0001": Authority("Autorité d'essai", certificate)}


@pytest.fixture(scope="session")
def sign(key: ec.EllipticCurvePrivateKey) -> Sign:
    def signed(fields: str, *, on: date = date(2024, 5, 6), version: str = "04", kind: str = "07") -> str:
        day = f"{(on - date(2000, 1, 1)).days:04X}"
        header = f"DC{version}TEST0001{day}{day}{kind}" + {"02": "", "03": "01", "04": "01FR"}[version]
        numbers = decode_dss_signature(key.sign((header + fields).encode(), ec.ECDSA(hashes.SHA256())))
        raw = b"".join(number.to_bytes(32, "big") for number in numbers)
        return f"{header}{fields}\x1f{base64.b32encode(raw).decode().rstrip('=')}"

    return signed
