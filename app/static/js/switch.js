// Tabs, orders, and whole lists in place: the link's own page is fetched and its panels are taken from it, so that every
// list and link in them knows what was chosen. Without script, or where that fails, the link is followed.
(() => {
  "use strict";
  const LINKS = ".switch a, .list__sort, a[data-in-place]";
  let latest;

  // Links and forms outside of the panels keep what was chosen in them.
  function carry(address) {
    const before = new URL(location.href).searchParams, now = address.searchParams;
    const own = document.querySelector(".panels").dataset.parameters.split(" ");
    const changed = own.filter((name) => before.get(name) !== now.get(name));
    const here = (text) => new URL(text).pathname === location.pathname;
    for (const link of document.querySelectorAll("main a[href]")) {
      if (link.closest(".panels") || !here(link.href)) continue;
      const leads = new URL(link.href);
      for (const name of changed) {
        if (now.has(name)) leads.searchParams.set(name, now.get(name));
        else leads.searchParams.delete(name);
      }
      link.href = leads;
    }
    for (const form of document.querySelectorAll("main form[method=get]")) {
      if (!here(form.action)) continue;
      for (const name of changed) {
        form.querySelectorAll(`input[type=hidden][name="${CSS.escape(name)}"]`).forEach((input) => input.remove());
        if (now.has(name)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: now.get(name) }));
      }
    }
  }

  async function swap(link) {
    const card = link.closest("[data-switch]"), address = new URL(link.href);
    const place = [...card.querySelectorAll(LINKS)].indexOf(link);
    const asked = latest = {};
    card.setAttribute("aria-busy", "true");
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".panels");
    if (asked !== latest) return;
    address.hash = "";
    carry(address);
    document.querySelector(".panels").replaceWith(fresh);
    history.replaceState(null, "", address);
    const links = document.getElementById(card.id).querySelectorAll(LINKS);
    links[Math.min(place, links.length - 1)]?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(LINKS);
    if (!link?.closest("[data-switch]") || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    swap(link).catch(() => location.assign(link.href));
  });
})();
