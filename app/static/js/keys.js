// Shortcuts of one key on the dashboards. They press what stands on the page, so nothing is reached by a key alone, and are
// silent while somebody types. People who turned them off are not sent this file.
(() => {
  "use strict";
  const list = document.querySelector("dialog.keys");
  const pages = [...document.querySelectorAll(".nav--boards a")];
  const menu = (id) => document.getElementById(id);

  function open(details, ...targets) {
    details.open = true;
    (targets.map((target) => details.querySelector(target)).find(Boolean) ?? details.querySelector("summary")).focus();
  }
  const deeds = {
    "?": () => list.showModal(),
    "/": () => menu("filter") && open(menu("filter"), ".filter__side:not([hidden]) [type=search]:not([hidden])", "a"),
    c: () => {
      if (!menu("custom")) return;
      menu("period").open = true;
      open(menu("custom"), "input[name=start]");
    },
    n: () => pages[pages.findIndex((link) => link.ariaCurrent) + 1]?.click(),
    p: () => pages[pages.findIndex((link) => link.ariaCurrent) - 1]?.click(),
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || list.open) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const preset = /^[a-z]$/.test(key) ? document.querySelector(`#period a[data-key="${key}"]`) : null;
    const deed = deeds[key] ?? (preset && (() => preset.click()));
    if (!deed) return;
    event.preventDefault(); // else the key is typed into the field that gets the focus
    deed();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys]")) return;
    event.preventDefault();
    list.showModal();
  });
})();
