// The one script of every page: menus and the look, which all have, and it loads what else the page has need of. Pages work without it.
const WANTED = {
  "form[data-ceremony]": "passkeys",
  "template#keys": "keys",
  "[data-dialog]": "dialogs",
  "[data-toast]": "toasts",
  "[data-suggest]": "suggestions",
  "[data-calendar]": "calendar",
  "[data-chart]": "charts",
  "[data-sort]": "sort",
  "form[data-guard]": "guard",
  "[data-drop]": "drop",
  "form[data-push]": "push",
};

for (const [selector, name] of Object.entries(WANTED)) {
  if (document.querySelector(selector)) import(`./${name}.js`);
}
addEventListener("load", () => document.querySelector("[role=alert][tabindex]")?.focus()); // after the browser went to the address's fragment
if ("serviceWorker" in navigator && window.isSecureContext) {
  const without = () => undefined; // a private window has no worker: the site is then as it is without one
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(without));
}

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

// Theme and density change at once; the server keeps the choice.
for (const form of document.querySelectorAll("form[data-look]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, value } = event.submitter;
    document.documentElement.dataset[name] = value;
    for (const button of form.querySelectorAll(`[name="${name}"]`)) {
      button.setAttribute("aria-pressed", String(button.value === value));
    }
    await fetch(form.action, { method: "POST", body: new URLSearchParams({ [name]: value }), redirect: "manual" });
  });
}
