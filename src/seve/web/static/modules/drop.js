// A file may be dropped onto its field; its name and size are told.
const UNITS = ["B", "kB", "MB", "GB"];
const size = (bytes) => {
  const unit = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Math.round(bytes / 1000 ** unit)} ${UNITS[unit].replace("B", document.documentElement.lang === "fr" ? "o" : "B")}`;
};

for (const place of document.querySelectorAll("[data-drop]")) {
  const input = place.querySelector("input");
  const list = document.createElement("ul");
  list.setAttribute("aria-live", "polite");
  place.append(list);
  place.querySelector("[data-drop-words]").hidden = false;
  const tell = () => list.replaceChildren(...[...input.files].map((file) => Object.assign(document.createElement("li"), { textContent: `${file.name}, ${size(file.size)}` })));
  input.addEventListener("change", tell);
  for (const name of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("is-over", name === "dragover");
    });
  }
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length || input.disabled) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
