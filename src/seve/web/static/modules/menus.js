// A menu closes on Escape, and when something else is pressed.
const open = () => document.querySelectorAll("details.menu[open]");

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
addEventListener("pointerdown", (event) => {
  for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});
