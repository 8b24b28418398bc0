"""A call between two browsers with simulated cameras: they see and hear each other, through the death of the server and a cut."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.stories.conftest import FLAGS
from tests.stories.personas import check, persona
from tools.browser import executable

from seve.testing.serving import free_port

_JEANNE, _DOCTOR, _NURSE = "Jeanne Moreau-Lefèvre", "Dr Yasmine Karim", "Lucie Bernard"
SIMULATED = [
    *FLAGS,
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
_WATCH = """
window.connections = [];
const Own = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Own { constructor(...given) { super(...given); window.connections.push(this); } };
"""
_STATS = """async () => {
  const found = { frames: 0, bytes: 0, energy: 0, seconds: 0, ways: [] };
  for (const one of window.connections) {
    if (one.connectionState === 'closed') continue;
    for (const stat of (await one.getStats()).values()) {
      if (stat.type === 'inbound-rtp' && stat.kind === 'video') found.frames += stat.framesDecoded ?? 0;
      if (stat.type === 'inbound-rtp' && stat.kind === 'audio') {
        found.bytes += stat.bytesReceived; found.energy += stat.totalAudioEnergy; found.seconds += stat.totalSamplesDuration;
      }
    }
    found.ways.push(/a=ice-ufrag:(\\S+)/.exec(one.localDescription?.sdp ?? '')?.[1]);
  }
  return found;
}"""


@dataclass
class House:
    """`seve demo` as a process that can be killed and started again on the same store."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        environment = {
            **os.environ, "SEVE_PORT": str(self.port), "SEVE_DATA": str(self.data), "SEVE_WORKERS": "2",
        }  # fmt: skip
        command = [str(Path(sys.executable).parent / "seve"), "demo", "--patients", "10"]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the demonstration did not start")

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    opened = House(Path(tempfile.mkdtemp(prefix="seve-call-")), free_port())
    opened.start()
    try:
        yield opened
    finally:
        opened.stop()
        shutil.rmtree(opened.data, ignore_errors=True)


@pytest.fixture(scope="module")
def cameras(browser: Browser) -> Iterator[Browser]:
    """A browser whose camera and microphone are simulated: a moving picture and beeps."""
    opened = browser.browser_type.launch(executable_path=executable(), args=SIMULATED)
    yield opened
    opened.close()


class Meeting:
    """A patient and a professional on their way into one call."""

    def __init__(self, patient: Page, professional: Page) -> None:
        self.patient, self.professional = patient, professional
        for page in (patient, professional):
            page.add_init_script(_WATCH)

    def plan(self) -> None:
        """The professional calls now."""
        page = self.professional
        page.goto("/teleconsultation")
        option = page.locator("#patient option", has_text="Moreau")
        page.select_option("#patient", value=option.first.get_attribute("value"))
        page.get_by_role("button", name="Ouvrir la salle").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Préparer l'appel")

    def arrive(self) -> None:
        """The patient comes, and the professional's page says so by itself."""
        page = self.patient
        page.goto("/teleconsultation")
        page.locator(f"[data-part=now] a[href='{urlsplit(self.professional.url).path}']").click()
        page.get_by_label("J'accepte").check()
        page.get_by_role("button", name="Entrer", exact=True).click()
        expect(page.get_by_text("Vous êtes la prochaine personne.")).to_be_visible()
        expect(self.professional.locator("[data-part=arrival]", has_text="A donné son accord")).to_be_visible(
            timeout=10_000
        )

    def begin(self) -> None:
        """The professional checks the identity; the patient's page becomes the call by itself."""
        self.professional.get_by_label("Carte nationale").check()
        self.professional.get_by_role("button", name="Commencer l'appel").click()
        for page in (self.professional, self.patient):
            expect(page.locator("[data-call]")).to_be_attached(timeout=15_000)
            expect(page.locator("[data-call]")).to_have_attribute("data-peers", "1", timeout=20_000)


def seen_and_heard(page: Page, *, since: dict[str, float] | None = None) -> dict[str, float]:
    """What came in: more picture and more sound than before."""
    before = since or {"frames": 0, "bytes": 0, "energy": 0}
    end = time.monotonic() + 15
    while time.monotonic() < end:
        found = page.evaluate(_STATS)
        if found["frames"] > before["frames"] + 5 and found["energy"] > before["energy"]:
            return found
        page.wait_for_timeout(200)
    raise AssertionError(f"nothing more came in than {before}: {page.evaluate(_STATS)}")


def test_two_see_and_hear_each_other_through_the_death_of_the_server_and_a_cut(
    cameras: Browser, house: House, screen: tuple[int, int], axe: str
) -> None:
    with ExitStack() as stack:
        patient = stack.enter_context(persona(cameras, house.address, _JEANNE, size=screen))
        doctor = stack.enter_context(persona(cameras, house.address, _DOCTOR, size=(1280, 800)))
        meeting = Meeting(patient, doctor)
        meeting.plan()
        check(doctor, axe)
        meeting.arrive()
        check(patient, axe)
        meeting.begin()
        first = [seen_and_heard(page) for page in (patient, doctor)]
        assert patient.evaluate("document.querySelector('.others video').videoWidth") > 0
        check(patient, axe)
        check(doctor, axe)

        house.kill()
        for page in (patient, doctor):
            expect(page.locator("[data-call]")).to_have_attribute("data-signalling", "lost", timeout=10_000)
        away = [seen_and_heard(page, since=one) for page, one in zip((patient, doctor), first, strict=True)]
        house.start()
        for page in (patient, doctor):
            expect(page.locator("[data-call]")).to_have_attribute("data-signalling", "open", timeout=10_000)
        back = [seen_and_heard(page, since=one) for page, one in zip((patient, doctor), away, strict=True)]
        assert [len(one["ways"]) for one in back] == [1, 1]  # nobody had to connect anew

        patient.evaluate("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))")
        patient.wait_for_function(
            "way => window.connections[0].localDescription.sdp.includes('a=ice-ufrag:') && !window.connections[0].localDescription.sdp.includes(way)",
            arg=back[0]["ways"][0],
        )
        again = [seen_and_heard(page, since=one) for page, one in zip((patient, doctor), back, strict=True)]
        assert again[0]["ways"] != back[0]["ways"]

        patient.get_by_label("Votre message").fill("Je tousse depuis lundi")
        patient.get_by_role("button", name="Envoyer").click()
        expect(doctor.get_by_text("Je tousse depuis lundi")).to_be_visible(timeout=30_000)
        doctor.get_by_label("Température").fill("38,4")
        doctor.get_by_role("button", name="Garder ces mesures").click()
        expect(patient.get_by_text("38,4 °C")).to_be_visible(timeout=30_000)

        doctor.get_by_role("link", name="Terminer et écrire").click()
        expect(doctor.get_by_role("heading", name="Terminer : le compte rendu")).to_be_focused()
        check(doctor, axe)
        doctor.get_by_label("Motif").fill("Toux")
        seen_and_heard(doctor, since=again[1])  # writing does not leave the call
        doctor.get_by_label("Conclusion").fill("Bronchite virale")
        for name in ("Patient vu", "Dans le parcours"):
            doctor.get_by_role("group", name=name).get_by_label("Oui").check()
        doctor.get_by_role("button", name="Terminer l'acte").click()
        expect(doctor.get_by_role("heading", level=1)).to_have_text("Acte terminé")
        check(doctor, axe)
        expect(patient.get_by_role("heading", level=1)).to_have_text("Acte terminé", timeout=15_000)
        for group in patient.locator("main fieldset").all():
            group.get_by_label("5").check()
        patient.get_by_role("button", name="Donner mon avis").click()
        expect(patient.get_by_text("Merci, votre avis est noté.")).to_be_visible()
        check(patient, axe)
        patient.get_by_role("link", name="Lire le compte rendu").click()
        expect(patient.get_by_text("Bronchite virale").first).to_be_visible()
        expect(patient.get_by_text(re.compile("Karim")).first).to_be_visible()


def _one_more(doctor: Page) -> None:
    """The doctor lets one more in, of those whom the page offers; done once the page, which sends without leaving, names them."""
    doctor.locator("summary", has_text="Participants").click()
    option = doctor.locator("#who option", has_text="Bernard")
    doctor.select_option("#who", value=option.first.get_attribute("value"))
    doctor.get_by_role("button", name="Inviter", exact=True).click()
    expect(doctor.locator("[data-part=people]", has_text="Bernard")).to_be_visible()


def test_three_see_and_hear_each_other(cameras: Browser, house: House, axe: str) -> None:
    with ExitStack() as stack:
        patient = stack.enter_context(persona(cameras, house.address, _JEANNE, size=(390, 844)))
        doctor = stack.enter_context(persona(cameras, house.address, _DOCTOR, size=(1280, 800)))
        nurse = stack.enter_context(persona(cameras, house.address, _NURSE, size=(1280, 800)))
        nurse.add_init_script(_WATCH)
        doctor.goto("/signin/activity")  # at the hospital, where Lucie works too
        doctor.locator("main form button", has_text="Hôpital").click()
        meeting = Meeting(patient, doctor)
        meeting.plan()
        meeting.arrive()
        meeting.begin()
        _one_more(doctor)
        nurse.goto(urlsplit(doctor.url).path)
        pages = (patient, doctor, nurse)
        for page in pages:
            expect(page.locator("[data-call]")).to_have_attribute("data-peers", "2", timeout=30_000)
        for page in pages:
            found = seen_and_heard(page)
            assert len(found["ways"]) == 2
            expect(page.locator("[data-part=people] li")).to_have_count(3)
            check(page, axe)


def test_a_guest_without_an_account_is_seen_and_heard_once_the_patient_agreed(
    cameras: Browser, house: House, screen: tuple[int, int], axe: str
) -> None:
    with ExitStack() as stack:
        patient = stack.enter_context(persona(cameras, house.address, _JEANNE, size=screen))
        doctor = stack.enter_context(persona(cameras, house.address, _DOCTOR, size=(1280, 800)))
        meeting = Meeting(patient, doctor)
        meeting.plan()
        meeting.arrive()
        meeting.begin()
        doctor.locator("summary", has_text="Participants").click()
        doctor.get_by_label("Son nom").fill("Olga Ivanova")
        doctor.get_by_role("button", name="Inviter par un lien").click()
        patient.get_by_role("button", name="J'accepte sa présence").click(timeout=15_000)
        expect(doctor.get_by_label("Lien à lui donner")).to_be_visible(timeout=15_000)
        check(doctor, axe)
        check(patient, axe)
        context = cameras.new_context(viewport={"width": screen[0], "height": screen[1]}, locale="fr-FR")
        stack.callback(context.close)
        guest = context.new_page()
        guest.add_init_script(_WATCH)
        guest.goto(doctor.get_by_label("Lien à lui donner").input_value())
        for page in (patient, doctor, guest):
            expect(page.locator("[data-call]")).to_have_attribute("data-peers", "2", timeout=30_000)
        seen_and_heard(guest)
        expect(patient.locator(".others figcaption", has_text="Olga Ivanova")).to_be_visible()
        check(guest, axe)
        patient.get_by_role("button", name="Je ne veux pas de lui dans l'appel").click()
        expect(guest.locator("[data-call]")).to_have_count(0, timeout=15_000)
        expect(patient.locator("[data-call]")).to_have_attribute("data-peers", "1", timeout=30_000)


def test_at_the_third_cut_voice_and_messages_are_offered_and_the_act_goes_on(cameras: Browser, house: House) -> None:
    with ExitStack() as stack:
        patient = stack.enter_context(persona(cameras, house.address, _JEANNE, size=(390, 844)))
        doctor = stack.enter_context(persona(cameras, house.address, _DOCTOR, size=(1280, 800)))
        meeting = Meeting(patient, doctor)
        meeting.plan()
        meeting.arrive()
        meeting.begin()
        for number in (1, 2, 3):
            assert not doctor.get_by_text("Troisième coupure").is_visible()
            doctor.evaluate("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))")
            expect(doctor.locator("[data-call]")).to_have_attribute("data-cuts", str(number))
        expect(doctor.get_by_text("Troisième coupure")).to_be_visible()
        doctor.get_by_label("À la voix").check()
        doctor.get_by_role("button", name="Continuer ainsi").click()
        for page in (doctor, patient):
            expect(page.locator("[data-call]")).to_have_attribute("data-way", "audio", timeout=15_000)
            expect(page.locator("[data-call]")).to_have_attribute("data-peers", "1", timeout=30_000)
        doctor.get_by_text("Ça coupe ?").click()
        doctor.get_by_label("La connexion a été coupée trop souvent").check()
        doctor.get_by_role("button", name="Interrompre sans acte").click()
        for page in (doctor, patient):
            expect(page.get_by_role("heading", level=1)).to_have_text("Appel interrompu", timeout=15_000)
            expect(page.get_by_text("Ce qui a été dit et mesuré est gardé")).to_be_visible()


def test_a_browser_without_camera_says_so_and_can_still_write(browser: Browser, house: House, axe: str) -> None:
    with persona(browser, house.address, _JEANNE, size=(390, 844)) as page:
        page.goto("/teleconsultation/trying")
        page.get_by_role("button", name="Commencer l'essai").click()
        expect(page.get_by_text("Choisissez « Par messages écrits » en entrant.")).to_be_visible(timeout=20_000)
        check(page, axe)
