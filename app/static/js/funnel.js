// Edits a funnel's steps in place: events are picked from a list that narrows while one types, and steps are added, moved
// and removed without a round trip. Without script the fields have the browser's own list and each button leads on.
(() => {
  "use strict";
  const form = document.querySelector("[data-funnel-form]");
  if (!form) return;
  const least = +form.dataset.least, most = +form.dataset.most;
  const choices = [...form.querySelectorAll("#events option")].map(({ value, dataset }) => ({
    value, name: dataset.name, events: dataset.events === undefined ? null : +dataset.events,
  }));
  const steps = form.querySelector("[data-steps]");
  const rows = () => [...steps.querySelectorAll("[data-step]")];
  const inputOf = (row) => row.querySelector("input[name=steps]");
  const fold = (text) => text.trim().toLowerCase();
  const amount = (events) => `${events.toLocaleString("en-US")} event${events === 1 ? "" : "s"}`;

  // 1 The list: an editable combobox (WAI-ARIA) ------------------------------------
  const list = Object.assign(document.createElement("ul"), { id: "event-list", className: "picker", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Events");
  let shown = [], active = -1, field = null;

  function fitted(input) {
    input.removeAttribute("list");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value);
  }

  function close() {
    if (!field) return;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    list.hidden = true;
    field = null;
    active = -1;
  }

  function mark(index) {
    active = index;
    shown.forEach(({ option }, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", shown[index].option.id);
    shown[index].option.scrollIntoView({ block: "nearest" });
  }

  function optionOf(choice, index) {
    const option = Object.assign(document.createElement("li"), { id: `event-${index}`, className: "picker__event" });
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("span"), { textContent: choice.value }));
    if (choice.events) option.append(Object.assign(document.createElement("span"), { className: "num", textContent: choice.events.toLocaleString("en-US") }));
    if (choice.name !== choice.value) option.append(Object.assign(document.createElement("code"), { textContent: choice.name }));
    option.addEventListener("mousedown", (event) => { event.preventDefault(); pick(choice); });
    return option;
  }

  function open(input, typed) {
    close();
    const wanted = typed ? fold(input.value) : "";
    shown = choices.filter(({ value, name }) => fold(value).includes(wanted) || name.includes(wanted)).map((choice, index) => ({ choice, option: optionOf(choice, index) }));
    if (!shown.length) return;
    const groups = [["In this period", shown.filter(({ choice }) => choice.events)], ["Not in this period", shown.filter(({ choice }) => !choice.events)]];
    list.replaceChildren(...groups.filter(([, group]) => group.length).flatMap(([text, group]) => {
      const head = Object.assign(document.createElement("li"), { className: "picker__head", textContent: text });
      head.setAttribute("role", "presentation");
      return [head, ...group.map(({ option }) => option)];
    }));
    input.parentElement.append(list);
    list.hidden = false;
    field = input;
    input.setAttribute("aria-expanded", "true");
    mark(typed && wanted ? 0 : -1);
  }

  function pick({ value }) {
    const input = field;
    input.value = value;
    close();
    describe(input);
  }

  function describe(input) {
    const row = input.closest("[data-step]"), says = row.querySelector("[data-says]");
    row.classList.remove("field--error");
    row.querySelector(".field__error")?.remove();
    input.removeAttribute("aria-invalid");
    const choice = choices.find(({ value, name }) => fold(value) === fold(input.value) || name === input.value.trim());
    const unseen = Boolean(input.value.trim()) && !choice?.events;
    says.textContent = choice?.events ? amount(choice.events) : unseen ? "No such events arrived in this period." : "";
    says.classList.toggle("step-edit__says--unseen", unseen);
  }

  rows().map(inputOf).forEach(fitted);
  steps.addEventListener("click", ({ target }) => { if (target.matches("input[name=steps]") && target !== field) open(target, false); });
  steps.addEventListener("input", ({ target }) => { open(target, true); describe(target); });
  steps.addEventListener("focusout", ({ target }) => { if (target === field) close(); });
  steps.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!target.matches("input[name=steps]")) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (target !== field) open(target, false);
      if (field) mark((active + (key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + shown.length) % shown.length);
    } else if (key === "Enter" && field && active >= 0) {
      event.preventDefault();
      pick(shown[active].choice);
    } else if (key === "Escape" && field) {
      // only the list closes, not the menu that it is in
      event.stopPropagation();
      close();
    }
  });

  // 2 The steps: rows move, and are numbered anew ------------------------------------------
  function numbered() {
    rows().forEach((row, place, all) => {
      const input = inputOf(row), says = row.querySelector("[data-says]");
      row.querySelector("[data-number]").textContent = place + 1;
      input.id = row.querySelector("label").htmlFor = `steps.${place}`;
      says.id = `steps.${place}-s`;
      input.setAttribute("aria-describedby", says.id);
      row.querySelectorAll("[data-move]").forEach((button) => {
        const way = button.dataset.move;
        button.value = `${way}:${place}`;
        button.setAttribute("aria-label", way === "remove" ? `Remove step ${place + 1}` : `Move step ${place + 1} ${way}`);
        button.disabled = { up: place === 0, down: place === all.length - 1, remove: all.length <= least }[way];
      });
    });
    form.querySelector("[data-move=add]").disabled = rows().length >= most;
  }

  const changes = {
    up: (row) => row.previousElementSibling?.before(row),
    down: (row) => row.nextElementSibling?.after(row),
    remove: (row) => row.remove(),
    add() {
      const row = rows().at(-1).cloneNode(true);
      row.querySelector(".picker")?.remove();
      inputOf(row).value = "";
      steps.append(row);
      describe(inputOf(row));
    },
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    close();
    const row = button.closest("[data-step]"), place = rows().indexOf(row);
    changes[button.dataset.move](row);
    numbered();
    const all = rows();
    const next = button.dataset.move === "add" ? inputOf(all.at(-1)) : button.dataset.move === "remove" ? inputOf(all[Math.min(place, all.length - 1)]) : button.disabled ? inputOf(row) : button;
    next.focus();
    if (button.dataset.move === "add") open(next, false);
  });
})();
