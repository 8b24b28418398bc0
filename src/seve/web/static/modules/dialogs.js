// What stands below its button without script opens as a dialog with it; focus goes back to the button.
for (const details of document.querySelectorAll("[data-dialog]")) {
  const summary = details.querySelector("summary");
  const content = details.querySelector("[role=group]");
  const dialog = document.createElement("dialog");
  const button = document.createElement("button");
  button.type = "button";
  button.className = summary.className.replace("button", "").trim();
  button.append(...summary.childNodes);
  button.setAttribute("aria-haspopup", "dialog");
  dialog.setAttribute("aria-labelledby", content.getAttribute("aria-labelledby"));
  dialog.append(...content.childNodes);
  details.replaceWith(button, dialog);
  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dismiss]")) dialog.close();
  });
}
