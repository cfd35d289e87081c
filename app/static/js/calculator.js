// The calculator in a browser: suggestions while typing, a result that is refined in place, and the five moments of a
// visit. Every page works without it.
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

// A fragment in the address keeps `autofocus` from working, and scrolls until the page has loaded.
if (location.hash) addEventListener("load", () => find(".error-summary")?.focus());

// 1 The moments --------------------------------------------------------------
// An answer counts when the server has taken it: the page it leads to shows a result and no problem. `mingus.sent` waits
// for that page; `mingus.done` holds what has been counted of a draft, so that sending again counts once.

const done = memory.get("mingus.done") ?? {};
const shownAt = Date.now();

function once(moment, report) {
  if (silent || done[moment]) return;
  done[moment] = 1;
  memory.set("mingus.done", done);
  report();
}

const secondsSince = (since) => Math.round((Date.now() - since) / 100) / 10;
const isRefused = () => Boolean(find(".error-summary, .notice[role=status]"));

function countAnswer() {
  const sent = memory.get("mingus.sent");
  memory.set("mingus.sent", null);
  if (!sent || page.view !== "result" || isRefused() || (sent.draft && sent.draft !== page.draft)) return;
  once(`${page.draft}:${sent.question}`, () => trackStepCompleted(sent.question, sent.seconds));
  if (sent.question > 1) return;
  const { title, industry, risk, occupation, experience, education } = page;
  const more = Object.fromEntries(Object.entries({ occupation, experience, education }).filter(([, value]) => value));
  once(`${page.draft}:submitted`, () => trackAssessmentSubmitted(title, industry, risk, more));
}

const remember = (question, since) => memory.set("mingus.sent", { draft: page.draft, question, seconds: secondsSince(since) });

function watchOffer() {
  const offer = find("[data-offer]");
  if (!offer) return;
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.intersectionRatio >= 0.5)) return;
    watcher.disconnect();
    once(`${page.draft}:offer`, () => trackOfferViewed({ price_cents: +find("[data-upgrade]").dataset.priceCents, currency: "USD" }));
  }, { threshold: 0.5 });
  watcher.observe(offer);
}

function takeUpgrades() {
  const button = find("[data-upgrade]");
  if (!button?.hidden) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    find("[data-upgrade-status]").textContent = find("[data-upgrade-noted]").content.textContent;
    if (!silent) trackUpgradeClicked({ offer: find("[data-offer]").dataset.offer });
  });
}

// Names without versions, which would tell people apart; the first sign that is there counts, as most claim to be Safari.
const BROWSERS = "Edg:Edge,OPR/:Opera,SamsungBrowser:Samsung Internet,FxiOS:Firefox,Firefox,CriOS:Chrome,Chrome,Safari";
const SYSTEMS = "iPhone:iOS,iPad:iOS,Android,Windows,Mac OS X:macOS,CrOS:ChromeOS,Linux";

function browserAndSystem() {
  const named = (signs) => signs.split(",").map((sign) => sign.split(":")).find(([sign]) => navigator.userAgent.includes(sign))?.at(-1);
  return { browser: named(BROWSERS), os: named(SYSTEMS) };
}

// A page that was prerendered, or opened in a tab behind, counts from when it is first in sight: perhaps it never is.
function whenSeen(action) {
  if (document.hidden) document.addEventListener("visibilitychange", action, { once: true });
  else action();
}

whenSeen(() => {
  countAnswer();
  if (page.view === "home" && !find(".error-summary")) {
    once(`opened:${find("input[name=session_id]").value}`, () => trackCalculatorOpened(browserAndSystem()));
  }
  watchOffer();
});
takeUpgrades();

// 2 The job title: an editable combobox with a list (WAI-ARIA); a suggestion that is picked leads on at once ---------
function combobox(form, choose) {
  const input = find("input[name=q]", form), list = find("[role=listbox]", form), status = find("[data-ask-said]", form);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) {
    input.setAttribute(name, value);
  }
  let matches = [], active = -1, waiting;

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

  function pick(index) {
    const code = document.createElement("input");
    Object.assign(code, { type: "hidden", name: "occupation", value: matches[index].code });
    choose.elements.job_title.value = input.value.trim();
    find(".chooser", choose)?.remove();
    choose.append(code);
    show(false);
    choose.requestSubmit();
  }

  function noteOf(match) {
    if (!match.scored) return `Not enough research for a score. Nearest: ${match.nearest.slice(0, 3).map((job) => job.name.toLowerCase()).join(", ")}`;
    if (match.does) return match.does;
    return match.matched.toLowerCase() === match.title.toLowerCase() ? "" : `also called ${match.matched}`;
  }

  function offer(notice) {
    list.replaceChildren(...matches.map((match, index) => {
      const option = document.createElement("li"), note = document.createElement("span");
      option.id = `suggestion-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      note.textContent = noteOf(match);
      option.append(match.name, note);
      option.addEventListener("click", () => pick(index));
      return option;
    }));
    active = -1;
    show(matches.length > 0);
    const count = matches.length;
    status.textContent = notice || (count ? `${count} ${count === 1 ? "job" : "jobs"} found. Use the arrow keys to choose.` : "No job found. Try the work itself, such as nurse.");
  }

  const suggest = later(150, async () => {
    const text = input.value.trim();
    waiting?.abort();
    if (text.length < 2) return show(false);
    waiting = new AbortController();
    try {
      const answer = await fetch(`/api/calculator/occupations?q=${encodeURIComponent(text)}`, { signal: waiting.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      matches = found.matches;
      if (document.activeElement === input) offer(found.notice);
    } catch { /* a newer search has begun, or there is no network: the button still works */ }
  });

  input.addEventListener("input", suggest);
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
    } else if (event.key === "Escape") {
      if (open) show(false);
      else input.value = "";
    }
  });
  // On a phone the keyboard takes the lower half: with the label at the top, suggestions stand above it.
  input.addEventListener("focus", () => { if (matchMedia("(max-width: 40rem)").matches) form.scrollIntoView({ block: "start" }); });
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  choose.addEventListener("submit", () => remember(1, shownAt));
}
if (page.view === "home") combobox(find("[data-ask]"), find("[data-choose]"));

// 3 The result is refined without a page load ----------------------------------
// Only what differs is replaced, so focus, open details and the place on the page stay as they are.
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE) { from.data = to.data; return; }
  const kept = new Set(["open", "hidden", "data-opened"]);
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !kept.has(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value && !kept.has(name)) from.setAttribute(name, value);
  let here = from.firstChild;
  for (const node of [...to.childNodes]) {
    const same = node.id && [...from.children].find((child) => child.id === node.id);
    while (same && here !== same) here = drop(here);
    if (same || (here && here.nodeName === node.nodeName && !here.id && !node.id)) {
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

async function refine(form, button) {
  const menu = form.closest("details.pop"), status = find("#result-status"), since = Number(menu.dataset.opened) || shownAt;
  if (!silent) window.mingus.look(); // the form then names the visit that goes on
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const sent = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = find("[data-result]", sent);
    if (!fresh) return form.submit();
    morph(find("[data-result]"), fresh);
    Object.assign(page, find("#main", sent).dataset);
    form.reset();
    takeUpgrades();
    drawMoves();
    if (!answer.ok || isRefused()) return find(".error-summary, .notice[role=status]").focus?.();
    menu.open = false;
    find("summary", menu).focus({ preventScroll: true });
    status.textContent = find("#result").dataset.announcement;
    const question = Number(form.dataset.question);
    if (question) once(`${page.draft}:${question}`, () => trackStepCompleted(question, secondsSince(since)));
  } catch {
    form.submit(); // no network: the browser says so
  } finally {
    form.removeAttribute("aria-busy");
  }
}

main.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-refine]")) return;
  event.preventDefault();
  refine(event.target, event.submitter);
});

// The hours of a week and their sum; a group's hours follow those typed for its single activities.
const hoursOf = (fields) => fields.reduce((sum, field) => sum + (Number(field.value) > 0 ? Number(field.value) : 0), 0);
main.addEventListener("input", (event) => {
  const form = event.target.closest("form"), { of } = event.target.dataset;
  if (!event.target.matches(".hours__input")) return;
  if (of) document.getElementById(of).value = Number(hoursOf(all(`[data-of="${of}"]`, form)).toFixed(1));
  const hours = hoursOf(all("[data-group]", form)).toLocaleString("en-US", { maximumFractionDigits: 1 });
  find("[data-total]", form).textContent = `Your week adds up to ${hours} hours.`;
});

// 4 Related jobs: sorted and relaxed in place; without script the same form asks the server ------------------
function drawMoves() {
  for (const box of all("[data-moves]")) {
    const body = find("tbody", box), allowed = new Set(all("input[type=checkbox]:checked", box).map((input) => input.value));
    if (allowed.has("any_exposure")) allowed.add("exposure");
    const sort = find("select", box).value, rows = [...body.rows];
    for (const row of rows) row.hidden = !("nearest" in row.dataset) && !(row.dataset.miss ?? "").split(" ").filter(Boolean).every((miss) => allowed.has(miss));
    const key = (row) => (sort === "best" ? -row.dataset.best : Number(row.dataset[sort] || -Infinity));
    body.append(...rows.sort((a, b) => key(b) - key(a)));
    const count = rows.filter((row) => !row.hidden).length;
    find("summary h2", box.closest("details")).textContent = allowed.has("any_exposure") ? box.dataset.anyExposure : box.dataset.lessExposed;
    find("[data-moves-count]", box).textContent = count === 1 ? "1 job" : `${count} jobs`;
  }
}
main.addEventListener("change", (event) => { if (event.target.closest("[data-moves]")) drawMoves(); });
drawMoves();
