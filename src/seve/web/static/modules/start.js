// The one script of every page: it loads what the page has need of, and nothing else. Pages work without it.
const WANTED = {
  "form[data-ceremony]": "passkeys",
  "details.menu": "menus",
  "form[data-look]": "look",
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
