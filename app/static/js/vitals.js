// Reports how fast a page was, once each time it is shown, through the tracker. /vitals.js serves it behind
// web-vitals 6.2.3, copyright Google LLC, Apache License 2.0: docs/vendored.md.
(() => {
  "use strict";
  if (!self.mingus || mingus.silent) return;
  const page = document.querySelector("[data-view]")?.dataset.view ?? null;
  let found = {}, shown = 0;

  function keep({ name, value, navigationType }) {
    if (found) Object.assign(found, { [name.toLowerCase()]: Math.round(value * 1e4) / 1e4, navigation: navigationType });
  }

  // A page that lay open for half an hour would report into a visit that has ended.
  function report() {
    if (found?.navigation && performance.now() - shown < 18e5) mingus.track("web_vitals", { page, ...found });
    found = null;
  }

  addEventListener("pageshow", ({ persisted, timeStamp }) => {
    if (!persisted) return;
    found = {};
    shown = timeStamp;
  }, true);
  for (const metric of ["FCP", "LCP", "CLS", "INP", "TTFB"]) webVitals["on" + metric](keep, { reportAllChanges: true });
  // After the library's last word, before the tracker sends what it has.
  document.addEventListener("visibilitychange", () => document.hidden && report(), true);
})();
