// For those who work all day with it: Ctrl-K goes to a page by name, `g` and a letter too, `/` to the search field, `?` shows all keys.
import { List } from "./lists.js";

const template = document.querySelector("template#keys").content;
const palette = template.querySelector(".palette");
const help = template.querySelector(".help");
const hidden = [...template.querySelectorAll("a")];
document.body.append(palette, help);
const input = palette.querySelector("input");
const nothing = palette.querySelector("p");
const button = document.querySelector("[data-palette]");

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const ways = () => {
  const headings = [...document.querySelectorAll("main section[id] > h2")].map((one) => ({ name: one.textContent, go: `#${one.parentElement.id}` }));
  const links = [...document.querySelectorAll(".ways a"), ...hidden].map((one) => ({
    name: (one.querySelector(".long") ?? one).textContent, go: one.getAttribute("href"),
  }));
  return [...links, ...headings];
};

const go = (address) => {
  palette.close();
  location.assign(address);
};
const list = new List(input, palette.querySelector("ul"), (option) => go(option.dataset.go));
const show = () => {
  const words = plain(input.value).split(/\s+/);
  const found = ways().filter((one) => words.every((word) => plain(one.name).includes(word)));
  list.show(found.map((one) => {
    const option = Object.assign(document.createElement("li"), { textContent: one.name });
    option.dataset.go = one.go;
    return option;
  }));
  list.mark(list.options[0] ?? null);
  nothing.hidden = found.length > 0;
};
const open = () => {
  input.value = "";
  show();
  palette.showModal();
};

button.hidden = false;
button.addEventListener("click", open);
input.addEventListener("input", show);
palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

let began = 0;
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (palette.open) palette.close(); else open();
    return;
  }
  const isTyping = event.target.closest?.("input, select, textarea, [contenteditable], dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") help.showModal();
  else if (event.key === "/") {
    const search = document.querySelector("main input[type=search], main .find input");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "g") began = event.timeStamp;
  else if (event.timeStamp - began < 1500) {
    began = 0;
    const way = [...document.querySelectorAll(".ways a"), ...hidden].find((one) => one.dataset.letter === event.key);
    if (way) go(way.getAttribute("href"));
  }
});
