"""A call between two browsers with simulated cameras on this machine: how long until the first picture, and until signalling is back.

Needs Chromium. It starts `seve demo` on a store of its own, lets two personas meet `--calls` times, then kills every process of the
server (SIGKILL), waits, and starts it again while the picture goes on. Two browsers that encode and decode video are most of the load.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright
from tools.browser import executable

from seve.testing.serving import free_port

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
_DOWN_SECONDS = 3


def main(arguments: list[str] | None = None) -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="bench.call", description=__doc__)
    parser.add_argument("--calls", type=int, default=5)
    options = parser.parse_args(arguments)
    path = executable()
    if path is None:
        raise SystemExit("no Chromium on this machine")
    data, port = Path(tempfile.mkdtemp(prefix="seve-bench-call-")), free_port()
    process = _start(data, port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
            for number in range(options.calls):
                patient, doctor = _meet(browser, f"http://localhost:{port}")
                _report(number, patient, doctor)
                if number == options.calls - 1:
                    process = _cut(process, data, port, patient, doctor)
                patient.context.close()
                doctor.context.close()
            print(
                f"first picture, median of {len(_TIMES)}: {median(_TIMES):,.0f} ms; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
            )
            browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(data, ignore_errors=True)


_TIMES: list[float] = []


def _report(number: int, patient: Page, doctor: Page) -> None:
    """From the moment at which the second of them is in the room to the first picture that each shows."""
    place = "document.querySelector('[data-call]').dataset"
    for page in (patient, doctor):
        page.wait_for_function(f"() => {place}.firstFrame", timeout=60_000)
    met = [float(page.evaluate(f"{place}.met")) for page in (patient, doctor)]
    shown = [float(page.evaluate(f"{place}.firstFrame")) for page in (patient, doctor)]
    times = [after - before for before, after in zip(met, shown, strict=True)]
    _TIMES.extend(times)
    print(f"call {number + 1}: first picture after {times[0]:,.0f} ms (patient), {times[1]:,.0f} ms (professional)")


def _cut(process: subprocess.Popen[bytes], data: Path, port: int, *pages: Page) -> subprocess.Popen[bytes]:
    """Kills the server and starts it again; what the picture did meanwhile."""
    frames = "document.querySelector('.others video').getVideoPlaybackQuality().totalVideoFrames"
    before = [int(page.evaluate(frames)) for page in pages]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    time.sleep(_DOWN_SECONDS)
    during = [int(page.evaluate(frames)) for page in pages]
    started = _start(data, port)
    began = time.monotonic()
    for page in pages:
        page.wait_for_function(
            "() => document.querySelector('[data-call]').dataset.signalling === 'open'", timeout=60_000
        )
    back = time.monotonic() - began
    grown = ", ".join(f"{after - one}" for one, after in zip(before, during, strict=True))
    print(
        f"server killed for {_DOWN_SECONDS} s: {grown} pictures meanwhile; signalling back {back:.1f} s after it answers again"
    )
    return started


def _meet(browser: Browser, address: str) -> tuple[Page, Page]:
    patient, doctor = (_persona(browser, address, name) for name in ("Jeanne Moreau-Lefèvre", "Dr Yasmine Karim"))
    doctor.goto("/teleconsultation")
    option = doctor.locator("#patient option", has_text="Moreau").first
    doctor.select_option("#patient", value=option.get_attribute("value"))
    doctor.get_by_role("button", name="Ouvrir la salle").click()
    doctor.wait_for_url("**/call/*")
    patient.goto(urlsplit(doctor.url).path)
    patient.get_by_label("J'accepte").check()
    patient.get_by_role("button", name="Entrer", exact=True).click()
    doctor.locator("[data-part=arrival] .mark").wait_for()
    doctor.get_by_label("Carte nationale").check()
    doctor.get_by_role("button", name="Commencer l'appel").click()
    return patient, doctor


def _persona(browser: Browser, address: str, name: str) -> Page:
    page = browser.new_context(locale="fr-FR", base_url=address).new_page()
    page.goto("/signin")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()
    if page.url.endswith("/signin/activity"):
        page.locator("main form button").first.click()
        page.wait_for_load_state()
    return page


def _start(data: Path, port: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "SEVE_PORT": str(port), "SEVE_DATA": str(data)}
    command = [str(Path(sys.executable).parent / "seve"), "demo", "--patients", "10"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/health", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    raise RuntimeError("the demonstration did not start")


if __name__ == "__main__":
    main()
