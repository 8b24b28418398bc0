"""Settings and the command line, against their documentation too."""

import re
import socket
from pathlib import Path

import pytest

from seve.main.cli import COMMANDS, main
from seve.main.commands.serve import check_address
from seve.main.settings import Settings

DOCS = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("value", ["", "0", "x", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_refused_by_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(ValueError, match="SEVE_PORT"):
        Settings.read({"SEVE_PORT": value})


def test_settings_come_from_the_environment() -> None:
    read = Settings.read(
        {"SEVE_PORT": "81", "SEVE_BASE_URL": "https://x.example/", "SEVE_DATABASE_URL": "postgresql://h/d"}
    )
    assert (read.port, read.fhir_url, read.store_url, read.embedded) == (
        81,
        "https://x.example/fhir",
        "postgresql://h/d",
        None,
    )


def test_every_setting_is_documented_and_no_other() -> None:
    source = (Path(__file__).parents[3] / "src/seve/main/settings.py").read_text()
    documented = set(re.findall(r"^\| `(SEVE_\w+)`", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert documented == set(re.findall(r'"(SEVE_\w+)"', source))


def test_the_notice_before_an_opening_is_never_shorter_than_the_law_says() -> None:
    assert Settings.read({}).opening_notice_days == 42
    assert Settings.read({"SEVE_OPENING_NOTICE_DAYS": "60"}).opening_notice_days == 60
    with pytest.raises(ValueError, match="SEVE_OPENING_NOTICE_DAYS is at least 42, not 41"):
        Settings.read({"SEVE_OPENING_NOTICE_DAYS": "41"})


def test_every_command_is_documented() -> None:
    text = (DOCS / "cli.md").read_text()
    assert [command for command in COMMANDS if f"`seve {command}" not in text] == []


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="set SEVE_PORT"):
            check_address("127.0.0.1", taken.getsockname()[1], is_open=False)


def test_open_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        check_address("0.0.0.0", 8080, is_open=True)


def test_a_problem_is_one_line_and_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("SEVE_PORT", str(taken.getsockname()[1]))
        assert main(["serve"]) == 1
    assert capsys.readouterr().err.startswith("seve serve: port ")
