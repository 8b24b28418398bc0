"""`seve serve` without access control is for this machine alone."""

from __future__ import annotations

import pytest

from seve.main.cli import main


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.10", "::", "2001:db8::1"])
def test_open_refuses_any_address_but_loopback(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--open", "--address", address]) == 1
    assert address in capsys.readouterr().err


def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--open", "--address", "partout"]) == 1
    assert "partout" in capsys.readouterr().err
