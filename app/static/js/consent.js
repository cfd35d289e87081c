// Tells the tracker what the visitor chose on /privacy: only a yes gives them a lasting id, a no takes it away.
// Pages share storage, so a no on /privacy, which has no tracker, holds at once for every page that is open or comes back.
"use strict";
(() => {
  const given = document.currentScript.dataset.given === "yes";
  const visit = "mingus.visit", visitor = "mingus.visitor";
  if (self.mingus) mingus.consent(given);
  else if (!given) {
    for (const kind of ["localStorage", "sessionStorage"]) try {
      if (visitor in self[kind]) [visit, visitor].forEach((key) => self[kind].removeItem(key));
    } catch { /* blocked */ }
  }

  // A form that is open must not carry the visit that a no has ended into a new one.
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== visit || newValue) return;
    for (const field of document.querySelectorAll("input[name=session_id]")) field.value = "";
  });
})();
