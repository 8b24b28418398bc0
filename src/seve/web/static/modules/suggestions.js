// A search field that proposes what the server knows; without script it is a plain field.
import { List } from "./lists.js";

const WAIT = 150;

const option = ({ value, label, hint }) => {
  const made = document.createElement("li");
  made.dataset.value = value;
  made.append(label, Object.assign(document.createElement("small"), { textContent: hint ?? "" }));
  return made;
};

const enliven = (input) => {
  const list = Object.assign(document.createElement("ul"), { className: "suggested", hidden: true, id: `${input.id}-list` });
  const told = Object.assign(document.createElement("span"), { className: "skip" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`).textContent);
  told.setAttribute("aria-live", "polite");
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) {
    input.setAttribute(name, value);
  }
  input.after(list, told);
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const options = new List(input, list, (chosen) => {
    input.value = chosen.dataset.value;
    close();
  });
  let timer = 0;
  let asked = "";
  const ask = async () => {
    asked = input.value.trim();
    if (!asked) return close();
    const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: asked })}`);
    const found = answer.ok ? await answer.json() : [];
    if (asked !== input.value.trim()) return;
    options.show(found.map(option));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    told.textContent = found.length ? input.dataset.some.replace("{number}", found.length) : input.dataset.none;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
};

for (const input of document.querySelectorAll("[data-suggest]")) enliven(input);
