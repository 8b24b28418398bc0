"""Whose signatures on identity cards a site knows: certificates that the operator put beside its keys. None is shipped."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from seve.france.cards import Authorities, Authority


def authorities(keys: Path) -> Authorities:
    """The certificates (PEM) in the folder `cards` of the folder of keys, each named by its authority and number (`FR000001.pem`).

    Raises ValueError for a file that is no certificate.
    """
    files = sorted((keys / "cards").glob("*.pem"))
    found = {file.stem: x509.load_pem_x509_certificate(file.read_bytes()) for file in files}
    return {name: Authority(one.subject.rfc4514_string(), one) for name, one in found.items()}
