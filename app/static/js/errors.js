// Reports where a script of this site failed, without a word of the page or of the error: docs/errors.md.
((route, own, sent) => {
  "use strict";
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1") return;

  function frame(line) {
    const [before, after] = line.split(own);
    const found = after?.match(/^(\/[\w./-]+\.js)\b[^:]*:(\d+)/);
    const name = before.match(/[\w$.]*(?=[ @(]*$)/)[0];
    return found && { script: found[1], function: name === "at" ? "" : name, line: +found[2] };
  }

  function report(error, place) {
    const stack = error?.stack?.replace(error.message, "") || place || "";
    const frames = stack.split("\n").map(frame).filter(Boolean).slice(0, 20);
    const type = /^\w{1,40}$/.exec(error?.name)?.[0] ?? "Error";
    const body = JSON.stringify({ type, route, frames });
    if (!frames.length || sent.size > 4 || sent.has(body)) return;
    sent.add(body);
    const headers = { "Content-Type": "application/json" };
    const kept = { keepalive: true, credentials: "omit", referrerPolicy: "no-referrer" };
    fetch("/api/analytics/browser-error", { method: "POST", headers, body, ...kept }).catch(() => {});
  }

  addEventListener("error", ({ error, filename, lineno }) => report(error, `${filename}:${lineno}`));
  addEventListener("unhandledrejection", ({ reason }) => report(reason));
})(document.currentScript.dataset.route.replaceAll("{", "<").replaceAll("}", ">"), location.origin, new Set());
