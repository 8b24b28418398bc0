// Arrow keys go from day to day, Home and End within the week, Page Up and Page Down to other months (ARIA grid keys, on plain links).
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

for (const calendar of document.querySelectorAll("[data-calendar]")) {
  calendar.addEventListener("keydown", (event) => {
    const days = [...calendar.querySelectorAll(".date")];
    const at = days.indexOf(event.target);
    if (at < 0) return;
    const step = STEPS[event.key] ?? { Home: -(at % 7), End: 6 - (at % 7) }[event.key];
    const turn = { PageUp: "prev", PageDown: "next" }[event.key];
    if (step === undefined && !turn) return;
    event.preventDefault();
    if (turn) calendar.querySelector(`[rel=${turn}]`).click();
    else days[at + step]?.focus();
  });
}
