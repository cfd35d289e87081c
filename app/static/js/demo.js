// The bar of /analytics/demo/…: asks the page itself how far the work is. Without script the page reloads.
"use strict";
{
  const EVERY_MS = 2000;
  const shown = (root, name) => root.querySelector(`[data-${name}]`);
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (!answer.ok) return location.reload();  // done: the page leads on
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!shown(page, "bar")) return location.reload();
      const bar = shown(page, "bar"), percent = shown(page, "percent"), status = shown(page, "status");
      if (bar.hasAttribute("value")) shown(document, "bar").value = bar.value;
      else shown(document, "bar").removeAttribute("value");
      if (percent) shown(document, "percent").textContent = percent.textContent;
      if (shown(document, "status").textContent !== status.textContent) shown(document, "status").replaceChildren(...status.childNodes);
    } catch { /* the server is away for a moment */ }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
}
