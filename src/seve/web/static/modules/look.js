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
