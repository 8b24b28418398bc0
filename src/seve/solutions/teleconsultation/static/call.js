// The call: who is there, picture and sound, cuts and what helps. Media go from browser to browser and stay when the server is away.
import { openCamera, open } from "./devices.js";
import { Line } from "./line.js";
import { renew, send } from "./parts.js";
import { Peer } from "./peer.js";

const SAMPLE = 3000, LOST_SHARE = 0.1, POOR_SAMPLES = 3, MOST_CUTS = 3;
const place = document.querySelector("[data-call]");
const servers = JSON.parse(place.dataset.ice);
const own = Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const peers = new Map(), tiles = new Map();
const cutsKey = `cuts ${place.dataset.call}`;
let stream = new MediaStream(), line, poor = 0, isOffline = false, wasCut = false;

const part = (name) => place.querySelector(`[data-role="${name}"]`);
const words = (name) => place.dataset[name] ?? "";

function tell(sentence) { if (part("status").textContent !== sentence) part("status").textContent = sentence; }

async function begin() {
  document.querySelectorAll("form[data-send]").forEach(send);
  const opened = await open(place.dataset.way);
  stream = opened.stream;
  if (opened.reason) note(words(`no${opened.reason[0].toUpperCase()}${opened.reason.slice(1)}`));
  showOwn();
  line = new Line(`${place.dataset.socket}?peer=${own}`);
  line.addEventListener("open", () => { line.send({ kind: "hello" }); tellState(); place.dataset.signalling = "open"; progress(); });
  line.addEventListener("lost", () => { place.dataset.signalling = "lost"; progress(); });
  line.addEventListener("over", ({ detail }) => detail === 4404 ? renew() : location.reload());
  line.addEventListener("message", ({ detail }) => heard(detail));
  setInterval(() => { persist(); sample(); }, SAMPLE);
  progress();
}

function heard(message) {
  if (message.kind === "changed") return renew();
  if (message.kind === "bye") return drop(message.from);
  const peer = peers.get(message.from) ?? meet(message);
  if (message.kind === "hello") line.send({ kind: "here", to: message.from });
  if (message.kind === "hello" || message.kind === "state") tellStateTo(message);
  if (message.kind === "description" || message.kind === "candidate") peer.take(message);
}

function tellStateTo(message) {
  if (message.kind === "hello") return tellState();
  tiles.get(message.from)?.classList.toggle("no-camera", !message.camera);
}

function meet({ from, name, party }) {
  const peer = new Peer({ id: from, isPolite: own > from, servers, send: (message) => line.send(message), stream });
  peers.set(from, peer);
  place.dataset.met ??= Math.round(performance.now());
  const tile = part("tile").content.firstElementChild.cloneNode(true);
  tile.querySelector("figcaption").textContent = name || words(party) || words("someone");
  const video = tile.querySelector("video");
  video.srcObject = peer.stream;
  video.addEventListener("playing", () => { place.dataset.firstFrame ??= Math.round(performance.now()); progress(); });
  part("others").append(tile);
  tiles.set(from, tile);
  peer.addEventListener("tracks", () => {
    tile.classList.toggle("no-camera", !peer.stream.getVideoTracks().some((track) => !track.muted));
    video.play().catch(() => { part("listen").hidden = false; });
  });
  peer.addEventListener("state", ({ detail }) => changed(peer, detail));
  progress();
  return peer;
}

function changed(peer, state) {
  tiles.get(peer.id)?.classList.toggle("is-cut", state === "disconnected" || state === "failed");
  if (state === "failed") setTimeout(() => peer.connection.connectionState === "failed" && line.isOpen && drop(peer.id), 30000);
  watch();
  progress();
}

// Cut is whoever has no network, or no way to one of the others; back when all are there again.
function watch() {
  const isCut = isOffline || [...peers.values()].some((peer) => ["disconnected", "failed"].includes(peer.connection.connectionState));
  if (isCut && !wasCut) cut();
  if (!isCut && wasCut) place.dataset.back = Math.round(performance.now());
  wasCut = isCut;
}

// The third cut is one too many: other ways are offered, and the act stays one.
function cut() {
  const count = Number(sessionStorage.getItem(cutsKey) ?? 0) + 1;
  sessionStorage.setItem(cutsKey, count);
  place.dataset.cuts = count;
  if (count >= MOST_CUTS) offerOthers();
}

function offerOthers() {
  const others = document.querySelector("[data-others]");
  if (!others || others.dataset.offered) return;
  others.dataset.offered = "yes";
  others.open = true;
  note(words("wordsCuts"));
}

function drop(id) {
  peers.get(id)?.close();
  peers.delete(id);
  tiles.get(id)?.remove();
  tiles.delete(id);
  progress();
}

function progress() {
  const states = [...peers.values()].map((peer) => peer.connection.connectionState);
  place.dataset.peers = states.filter((state) => state === "connected").length;
  part("alone").hidden = peers.size > 0;
  if (states.some((state) => state === "disconnected" || state === "failed")) return tell(words("reconnecting"));
  if (place.dataset.signalling === "lost") return tell(states.includes("connected") ? words("serverAway") : words("connecting"));
  tell(states.includes("connected") ? words("connected") : words("waiting"));
}

function showOwn() {
  const video = part("own");
  video.srcObject = stream;
  video.hidden = !stream.getVideoTracks().length;
  press(part("microphone"), stream.getAudioTracks().some((track) => track.enabled));
  press(part("camera"), stream.getVideoTracks().some((track) => track.enabled));
  part("microphone").disabled = !stream.getAudioTracks().length;
}

function press(button, isOn) {
  button.setAttribute("aria-pressed", isOn);
  button.querySelector("span").textContent = isOn ? button.dataset.off : button.dataset.on;
}

function tellState() {
  const isOn = (tracks) => tracks.some((track) => track.enabled && track.readyState === "live");
  line?.send({ kind: "state", camera: isOn(stream.getVideoTracks()), microphone: isOn(stream.getAudioTracks()) });
}

part("microphone").addEventListener("click", () => {
  stream.getAudioTracks().forEach((track) => { track.enabled = !track.enabled; });
  showOwn();
  tellState();
});

// Off is off: the camera's light goes out, and nothing is sent.
part("camera").addEventListener("click", async () => {
  const [track] = stream.getVideoTracks();
  try {
    if (track) { track.stop(); stream.removeTrack(track); } else stream.addTrack(await openCamera());
  } catch {
    note(words("noNone"));
  }
  for (const peer of peers.values()) await peer.put("video", stream.getVideoTracks()[0], stream);
  showOwn();
  tellState();
});

part("listen").addEventListener("click", () => {
  part("listen").hidden = true;
  place.querySelectorAll("video").forEach((video) => video.play());
});
document.querySelector("[data-renew]")?.addEventListener("click", () => peers.forEach((peer) => peer.restart()));
addEventListener("offline", () => { isOffline = true; watch(); });
addEventListener("online", () => { isOffline = false; peers.forEach((peer) => peer.restart()); watch(); });
addEventListener("pagehide", () => line?.send({ kind: "bye" }));

// Who has not come through for two samples is called again.
function persist() {
  for (const peer of peers.values()) {
    peer.missed = peer.isConnected || !line.isOpen ? 0 : (peer.missed ?? 0) + 1;
    if (peer.missed && peer.missed % (peer.isPolite ? 5 : 2) === 0) peer.retry(); // not both at once
  }
}

// A line that loses a tenth of what is sent, three times running, is too poor for a picture: sound alone is offered, not forced.
async function sample() {
  let received = 0, lost = 0;
  for (const peer of peers.values()) {
    for (const one of (await peer.connection.getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      received += one.packetsReceived ?? 0;
      lost += one.packetsLost ?? 0;
    }
  }
  const before = sample.before ?? { received, lost };
  sample.before = { received, lost };
  const share = (lost - before.lost) / Math.max(1, lost - before.lost + received - before.received);
  poor = share > LOST_SHARE ? poor + 1 : 0;
  if (poor === POOR_SAMPLES) note(words("poor"));
}

function note(sentence) {
  part("note").hidden = !sentence;
  part("note").textContent = sentence;
}

begin();
