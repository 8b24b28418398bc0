// Asks before a page is left whose form was changed and not sent; the browser has the words.
const changed = new Set();

for (const form of document.querySelectorAll("form[data-guard]")) {
  form.addEventListener("input", () => changed.add(form));
  form.addEventListener("reset", () => changed.delete(form));
  form.addEventListener("submit", () => changed.delete(form));
}
addEventListener("beforeunload", (event) => { if (changed.size) event.preventDefault(); });
