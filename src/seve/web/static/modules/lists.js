// One option of a list is chosen with the arrow keys while the cursor stays in the field (ARIA combobox).
export class List {
  constructor(input, list, choose) {
    this.input = input;
    this.list = list;
    this.choose = choose;
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) choose(option);
    });
    input.addEventListener("keydown", (event) => this.#press(event));
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get chosen() {
    return this.list.querySelector("[aria-selected=true]");
  }

  show(options) {
    this.list.replaceChildren(...options);
    options.forEach((option, index) => {
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("role", "option");
    });
    this.mark(null);
  }

  mark(option) {
    for (const one of this.options) one.setAttribute("aria-selected", String(one === option));
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = this.options;
    if (step && all.length) {
      event.preventDefault();
      const at = all.indexOf(this.chosen);
      this.mark(all[(at + step + all.length + (at < 0 && step < 0 ? 1 : 0)) % all.length]);
    } else if (event.key === "Enter" && this.chosen && !this.list.hidden) {
      event.preventDefault();
      this.choose(this.chosen);
    }
  }
}
