// Keeps the checks of a new experiment up to date while one types. Without script a button asks for them.
(() => {
  "use strict";
  const form = document.querySelector("[data-power-form]"), panel = document.querySelector("[data-power]");
  if (!form || !panel) return;
  let timer = 0, asking = null;
  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch("/experiments/new/power", { method: "POST", body: new FormData(form), signal: asking.signal });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (panel.textContent.trim() !== fresh.textContent.trim()) panel.replaceChildren(...fresh.childNodes);
    } catch { /* the button still asks */ }
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 400); });
})();
