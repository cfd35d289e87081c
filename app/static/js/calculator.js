// The calculator in a browser: suggestions while typing, sliders beside the hours, a result that follows them,
// and the five moments of a visit. Every page works without it.
"use strict";
const main = document.getElementById("main");
const page = main.dataset;
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// What this tab remembers of the visit. It remembers nothing where storage is blocked, where the tracker was not let in
// (some browsers keep out any file of that name), and of someone who does not want to be tracked.
const silent = window.mingus?.silent ?? true;
const memory = {
  get(key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { if (!silent) sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* blocked */ } },
};

function later(milliseconds, action) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), milliseconds);
  };
}

// A fragment in the address keeps `autofocus` from working, and scrolls until the page has loaded. The last summary is
// the one beside the form it speaks of.
if (location.hash) addEventListener("load", () => all(".error-summary").at(-1)?.focus());

// 1 The moments --------------------------------------------------------------
// A question counts when the server has taken its answer: the page it leads to says so. `mingus.sent` waits for that
// page; `mingus.done` holds what has been counted for a draft, so that going back and sending again counts once.

const done = memory.get("mingus.done") ?? {};

function once(moment, report) {
  if (silent || done[moment]) return;
  done[moment] = 1;
  memory.set("mingus.done", done);
  report();
}

function countAnswer() {
  const sent = memory.get("mingus.sent");
  memory.set("mingus.sent", null);
  if (!sent || !page.draft || find(".error-summary") || Number(page.answered) < sent.question) return;
  if (sent.draft && sent.draft !== page.draft) return;
  once(`${page.draft}:${sent.question}`, () => trackStepCompleted(sent.question, sent.seconds));
  if (page.view === "result" && sent.question === 4) {
    const { title, industry, risk, occupation, experience, education } = page;
    const more = Object.fromEntries(Object.entries({ occupation, experience, education }).filter(([, value]) => value));
    once(`${page.draft}:submitted`, () => trackAssessmentSubmitted(title, industry, risk, more));
  }
}

function timeQuestion() {
  const key = `${page.draft}:${page.question}`;
  const shown = memory.get("mingus.shown");
  const since = shown?.key === key ? shown.since : Date.now();
  memory.set("mingus.shown", { key, since });
  for (const form of all("form[method=post]")) {
    form.addEventListener("submit", () => {
      const seconds = Math.round((Date.now() - since) / 100) / 10;
      memory.set("mingus.sent", { draft: page.draft, question: Number(page.question), seconds });
    });
  }
}

function watchOffer() {
  const offer = find("[data-offer]");
  if (!offer) return;
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.intersectionRatio >= 0.5)) return;
    watcher.disconnect();
    once(`${page.draft}:offer`, () => trackOfferViewed());
  }, { threshold: 0.5 });
  watcher.observe(offer);
}

function takeUpgrades() {
  const button = find("[data-upgrade]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    find("[data-upgrade-status]").textContent = find("[data-upgrade-noted]").content.textContent;
    if (!silent) trackUpgradeClicked();
  });
}

// A page that was prerendered, or opened in a tab behind, counts from when it is first in sight: perhaps it never is.
function whenSeen(action) {
  if (document.hidden) document.addEventListener("visibilitychange", action, { once: true });
  else action();
}

whenSeen(() => {
  countAnswer();
  if (page.question) timeQuestion();
  if (page.question === "1" && !page.draft && !find(".error-summary")) {
    once(`opened:${find("input[name=session_id]").value}`, () => trackCalculatorOpened());
  }
  watchOffer();
});
takeUpgrades();

// 2 The job title: an editable combobox with a list (WAI-ARIA) ---------------
function combobox(lookup) {
  const input = find("input[name=q]", lookup);
  const choose = find("[data-choose]");
  const status = find("[data-found]", lookup);
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "combo__list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggested jobs");
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })) {
    input.setAttribute(name, value);
  }
  let found = { matches: [] }, active = -1, typed = input.value, waiting;

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(-1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  function offer() {
    list.replaceChildren(...found.matches.map((match, index) => {
      const option = document.createElement("li");
      option.id = `suggestion-${index}`;
      option.className = "combo__option";
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const title = document.createElement("span");
      title.textContent = match.title;
      option.append(title);
      if (match.matched.toLowerCase() !== match.title.toLowerCase()) {
        const note = document.createElement("span");
        note.className = "combo__note";
        note.textContent = `also called ${match.matched}`;
        option.append(" ", note);
      }
      option.addEventListener("click", () => pick(index));
      return option;
    }));
    active = -1;
    show(found.matches.length > 0);
    const count = found.matches.length;
    status.textContent = count ? `${count} ${count === 1 ? "job" : "jobs"} found. Use the arrow keys to choose.` : "No job found. Try a plainer title.";
  }

  const suggest = later(150, async () => {
    const text = input.value.trim();
    waiting?.abort();
    if (text.length < 2) return show(false);
    waiting = new AbortController();
    try {
      const answer = await fetch(`/api/calculator/occupations?q=${encodeURIComponent(text)}`, { signal: waiting.signal });
      if (!answer.ok) return;
      found = await answer.json();
      found.matches = found.matches.filter((match) => match.confidence >= Number(choose.dataset.faint));
      if (document.activeElement === input) offer();
    } catch { /* a newer search has begun, or there is no network: the Find button still works */ }
  });

  function badge(index) {
    if (index === 0 && found.exact) return "Exact match";
    return found.matches[index].confidence >= Number(choose.dataset.close) ? "Close" : "Possible";
  }

  // Fill the same radio buttons that the server would have rendered.
  function pick(chosen) {
    const rows = found.matches.map((match, index) => {
      const row = find("[data-choice]").content.firstElementChild.cloneNode(true);
      const radio = find("input", row), label = find(".badge", row);
      radio.value = match.code;
      radio.checked = index === chosen;
      if (index === 0) radio.id = "occupation";
      find(".choice__title", row).textContent = match.title;
      label.textContent = badge(index);
      label.classList.toggle("badge--accent", label.textContent === "Exact match");
      find(".choice__text", row).textContent = match.matched.toLowerCase() === match.title.toLowerCase() ? "" : `“${match.matched}” is one of its titles.`;
      return row;
    });
    const none = find("input[value=none]", choose).closest("label");
    find("input", none).checked = false;
    find("[data-choices]", choose).replaceChildren(...rows, none);
    const sure = found.exact && rows.length === 1;
    find("[data-ask]", choose).textContent = sure ? "Is this it?" : "Which is closest?";
    find("[data-count]", choose).textContent = sure ? "" : `${rows.length} ${rows.length === 1 ? "suggestion" : "suggestions"}`;
    choose.elements.job_title.value = typed.trim();
    input.value = found.matches[chosen].title;
    choose.hidden = false;
    find("button", lookup).classList.remove("btn--primary");
    show(false);
    status.textContent = `${found.matches[chosen].title} chosen. Press Enter to continue.`;
  }

  input.addEventListener("input", () => {
    typed = input.value;
    choose.hidden = true;
    find("[data-empty]")?.remove();
    suggest();
  });
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1, open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (last < 0) return;
      event.preventDefault();
      if (!open) show(true);
      if (event.altKey) return event.key === "ArrowUp" ? show(false) : undefined;
      const down = event.key === "ArrowDown";
      mark(down ? (active < last ? active + 1 : 0) : (active > 0 ? active - 1 : last));
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      pick(active);
    } else if (event.key === "Enter" && !choose.hidden && find(":checked", choose)) {
      event.preventDefault();
      choose.requestSubmit();
    } else if (event.key === "Escape") {
      if (open) show(false);
      else input.value = "";
    }
  });
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault());
}
if (find("[data-lookup]")) combobox(find("[data-lookup]"));

// 3 The week: a slider beside each number, and the total ---------------------
// Hours as typed; none where the field is empty or cannot be read.
function hoursIn(field) {
  const hours = Number(field.value);
  return hours >= 0 && hours <= 168 ? hours : 0;
}

function follow(slider, number) {
  slider.value = String(hoursIn(number));
}

function addSliders(root) {
  for (const number of all(".hours__input", root)) {
    const slider = document.createElement("input");
    slider.type = "range";
    slider.className = "hours__slider";
    slider.min = "0";
    slider.max = String(Math.max(20, Math.ceil(Number(number.dataset.typical) * 1.5)));
    slider.step = "0.5";
    follow(slider, number);
    slider.tabIndex = -1;
    slider.setAttribute("aria-hidden", "true");
    number.closest(".hours").classList.add("hours--slide");
    number.parentElement.before(slider);
    slider.addEventListener("input", () => {
      number.value = slider.value;
      number.dispatchEvent(new Event("input", { bubbles: true }));
    });
    number.addEventListener("input", () => follow(slider, number));
  }
}

function showTotal(form) {
  const total = find("[data-total]", form);
  if (!total) return;
  const hours = all(".hours__input", form).reduce((sum, field) => sum + hoursIn(field), 0);
  const shown = hours.toLocaleString("en-US", { maximumFractionDigits: 1 });
  total.textContent = `Your week adds up to ${shown} hours.`;
  total.hidden = false;
}

for (const form of all("form").filter((each) => find(".hours__input", each))) {
  addSliders(form);
  form.addEventListener("input", () => showTotal(form));
}

// 4 The result follows the hours without a page load -------------------------
// Only what differs is replaced, so focus, open details and what is being typed stay where they are.
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE) { from.data = to.data; return; }
  if (from.matches("[data-week], input, select, textarea, #result-status")) return;
  if (from.matches("section") && find("input[name=salary]", from)?.value) return;
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && name !== "open" && name !== "hidden") from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && name !== "hidden") from.setAttribute(name, value);
  let here = from.firstChild;
  for (const node of [...to.childNodes]) {
    const same = node.id && [...from.children].find((child) => child.id === node.id);
    while (same && here !== same) here = drop(here);
    if (same || (here && here.nodeName === node.nodeName && !here.id)) {
      const next = here.nextSibling;
      morph(here, node);
      here = next;
    } else from.insertBefore(node, here);
  }
  while (here) here = drop(here);
}

function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function followWeek(form) {
  const holder = find("[data-result]"), status = find("#result-status");
  let waiting;
  const recompute = later(400, async () => {
    waiting?.abort();
    waiting = new AbortController();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Fragment": "result", Accept: "text/html" }, signal: waiting.signal });
      const sent = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.redirected) return location.assign(answer.url);
      if (!answer.ok) {
        status.textContent = find(".error-summary li, .notice", sent)?.textContent ?? "The score could not be worked out. Please try again.";
        return;
      }
      const fresh = document.createElement("div");
      fresh.dataset.result = "";
      fresh.append(...sent.body.childNodes);
      morph(holder, fresh);
      status.textContent = find("#result").dataset.announcement;
    } catch { /* a newer change is on its way, or there is no network: the button still works */ }
  });
  form.addEventListener("input", recompute);
}
if (page.view === "result" && find("[data-week-form]")) followWeek(find("[data-week-form]"));

for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
