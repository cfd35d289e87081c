// Keeps the page of operations up to date: each half minute the page is fetched again, and its parts are taken from it.
// A part in which somebody types, or has opened something, waits; charts keep their place and get new figures.
(() => {
  "use strict";
  const EVERY = 30_000;
  const says = document.querySelector("[data-says]");
  let timer;

  const headline = (root) => root.querySelector("#verdict")?.textContent.trim() ?? "";
  const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]");

  function freshen(page) {
    const before = headline(document);
    for (const part of document.querySelectorAll("[data-part]")) {
      const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (fresh && !inUse(part) && fresh.innerHTML !== part.innerHTML) part.replaceWith(fresh);
    }
    for (const place of document.querySelectorAll(".chart")) {
      const fresh = page.getElementById(place.id);
      if (fresh) place.dispatchEvent(new CustomEvent("chart:fresh", { bubbles: true, detail: fresh }));
    }
    const forms = document.querySelector("[data-switch-forms]"), freshForms = page.querySelector("[data-switch-forms]");
    if (forms && freshForms && forms.dataset.switchForms !== freshForms.dataset.switchForms && !inUse(forms)) forms.replaceWith(freshForms);
    document.title = page.title;
    ready();
    if (headline(document) !== before) says.textContent = headline(document);
  }

  async function update() {
    let page;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) page = new DOMParser().parseFromString(await answer.text(), "text/html");
      else if (answer.redirected || answer.status === 403) return location.reload();
    } catch { /* no network: the next turn tries again */ }
    if (page) freshen(page);
    else stale();
    return plan();
  }

  function stale() {
    const updates = document.querySelector("[data-updates]");
    if (updates) updates.textContent = "No answer. Trying again every 30 seconds. ";
  }

  function ready() {
    const updates = document.querySelector("[data-updates]");
    updates.hidden = false;
    updates.textContent = "This page updates by itself every 30 seconds. ";
  }

  function plan() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(update, EVERY);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : update()));
  addEventListener("pageshow", (event) => { if (event.persisted) update(); });
  ready();
  plan();
})();
