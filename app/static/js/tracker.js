// Reports this visit to /api/analytics/event. Sends nothing when the browser asks not to be tracked.
(() => {
  "use strict";
  const url = "/api/analytics/event", key = "mingus.visit", idle = 18e5;
  const silent = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  let queue = [], kept, timer, busy, wait = 1e3;

  // randomUUID needs a secure context; getRandomValues does not.
  const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

  function origin() {
    const asked = new URLSearchParams(location.search), found = {};
    for (const name of ["source", "medium", "campaign"]) {
      const value = asked.get("utm_" + name);
      if (value) found[name] = value.slice(0, 200);
    }
    if (found.source) return found;
    let host = "";
    try { host = new URL(document.referrer).host; } catch { /* opened directly */ }
    return host && host !== location.host ? { source: host, medium: "referral", ...found } : { source: "direct", ...found };
  }

  // One visit: an id and where it came from, until half an hour passes without an event.
  function visit() {
    let found = kept;
    try { found = JSON.parse(sessionStorage.getItem(key)) ?? kept; } catch { /* storage is blocked */ }
    if (!found || Date.now() - found.seen > idle) found = { id: uuid(), from: origin() };
    found.seen = Date.now();
    kept = found;
    try { sessionStorage.setItem(key, JSON.stringify(found)); } catch { /* kept for this page only */ }
    return found;
  }

  function send(type, data) {
    if (silent) return;
    queue.push({ event_id: uuid(), event_type: type, session_id: visit().id, timestamp: new Date().toISOString(), event_data: data });
    if (typeof gtag === "function") gtag("event", type, data);
    timer ??= setTimeout(flush, wait);
  }

  // An event stays queued until the server has it; sent twice, its id makes it count once.
  async function flush() {
    timer = undefined;
    if (busy || !queue.length) return;
    busy = true;
    const batch = queue.slice(0, 50);
    try {
      const answer = await fetch(url, { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify(batch) });
      if (answer.status === 429 || answer.status >= 500) throw answer;
      queue = queue.filter((event) => !batch.includes(event));
      wait = 1e3;
    } catch {
      wait = Math.min(wait * 2, 6e4);
    }
    busy = false;
    if (queue.length) timer ??= setTimeout(flush, wait);
  }

  function leave() {
    if (queue.length && navigator.sendBeacon?.(url, JSON.stringify(queue))) queue = [];
  }
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());

  const words = (text) => (text ? String(text).slice(0, 200) : null);
  const from = () => (silent ? {} : visit().from);
  window.trackCalculatorOpened = () => send("ai_calculator_opened", from());
  window.trackStepCompleted = (step, seconds) => send("calculator_step_completed", { step, seconds });
  window.trackAssessmentSubmitted = (title, industry, risk) =>
    send("assessment_submitted", { job_title: words(title), industry: words(industry), risk_level: risk || null });
  window.trackOfferViewed = () => send("conversion_offer_viewed", { offer: document.querySelector("[data-offer]")?.dataset.offer ?? null });
  window.trackUpgradeClicked = () =>
    send("paid_upgrade_clicked", { price_cents: Number(document.querySelector("[data-upgrade]")?.dataset.priceCents ?? 0), currency: "USD", ...from() });

  // The draft that a form begins belongs to this visit.
  if (!silent) for (const field of document.querySelectorAll("input[name=session_id]")) field.value = visit().id;
})();
