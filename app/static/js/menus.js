// Menus that float over a page (`details.pop`): one is open at a time, Esc and a click elsewhere close it, and the focus
// goes back to its button. Without script each opens and closes by itself.
(() => {
  "use strict";
  const open = () => document.querySelectorAll("details.pop[open]");

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.pop") || !menu.open) return;
    menu.dataset.opened = Date.now();
    open().forEach((other) => { if (other !== menu) other.open = false; });
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus({ preventScroll: true });
    });
  });
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.pop");
    open().forEach((menu) => { if (menu !== inside && event.target.isConnected) menu.open = false; });
  });

  // on a phone the pages' names lie beside each other, out of sight
  document.querySelector(".dash-top .nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
})();
