// Sorting takes the sorted table out of the page that the link leads to: place and focus stay. The address is the same as without script.
const sorted = async (link) => {
  const place = link.closest("[data-sort]");
  const at = [...place.querySelectorAll("th a")].indexOf(link);
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const all = [...document.querySelectorAll("[data-sort]")];
  const found = page.querySelectorAll("[data-sort]")[all.indexOf(place)];
  if (!answer.ok || !found) {
    location.assign(link.href);
    return;
  }
  place.replaceChildren(...found.childNodes);
  history.replaceState(null, "", link.href);
  place.querySelectorAll("th a")[at]?.focus();
};

addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-sort] th a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  sorted(link);
});
