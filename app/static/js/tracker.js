(() => {
  if (self.mingus) return;
  const prefix = "mingus.event.", visitKey = "mingus.visit", visitorKey = "mingus.visitor";
  const silent = !!navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  const flying = new Set();
  let store = {}, timer, wait = 1e3, until = 0;
  for (const kind of ["sessionStorage", "localStorage"]) try { store = self[kind] ?? store; } catch {}

  const keys = (start) => Object.keys(store).filter((key) => key.startsWith(start)).sort();
  const drop = (key) => delete store[key];
  const write = (key, text) => { try { store[key] = text; } catch { store = { ...store, [key]: text }; } };

  const uuid = () => `0${Date.now().toString(16)}`.replace(/.{8}/, "$&-") + "-7xxx-8xxx-xxxxxxxxxxxx".replace(/x/g,
    () => (crypto.getRandomValues(new Uint8Array(1))[0] & 15).toString(16));

  function origin() {
    const host = document.referrer.split("/")[2], found = { source: "direct", page: location.pathname.replace(/ult\/.*/, "ult") };
    if (host && host !== location.host) found.referrer = found.source = host;
    for (const [name, value] of new URLSearchParams(location.search)) {
      const [, utm, click] = /^utm_(source|medium|campaign)$|^(\w{1,9}([cC]l?k?|bra|t_|sh)id)$/.exec(name) ?? [];
      if (utm && value) found[utm] = words(value);
      if (click) found.click_id = click;
    }
    return found;
  }

  function visit() {
    if (silent) return {};
    let found;
    try { found = JSON.parse(store[visitKey]); } catch {}
    if (!(Date.now() - found?.seen < 18e5)) found = { id: uuid(), from: origin() };
    found.seen = Date.now();
    write(visitKey, JSON.stringify(found));
    return found;
  }

  function track(event_type, event_data = {}) {
    if (silent) return;
    const event_id = uuid();
    write(prefix + event_id, JSON.stringify({ event_id, event_type, session_id: visit().id, timestamp: new Date(), event_data }));
    self.gtag?.("event", event_type, event_data);
    if (document.hidden) queueMicrotask(leave);
    timer ||= setTimeout(flush, wait);
    return event_id;
  }

  function pick(visitor) {
    const waiting = keys(prefix), batch = [];
    let size = 0;
    waiting.forEach((key, at) => {
      if (at < waiting.length - 1e3 || store[key].length >= 2e4 || parseInt(key.slice(13).replace("-", ""), 16) < Date.now() - 1728e5) return drop(key);
      if (flying.has(key) || (batch[0] < visitor && key > visitor)) return;
      size += store[key].length;
      if (size < 2e4) batch.push(key);
    });
    return batch;
  }

  function send() {
    const visitor = store[visitorKey], batch = performance.now() < until ? [] : pick(prefix + visitor);
    if (!batch[0]) return;
    const who = batch[0] > prefix + visitor ? `"visitor_id":"${visitor}",` : "";
    const body = `{"sent_at":${JSON.stringify(new Date())},"webdriver":${!!navigator.webdriver},${who}"events":[${batch.map((key) => store[key])}]}`;
    for (const key of batch) flying.add(key);
    fetch("/api/analytics/event", { method: "POST", keepalive: true, body, signal: AbortSignal.timeout?.(3e4) }).catch(() => {}).then((answer) => {
      for (const key of batch) flying.delete(key);
      if ([202, 204, 400, 413, 415, 422].includes(answer?.status)) {
        batch.forEach(drop);
        wait = 1e3;
        return flush();
      }
      const asked = answer?.headers.get("Retry-After");
      wait = Math.min(2 * wait, 6e4);
      const pause = Math.min(Math.max(wait, asked * 1e3 || Date.parse(asked) - Date.now() || 0), 36e5) * (1 + Math.random() / 2);
      if (answer) until = performance.now() + pause;
      clearTimeout(timer);
      timer = setTimeout(flush, pause + 9);
    });
    return true;
  }

  function flush() {
    const left = until - performance.now();
    clearTimeout(timer);
    timer = left > 0 ? setTimeout(flush, left + 9) : 0;
    if (!flying.size) send();
  }

  function leave() {
    for (let requests = 3; requests-- && send(););
  }

  function consent(given) {
    if (silent || !given === !store[visitorKey]) return;
    if (given) write(visitorKey, uuid());
    else [visitorKey, visitKey].forEach(drop);
  }

  function look() {
    if (document.hidden) return leave();
    const { id } = visit();
    for (const field of document.getElementsByName("session_id")) field.value = id;
  }

  const words = (text) => (text ? `${text}`.slice(0, 200) : null);
  const data = (name) => document.querySelector(`[data-${name}]`)?.dataset ?? {};
  self.mingus = { silent, track, consent, look };
  self.trackCalculatorOpened = (more) => track("ai_calculator_opened", { ...visit().from, ...more });
  self.trackStepCompleted = (step, seconds) => track("calculator_step_completed", { step, seconds });
  self.trackAssessmentSubmitted = (title, industry, risk, more) =>
    track("assessment_submitted", { job_title: words(title), industry: words(industry), risk_level: risk || null, ...more });
  self.trackOfferViewed = (more) => track("conversion_offer_viewed", { offer: data("offer").offer, ...more });
  self.trackUpgradeClicked = (more) => track("paid_upgrade_clicked", { price_cents: data("upgrade").priceCents | 0, currency: "USD", ...visit().from, ...more });

  if (silent) return keys("mingus.").forEach(drop);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", look);
  addEventListener("online", () => { wait = 1e3; flush(); });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) { flying.clear(); look(); flush(); } });
  setInterval(flush, 6e4);
  timer = setTimeout(flush, wait);
  look();
})();
