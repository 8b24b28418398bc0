// What a page says at its head is also shown for a while at the foot, where the eye is; it stays as long as it is looked at.
const SECONDS = 8;
const place = document.querySelector(".toasts");

export const toast = (sentence) => {
  const shown = document.createElement("div");
  const close = document.createElement("button");
  shown.className = "toast";
  shown.append(Object.assign(document.createElement("span"), { textContent: sentence }), close);
  close.textContent = "×";
  close.setAttribute("aria-label", place.dataset.close);
  let timer = 0;
  const wait = () => { timer = setTimeout(() => shown.remove(), SECONDS * 1000); };
  for (const name of ["pointerenter", "focusin"]) shown.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) shown.addEventListener(name, wait);
  close.addEventListener("click", () => shown.remove());
  place.append(shown);
  wait();
};

for (const said of document.querySelectorAll("[data-toast]")) {
  if (said.dataset.toast !== "button") {
    toast(said.textContent);
    continue;
  }
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: said.dataset.label });
  button.addEventListener("click", () => toast(said.textContent));
  said.replaceWith(button);
}
