// Writing the note beside the call: the page of the note is asked for and its form put into a panel; without script it is a tab of its own.
import { send } from "./parts.js";

const opener = document.querySelector("[data-note]");
const panel = document.querySelector("[data-note-panel]");
let isChanged = false;

async function show(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  const page = answer?.ok && !answer.redirected && new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page && page.querySelector("[data-writing]");
  if (!fresh) return open(address, "_blank", "noopener"); // a tab of its own still can
  panel.querySelector("[data-note-place]").replaceChildren(...fresh.childNodes);
  panel.hidden = false;
  isChanged = false;
  panel.querySelector("nav")?.addEventListener("click", choose);
  panel.querySelectorAll("form[data-send]").forEach((form) => {
    form.addEventListener("input", () => { isChanged = true; });
    form.addEventListener("reset", () => { isChanged = false; });
    send(form);
  });
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("h2").focus();
}

// Another template begins the note anew: only when nothing was typed yet, or it is meant so.
function choose(event) {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  if (!isChanged || confirm(panel.dataset.anew)) show(link.href);
}

opener?.addEventListener("click", (event) => {
  event.preventDefault();
  if (panel.hidden) show(opener.href);
  else panel.querySelector("h2").focus();
});
panel?.querySelector("[data-note-close]").addEventListener("click", () => { panel.hidden = true; opener.focus(); });
addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
