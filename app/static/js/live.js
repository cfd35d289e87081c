// Keeps the live view up to date: by a stream where the server has a place for us, else by asking now and then.
(() => {
  "use strict";
  const ASK_EVERY = 10_000, STREAM_AGAIN = 60_000, SAY_EVERY = 30_000, SVG = "http://www.w3.org/2000/svg";
  const main = document.querySelector("[data-live]");
  const find = (name) => main.querySelector(`[data-${name}]`);
  const zone = { timeZone: main.dataset.zone };
  const day = new Intl.DateTimeFormat("en-US", { ...zone, month: "long", day: "numeric", year: "numeric" });
  const second = new Intl.DateTimeFormat("en-US", { ...zone, hour: "numeric", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
  const minute = new Intl.DateTimeFormat("en-US", { ...zone, hour: "numeric", minute: "2-digit" });
  const count = (number) => number.toLocaleString("en-US");
  const many = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
  const state = find("state"), pause = find("pause"), summary = find("summary");
  let stream, timer, later, paused = false, saidAt = 0;

  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  }

  function show(name, text) {
    state.hidden = false;
    state.dataset.state = name;
    if (state.textContent !== text) state.textContent = text;
  }

  function setBar(rect, share) {
    rect.setAttribute("width", (100 * share).toFixed(1));
  }

  function bar() {
    const svg = document.createElementNS(SVG, "svg"), rect = document.createElementNS(SVG, "rect");
    for (const [name, value] of [["viewBox", "0 0 100 8"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"], ["class", "live-bar"]]) svg.setAttribute(name, value);
    for (const [name, value] of [["class", "live-bar__full"], ["height", "8"], ["width", "0"]]) rect.setAttribute(name, value);
    svg.append(rect);
    return svg;
  }

  // Rows stay where they are and change what they say, so that nothing flickers and a selection survives.
  function fillList(name, rows, active) {
    const table = main.querySelector(`[data-list="${name}"]`), body = table.tBodies[0];
    main.querySelector(`[data-part="${name}"]`).hidden = !rows.length;
    while (body.rows.length > rows.length) body.lastElementChild.remove();
    rows.forEach((row, at) => {
      const line = body.rows[at] ?? body.appendChild(element("tr", {}, element("th", { scope: "row" }), element("td", { className: "live-list__bar" }, bar()), element("td", { className: "num" })));
      if (line.cells[0].textContent !== row.label) line.cells[0].textContent = row.label;
      setBar(line.querySelector("rect"), row.sessions / Math.max(1, active));
      line.cells[2].textContent = count(row.sessions);
    });
  }

  // as backend/dashboards/pages/live.py rounds it
  const scaleTop = (most, power = 1) => [4, 8, 20].map((step) => step * power).find((step) => step >= most) ?? scaleTop(most, power * 10);

  function fillMinutes(minutes) {
    const top = scaleTop(Math.max(...minutes.map((one) => one.events))), groups = find("minutes").querySelectorAll("g");
    const lines = find("table").tBodies[0].rows;
    for (const label of main.querySelectorAll("[data-scale]")) label.textContent = count(top * label.dataset.scale / 4);
    minutes.forEach((one, at) => {
      [one.events, one.sessions].forEach((number, which) => {
        const height = 100 * number / top, rect = groups[at].children[which];
        rect.setAttribute("y", (100 - height).toFixed(1));
        rect.setAttribute("height", height.toFixed(1));
      });
      const { cells } = lines[minutes.length - 1 - at];
      [minute.format(new Date(one.start)), count(one.sessions), count(one.events), count(one.upgrades)].forEach((text, cell) => { cells[cell].textContent = text; });
    });
  }

  function render({ data, meta }) {
    const asOf = new Date(meta.as_of), time = find("as-of");
    for (const name of ["now", "active", "sessions", "events", "upgrades"]) main.querySelector(`[data-number="${name}"]`).textContent = count(data[name]);
    time.dateTime = meta.as_of;
    time.textContent = `${day.format(asOf)}, ${second.format(asOf)}`;
    fillMinutes(data.minutes);
    fillList("steps", data.steps.filter((step) => step.sessions), data.active);
    for (const name of ["sources", "countries", "titles"]) fillList(name, data[name], data.active);
    find("quiet").hidden = data.active > 0;
    if (Date.now() - saidAt < SAY_EVERY) return;
    saidAt = Date.now();
    summary.textContent = `${many(data.now, "session")} in progress, ${count(data.active)} in the last half hour, ${count(data.upgrades)} asked for a plan.`;
  }

  async function ask() {
    let answer;
    try {
      answer = await fetch(main.dataset.live, { headers: { Accept: "application/json" } });
    } catch { /* no network */ }
    if (stream || paused || document.hidden) return;
    if (answer?.status === 401 || answer?.status === 403) return stop("ended", "You no longer have access. Sign in again");
    if (answer?.ok) {
      render(await answer.json());
      show("asking", "Updates every 10 seconds");
    } else show("waiting", "No answer. Trying again");
    timer = setTimeout(ask, ASK_EVERY);
  }

  function follow() {
    stop();
    show("waiting", "Connecting");
    stream = new EventSource(main.dataset.stream);
    stream.onopen = () => show("live", "Live");
    stream.onmessage = (event) => render(JSON.parse(event.data));
    stream.onerror = () => {
      if (stream?.readyState !== EventSource.CLOSED) return; // it comes again by itself
      stream = undefined;
      ask();
      later = setTimeout(follow, STREAM_AGAIN);
    };
  }

  function stop(name, text) {
    stream?.close();
    stream = undefined;
    clearTimeout(timer);
    clearTimeout(later);
    if (name) show(name, text);
  }

  const turn = () => (paused ? stop("paused", "Paused") : document.hidden ? stop("paused", "Paused while hidden") : follow());

  pause.hidden = false;
  find("refresh").hidden = true;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Resume" : "Pause";
    turn();
  });
  document.addEventListener("visibilitychange", turn);
  addEventListener("pagehide", () => stop());
  addEventListener("pageshow", (event) => { if (event.persisted) turn(); });
  turn();
})();
