// One other person in the call. The first offer is made by one side only; after that both may offer at any time, and of two offers
// that cross each other the polite side's gives way (RFC 8829, W3C's perfect negotiation).
const PATIENCE = 4000;

export class Peer extends EventTarget {
  #send; #isPolite; #isOffering = false; #isIgnoring = false; #candidates = []; #work = Promise.resolve(); #timer;

  constructor({ id, isPolite, servers, send, stream }) {
    super();
    this.id = id;
    this.#send = (message) => send({ ...message, to: id });
    this.#isPolite = isPolite;
    this.stream = new MediaStream();
    this.connection = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle" });
    this.#listen();
    stream.getTracks().forEach((track) => this.connection.addTrack(track, stream));
    if (!isPolite) this.#receive(stream);
  }

  get isPolite() { return this.#isPolite; }

  get isConnected() { return this.connection.connectionState === "connected"; }

  // What came from the other side, one after the other.
  take(message) {
    this.#work = this.#work.then(() => this.#take(message)).catch((error) => this.#tell("trouble", error.name));
  }

  restart() {
    if (this.connection.signalingState !== "closed") this.connection.restartIce();
  }

  // What was said may have been lost with a server or a line: an offer without an answer is made again, else new ways are looked for.
  retry() {
    if (this.connection.signalingState === "have-local-offer") this.#describe();
    else this.restart();
  }

  // Puts a track in the place of the one of its kind, adds or takes it away.
  async put(kind, track, stream) {
    const sender = this.connection.getSenders().find((one) => one.track?.kind === kind);
    if (sender && track) return sender.replaceTrack(track);
    if (sender) return this.connection.removeTrack(sender);
    if (track) this.connection.addTrack(track, stream);
  }

  close() {
    clearTimeout(this.#timer);
    this.connection.close();
  }

  // Who offers first asks for picture and sound, whatever they can send themselves.
  #receive(stream) {
    const own = new Set(stream.getTracks().map((track) => track.kind));
    for (const kind of ["audio", "video"]) if (!own.has(kind)) this.connection.addTransceiver(kind, { direction: "recvonly" });
  }

  #listen() {
    const connection = this.connection;
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => candidate && this.#send({
      kind: "candidate", candidate: candidate.candidate, mid: candidate.sdpMid ?? "", line: candidate.sdpMLineIndex ?? 0,
      fragment: candidate.usernameFragment ?? "",
    });
    connection.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      track.onmute = track.onunmute = track.onended = () => this.#tell("tracks");
      this.#tell("tracks");
    };
    connection.onconnectionstatechange = () => this.#watch();
  }

  async #offer() {
    if (this.#isPolite && !this.connection.remoteDescription) return; // the other side begins
    try {
      this.#isOffering = true;
      await this.connection.setLocalDescription();
      this.#describe();
    } catch (error) {
      this.#tell("trouble", error.name);
    } finally {
      this.#isOffering = false;
    }
  }

  #describe() {
    const { type, sdp } = this.connection.localDescription;
    this.#send({ kind: "description", type, sdp });
  }

  async #take(message) {
    if (message.kind === "description") await this.#takeDescription(message);
    else if (this.#isIgnoring || !this.connection.remoteDescription) this.#candidates.push(message);
    else await this.#takeCandidate(message);
  }

  async #takeDescription({ type, sdp }) {
    const isGlare = type === "offer" && (this.#isOffering || this.connection.signalingState !== "stable");
    this.#isIgnoring = isGlare && !this.#isPolite;
    if (this.#isIgnoring || (type === "answer" && this.connection.signalingState !== "have-local-offer")) return;
    await this.connection.setRemoteDescription({ type, sdp });
    const kept = this.#candidates.splice(0); // some may be of an offer that was given up: those are of no use, and no harm
    await Promise.allSettled(kept.map((one) => this.#takeCandidate(one)));
    if (type === "offer") {
      await this.connection.setLocalDescription();
      this.#describe();
    }
  }

  async #takeCandidate({ candidate, mid, line, fragment }) {
    await this.connection.addIceCandidate({ candidate, sdpMid: mid, sdpMLineIndex: line, usernameFragment: fragment || undefined });
  }

  // A connection that broke off is given a moment, then new ways are looked for.
  #watch() {
    const state = this.connection.connectionState;
    clearTimeout(this.#timer);
    this.#tell("state", state);
    if (state === "failed") this.restart();
    if (state === "disconnected") this.#timer = setTimeout(() => this.restart(), PATIENCE);
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}
