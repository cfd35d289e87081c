// The filter menu of the dashboards: values as one types, any number of filters, then one way to the page. Without script
// its form asks one filter at a time.
const form = document.querySelector("form[data-filter]");
if (form) start(form);

function start(form) {
  const SUFFIX = { is: "", none: "", not: "_not", any: "_not", contains: "_contains" };
  const OF_FORM = ["field", "op", "value", "typed", "shown"];
  const PAUSE = 150; // milliseconds after a key, in which the next one comes
  const menu = form.closest("details");
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const search = part("search"), list = part("values"), show = part("show");
  const edited = new Map(); // by dimension: `op`, `was` in the address, `values` with their names, `text` it contains
  let field = "", listed = null, timer = 0, request = null;

  const here = () => new URLSearchParams(location.search);
  const links = [...form.querySelectorAll("[data-field]")];
  const labelOf = (name) => links.find((link) => link.dataset.field === name)?.textContent ?? name;
  const picks = (op) => op === "is" || op === "not";

  function conditionOf(name, op) {
    const params = here();
    const was = op ?? ["is", "not", "contains"].find((each) => params.has(name + SUFFIX[each])) ?? "is";
    const values = params.getAll(name + SUFFIX[was]);
    const text = was === "contains" && values.length === 1 ? values[0] : "";
    return { op: was, was, values: new Map(text ? [] : values.map((value) => [value, value])), text };
  }

  // What the address will hold. Of several texts each is picked, and one more can be typed.
  function valuesOf({ op, values, text }) {
    if (op === "none" || op === "any") return [""];
    return op === "contains" && text.trim() ? [...values.keys(), text.trim()] : [...values.keys()];
  }

  function select(name, op) {
    field = name;
    if (op || !edited.has(name)) edited.set(name, conditionOf(name, op));
    links.forEach((link) => link.toggleAttribute("aria-current", false));
    links.find((link) => link.dataset.field === name)?.setAttribute("aria-current", "true");
    part("hint").hidden = true;
    part("side").hidden = false;
    part("typed").hidden = true;
    part("legend").textContent = labelOf(name);
    list.setAttribute("aria-label", `${labelOf(name)}, with sessions`);
    draw();
    load();
  }

  function draw() {
    const condition = edited.get(field);
    const { op } = condition;
    const coded = "coded" in links.find((link) => link.dataset.field === field).dataset;
    form.querySelectorAll("[name=op]").forEach((radio) => {
      radio.checked = radio.value === op;
      if (radio.value === "contains") radio.parentElement.hidden = coded && op !== "contains";
    });
    search.hidden = op === "none" || op === "any";
    list.hidden = op === "none" || op === "any" || (op === "contains" && !condition.values.size);
    if (op === "contains") list.replaceChildren(...[...condition.values.keys()].map((value) => row({ value, name: value, sessions: null })));
    search.value = op === "contains" ? condition.text : "";
    search.placeholder = op === "contains" ? "Text" : "Search";
    search.setAttribute("aria-label", op === "contains" ? `Text that ${labelOf(field).toLowerCase()} contains` : `Search values of ${labelOf(field).toLowerCase()}`);
    part("status").textContent = "";
    label();
  }

  function label() {
    const changes = [...edited.values()].filter((each) => valuesOf(each).length);
    const { op } = edited.get(field);
    const number = valuesOf(edited.get(field)).length;
    const these = number === 1 ? "this one" : `these ${number}`;
    show.textContent = changes.length > 1
      ? `Show with ${changes.length} filters`
      : picks(op) && number ? `${op === "is" ? "Show" : "Leave out"} ${these}` : "Show";
    links.forEach((link) => {
      const name = link.dataset.field;
      const params = here();
      const has = edited.has(name)
        ? valuesOf(edited.get(name)).length > 0
        : ["is", "not", "contains"].some((each) => params.has(name + SUFFIX[each]));
      link.classList.toggle("filter__has", has);
    });
  }

  async function load() {
    const { op } = edited.get(field);
    if (!picks(op)) return;
    request?.abort();
    request = new AbortController();
    const url = new URL(form.dataset.filter, location.href);
    const text = search.value.trim();
    url.searchParams.set("field", field);
    if (text) url.searchParams.set("q", text);
    const asked = { field, text };
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: request.signal });
      if (!answer.ok) throw new Error(answer.status);
      const { data, meta } = await answer.json();
      if (asked.field !== field) return;
      listed = asked;
      fill(data, text);
      part("status").textContent = !data.length
        ? text ? `No value matches “${text}”.` : "No visits in this period have a value."
        : meta.more ? `The ${data.length} most frequent. Type to find others.` : `${data.length} value${data.length === 1 ? "" : "s"}. Numbers are sessions.`;
    } catch (error) {
      if (error.name === "AbortError" || asked.field !== field) return;
      list.replaceChildren();
      part("status").textContent = "We couldn’t load the values. Try again.";
    }
  }

  // A list that is replaced keeps the focus where it was.
  function fill(data, text) {
    const { values } = edited.get(field);
    data.forEach(({ value, name }) => { if (values.has(value)) values.set(value, name); });
    const known = new Set(data.map(({ value }) => value));
    const others = text ? [] : [...values].filter(([value]) => !known.has(value)).map(([value, name]) => ({ value, name, sessions: null }));
    const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
    list.replaceChildren(...[...others, ...data].map(row));
    if (focused !== null) boxes().find((box) => box.value === focused)?.focus();
  }

  function row({ value, name, sessions }) {
    const label = document.createElement("label"), box = document.createElement("input"), text = document.createElement("span");
    label.className = "check";
    Object.assign(box, { type: "checkbox", name: "value", value, checked: edited.get(field).values.has(value), autocomplete: "off" });
    box.dataset.name = name;
    text.textContent = name;
    label.append(box, text);
    if (sessions !== null) {
      const count = document.createElement("span");
      count.className = "muted num push";
      count.textContent = sessions.toLocaleString("en-US");
      label.append(count);
    }
    return label;
  }

  const boxes = () => [...list.querySelectorAll("input")];

  function pick(box) {
    const { values } = edited.get(field);
    if (box.checked) values.set(box.value, box.dataset.name ?? box.value);
    else values.delete(box.value);
    label();
  }

  // Enter in the search picks the first value found; with nothing typed it shows the page.
  async function pickFirst() {
    clearTimeout(timer);
    if (listed?.field !== field || listed.text !== search.value.trim()) await load();
    const box = boxes().find((each) => !each.checked) ?? boxes()[0];
    if (!box) return;
    box.checked = true;
    pick(box);
    search.value = "";
    load();
  }

  function go() {
    const params = here();
    OF_FORM.forEach((name) => params.delete(name));
    edited.forEach((condition, name) => {
      params.delete(name + SUFFIX[condition.was]);
      const parameter = name + SUFFIX[condition.op], values = valuesOf(condition);
      const kept = params.getAll(parameter);
      params.delete(parameter);
      new Set([...kept, ...values]).forEach((value) => params.append(parameter, value));
    });
    const query = params.toString();
    location.assign(form.getAttribute("action") + (query ? `?${query}` : ""));
  }

  function enter(name, op) {
    select(name, op);
    if (matchMedia("(pointer: fine)").matches && !search.hidden) search.focus();
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  form.addEventListener("click", (event) => {
    const link = event.target.closest("[data-field]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      enter(link.dataset.field);
    }
  });
  part("clear").addEventListener("click", (event) => {
    event.preventDefault();
    const condition = edited.get(field);
    Object.assign(condition, { op: condition.was, values: new Map(), text: "" });
    draw();
    load();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "op") {
      const condition = edited.get(field);
      if (picks(condition.op) !== picks(event.target.value)) condition.values = new Map(); // texts are no values
      condition.op = event.target.value;
      draw();
      load();
    } else if (event.target.name === "value") pick(event.target);
  });
  search.addEventListener("input", () => {
    const condition = edited.get(field);
    clearTimeout(timer);
    if (condition.op === "contains") {
      condition.text = search.value;
      label();
    } else timer = setTimeout(load, PAUSE);
  });
  form.addEventListener("keydown", (event) => {
    if (event.target === search && event.key === "Enter" && picks(edited.get(field).op) && search.value.trim()) {
      event.preventDefault();
      pickFirst();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [search, ...boxes()];
    const at = stops.indexOf(event.target);
    if (at < 0 || list.hidden) return;
    event.preventDefault();
    stops[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), stops.length - 1)].focus();
  });
  menu.addEventListener("toggle", () => { if (menu.open) enter(field || links[0].dataset.field); });
  document.querySelectorAll(".chip__edit").forEach((chip) => chip.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // a click outside closes menus
    field = chip.dataset.field;
    edited.set(field, conditionOf(field, chip.dataset.op));
    if (menu.open) enter(field); else menu.open = true;
  }));
  const asked = here();
  if (menu.open && asked.get("field")) enter(asked.get("field"), SUFFIX[asked.get("op")] === undefined ? undefined : asked.get("op"));
}
