// A websocket that comes back by itself. What could not be sent meanwhile is sent then, oldest first.
const FIRST_WAIT = 250, LONGEST_WAIT = 3000, STAY = 12000, MOST_WAITING = 200;
const FINAL = new Set([4401, 4403, 4404]); // signed out, or no business here any more: asking again changes nothing

export class Line extends EventTarget {
  #path; #socket; #wait = FIRST_WAIT; #waiting = []; #isOver = false; #timer;

  constructor(path) {
    super();
    this.#path = path;
    this.#connect();
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    setInterval(() => this.isOpen && this.send({ kind: "stay" }), STAY);
  }

  get isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  send(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
    else if (message.kind !== "stay" && this.#waiting.length < MOST_WAITING) this.#waiting.push(message);
  }

  end() {
    this.#isOver = true;
    this.#socket?.close();
  }

  #connect() {
    const address = new URL(this.#path, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = this.#socket = new WebSocket(address);
    socket.onopen = () => {
      this.#wait = FIRST_WAIT;
      this.dispatchEvent(new Event("open"));
      this.#waiting.splice(0).forEach((message) => this.send(message));
    };
    socket.onmessage = ({ data }) => this.dispatchEvent(new CustomEvent("message", { detail: JSON.parse(data) }));
    socket.onclose = ({ code }) => {
      if (this.#isOver) return;
      this.#isOver = FINAL.has(code);
      this.dispatchEvent(new CustomEvent(this.#isOver ? "over" : "lost", { detail: code }));
      if (!this.#isOver) this.#later();
    };
  }

  #later() {
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.6, LONGEST_WAIT);
  }

  #hurry() {
    if (this.#isOver || this.#socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.#timer);
    this.#wait = FIRST_WAIT;
    this.#connect();
  }
}
