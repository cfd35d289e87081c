// Sections of a result and of a job's page: open in the HTML. On phones the page is short first: sections wait for a touch,
// a link into them, or the printer.
(() => {
  "use strict";
  const sections = () => document.querySelectorAll("details.sec");

  function openTarget() {
    const section = location.hash.length > 1 && document.getElementById(location.hash.slice(1))?.closest("details.sec");
    if (!section) return;
    section.open = true;
    section.scrollIntoView();
  }
  if (matchMedia("(max-width: 47.99rem)").matches) sections().forEach((section) => { section.open = false; });
  document.documentElement.classList.add("sections-set");
  addEventListener("hashchange", openTarget);
  openTarget();
  addEventListener("beforeprint", () => sections().forEach((section) => { section.open = true; }));
})();
