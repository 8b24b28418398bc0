// Camera, microphone and network, tried one after the other; each says what it found and what helps.
import { loudness, open } from "./devices.js";

const LONGEST = 8000;
const place = document.querySelector("[data-trying]");
const say = (name, result) => {
  const row = place.querySelector(`[data-try="${name}"]`);
  row.dataset.result = result;
  row.querySelector("output").textContent = row.dataset[result] ?? "";
};

async function start() {
  place.querySelector("[data-start]").disabled = true;
  const { stream, reason } = await open("video");
  const camera = stream.getVideoTracks().length, microphone = stream.getAudioTracks().length;
  say("camera", camera ? "good" : reason || "none");
  say("microphone", microphone ? "good" : reason || "none");
  place.querySelector("video").srcObject = stream;
  place.querySelector("video").hidden = !camera;
  if (microphone) loudness(stream, (level) => { place.querySelector("meter").value = level; });
  say("network", await network());
  place.querySelector("[data-advice]").hidden = false;
  place.querySelector("[data-advice]").textContent = place.dataset[camera ? "ready" : microphone ? "audio" : "messages"];
}

// Two connections of this page with each other, as two people would have: by the servers of a call, with a message that comes back.
async function network() {
  if (!navigator.onLine) return "none";
  const servers = JSON.parse(place.dataset.ice);
  const [one, other] = [0, 1].map(() => new RTCPeerConnection({ iceServers: servers }));
  one.onicecandidate = ({ candidate }) => candidate && other.addIceCandidate(candidate);
  other.onicecandidate = ({ candidate }) => candidate && one.addIceCandidate(candidate);
  const channel = one.createDataChannel("try");
  other.ondatachannel = ({ channel: echo }) => { echo.onmessage = ({ data }) => echo.send(data); };
  try {
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    await within(new Promise((done) => { channel.onopen = done; }));
    const began = performance.now();
    await within(new Promise((done) => { channel.onmessage = done; channel.send("?"); }));
    const answer = await fetch(place.dataset.health, { cache: "no-store" });
    return answer.ok && performance.now() - began < 1500 ? "good" : "slow";
  } catch {
    return "none";
  } finally {
    one.close();
    other.close();
  }
}

function within(promise) {
  return Promise.race([promise, new Promise((_, fail) => { setTimeout(() => fail(new Error("too slow")), LONGEST); })]);
}

place.querySelector("[data-start]").addEventListener("click", start);
place.querySelector("[data-start]").disabled = false;
