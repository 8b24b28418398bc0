// The day by keyboard: what the page's links and forms do, under the fingers. Without it the page is the same, by tab and enter.
const day = document.querySelector("[data-day]");
const find = document.querySelector("[data-find]");
const shown = () => [...document.querySelectorAll("[data-slot]")].filter((one) => !one.hidden);
const current = () => document.activeElement?.closest?.("[data-slot]");
const kept = "booking-line"; // the line to come back to after a form

const go = (step) => {
  const all = shown();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.focus();
};
const follow = (selector) => document.querySelector(selector)?.click();
const press = (deed) => {
  const button = current()?.querySelector(`[data-deed="${deed}"]`);
  if (!button) return;
  sessionStorage.setItem(kept, String(shown().indexOf(current())));
  button.click();
};
const visit = (name) => {
  const address = current()?.dataset[name];
  if (address) location.assign(address);
};
const KEYS = {
  ArrowDown: () => go(1),
  ArrowUp: () => go(-1),
  ArrowLeft: () => follow("[data-before]"),
  ArrowRight: () => follow("[data-after]"),
  n: () => (current()?.classList.contains("free") ? visit("open") : follow("[data-new]")),
  a: () => press("arrive"),
  x: () => press("absent"),
  f: () => press("done"),
  m: () => visit("move"),
  p: () => print(),
  "/": () => find?.focus(),
  Enter: () => visit("open"),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.target;
  if (target === find && event.key === "Escape") {
    find.value = "";
    find.dispatchEvent(new Event("input"));
    go(1);
  }
  if (target.closest("input, select, textarea, dialog, [contenteditable]")) return;
  if (event.key === "Enter" && target.closest("a, button, summary")) return;
  const act = KEYS[event.key];
  if (!act || !day) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // the frame's own “/” would open its search
  act();
}, true);

find?.addEventListener("input", () => {
  const words = find.value.trim().toLocaleLowerCase();
  for (const one of document.querySelectorAll("[data-slot]")) one.hidden = words !== "" && !one.dataset.words.toLocaleLowerCase().includes(words);
});

const back = sessionStorage.getItem(kept);
if (back !== null) {
  sessionStorage.removeItem(kept);
  shown()[Number(back)]?.focus();
}
