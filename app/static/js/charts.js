// Draws the page's figures with Plotly, in the colours of the page. Without this script the table under each chart is
// the chart.
const { nonce, dataset: { basic, geo, world, usStates } } = document.querySelector("script[data-basic]");
const OUTLINES = { world, "us-states": usStates };
const root = document.documentElement;
const RATIO = { world: 0.48, "us-states": 0.62 };
const NARROW = 420;
const PATIENCE = 30_000; // milliseconds
const PAPER = 660; // pixels across a sheet
const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, plotlyServerURL: "", topojsonURL: "/", doubleClick: false };
const NO_LAYERS = { type: "Topology", objects: {}, arcs: [] }; // or Plotly asks its makers for coasts and borders
const charts = new Map();
const loading = {};
let printing = false;

class Failure extends Error {
  constructor(message, request = "") {
    super(message);
    this.request = request;
  }
}

const sent = (address) => fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) }).then(
  (answer) => {
    if (answer.ok) return answer.json();
    throw new Failure("The server couldn’t answer.", answer.headers.get("X-Request-Id"));
  },
  () => { throw new Failure("The server didn’t answer."); },
);

const once = (name, load) => {
  loading[name] ??= load().catch((failure) => { delete loading[name]; throw failure; });
  return loading[name];
};

// one chart after another, so that each shows as soon as it is drawn and the page answers in between
let turn = Promise.resolve();
const inTurn = (work) => {
  const done = turn.then(() => new Promise((next) => { setTimeout(next); })).then(work);
  turn = done.catch(() => {});
  return done;
};

const library = (address) => once(address, () => new Promise((done, fail) => {
  window.PlotlyGeoAssets ??= { topojson: { world_110m: NO_LAYERS, usa_110m: NO_LAYERS } };
  const script = Object.assign(document.createElement("script"), { src: address, nonce });
  script.onload = () => done(window.Plotly);
  script.onerror = () => { script.remove(); fail(new Failure("The chart library couldn’t be loaded.")); };
  document.head.append(script);
}));

// a color that is light or dark is decided where it is used
const probe = Object.assign(document.createElement("i"), { hidden: true });
document.body.append(probe);
const ink = (name) => {
  if (name.startsWith("--font-")) return getComputedStyle(root).getPropertyValue(name).trim();
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
};

// "--cat-1" and "--cat-1/10" (a tenth of its ink) become what they are on this page at this moment
function inked(part) {
  if (Array.isArray(part)) return part.map(inked);
  if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, inked(one)]));
  const token = typeof part === "string" && /^(--[\w-]+)(?:\/(\d+))?$/.exec(part);
  if (!token) return part;
  const value = ink(token[1]);
  if (!token[2]) return value;
  const [red, green, blue] = value.match(/\d+/g);
  return `rgba(${red}, ${green}, ${blue}, ${token[2] / 100})`;
}

// as many labels as there is room for
function thinned(axis, room) {
  if (!axis?.ticktext) return axis;
  const need = Math.max(...axis.ticktext.map((text) => text.length)) * 6.5 + 14;
  const every = Math.ceil((axis.ticktext.length * need) / room);
  const thinned = (list) => list.filter((_, place) => place % every === 0);
  return { ...axis, tickvals: thinned(axis.tickvals), ticktext: thinned(axis.ticktext) };
}

function dressed(chart, width) {
  const { figure, shapes } = chart;
  const drawing = (width <= NARROW && figure.narrow) || figure;
  const { data, layout } = inked({ data: drawing.data, layout: drawing.layout });
  const height = shapes ? Math.round(width * RATIO[figure.shapes]) : drawing.height;
  if (shapes) {
    for (const trace of data) trace.geojson = shapes;
    data[0].locations = shapes.features.map((shape) => shape.id);
    data[0].z = data[0].locations.map(() => 0);
  }
  const xaxis = thinned(layout.xaxis, width - layout.margin.l - layout.margin.r);
  const annotations = layout.annotations?.filter((text) => width > NARROW || text.name !== "wide");
  return [data, { ...layout, width, height, autosize: false, annotations, ...(xaxis && { xaxis }) }];
}

function draw(chart, width = chart.plot.clientWidth) {
  if (!chart.plotly || !width) return undefined;
  chart.width = width;
  const drawn = chart.plotly.react(chart.canvas, ...dressed(chart, width), CONFIG);
  for (const layer of chart.canvas.querySelectorAll(".main-svg")) layer.setAttribute("viewBox", `0 0 ${layer.getAttribute("width")} ${layer.getAttribute("height")}`);
  return drawn;
}

const element = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

async function show(chart) {
  const { place, plot } = chart;
  plot.querySelector(".chart__problem")?.remove();
  place.dataset.state = "waiting";
  place.setAttribute("aria-busy", "true");
  const begun = (chart.begun = Symbol("a later call overtakes this one"));
  try {
    const { shapes } = chart.figure;
    const [plotly, drawnOn] = await Promise.all([
      library(shapes ? geo : basic),
      shapes && once(shapes, () => sent(OUTLINES[shapes])),
    ]);
    if (chart.begun !== begun) return undefined;
    Object.assign(chart, { plotly, shapes: drawnOn });
    return await inTurn(async () => { await draw(chart); drawn(chart); });
  } catch (failure) {
    return failed(chart, failure);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function drawn(chart) {
  const { place, canvas, figure } = chart;
  place.dataset.state = "drawn";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.description);
  canvas.tabIndex = 0;
  place.querySelector(".chart__png").hidden = false;
  for (const name of ["plotly_click", "plotly_hover", "plotly_unhover"]) canvas.removeAllListeners(name);
  canvas.on("plotly_hover", (event) => tell(chart, pointed(chart, event)));
  canvas.on("plotly_unhover", () => hush(chart));
  canvas.on("plotly_click", (event) => follow(chart, pointed(chart, event)));
}

// where one points, in the order of the figure's tips: moments have a place of their own, bars and places a number
function pointed({ figure }, { points }) {
  const [point] = figure.shapes ? points.filter(({ curveNumber }) => curveNumber === 1) : points;
  return point && (figure.tips[0]?.x === null ? point.pointNumber : Math.round(point.x));
}

function tell(chart, at) {
  const tip = chart.figure.tips[at];
  if (!tip) return hush(chart);
  chart.at = at;
  const rows = tip.lines.flatMap(({ label, value, swatch }) => {
    const name = element("dt", "", label);
    if (swatch) name.prepend(element("i", `swatch ${swatch}`));
    return [name, element("dd", "", value)];
  });
  const list = element("dl", "");
  list.append(...rows);
  chart.tip.replaceChildren(element("p", "tip__title", tip.title), list);
  chart.tip.hidden = false;
  chart.place.classList.toggle("chart--leads", Boolean(tip.href));
  beside(chart, at);
  return undefined;
}

function hush(chart) {
  chart.tip.hidden = true;
  chart.tip.replaceChildren();
}

function follow(chart, at) {
  const { href, day } = chart.figure.tips[at] ?? {};
  if (href?.startsWith("/")) window.location.assign(href);
  else if (day) chart.place.dispatchEvent(new CustomEvent("chart:day", { bubbles: true, detail: { day } }));
}

// beside what it speaks of and over none of it: where no corner is free, above the drawing
function beside(chart, at) {
  const { tip, canvas, figure } = chart, { xaxis, yaxis } = canvas._fullLayout;
  const [width, height] = [tip.offsetWidth, tip.offsetHeight], edge = canvas.clientWidth - width;
  const put = (left, top) => { tip.style.translate = `${Math.round(Math.max(0, Math.min(left, edge)))}px ${Math.round(top)}px`; };
  if (figure.shapes) return put(chart.mouse.x + 16, chart.mouse.y + 16);
  const across = (value) => xaxis._offset + xaxis.d2p(value), down = (value) => yaxis._offset + yaxis.d2p(value);
  if (figure.tips[at].x === null) return put(Math.min(chart.mouse.x + 16, edge), down(canvas.data[0].y[at]) + canvas.data[0].width[at] / 2 - 2);
  const drawn = canvas.data.slice(1).flatMap(({ x, y }) => x.flatMap((value, place) => {
    if (y[place] === null) return [];
    const here = [across(value), down(y[place])];
    if (!place || y[place - 1] === null) return [here];
    const before = [across(x[place - 1]), down(y[place - 1])];
    return [0.25, 0.5, 0.75, 1].map((part) => here.map((end, which) => before[which] + (end - before[which]) * part));
  }));
  const x = across(figure.tips[at].x), [top, bottom] = [yaxis._offset, yaxis._offset + yaxis._length - height];
  const sides = [14, 60, 110, 160, 210].flatMap((away) => [x + away, x - away - width]).filter((left) => left >= 0 && left <= edge);
  const corners = sides.flatMap((left) => [[left, top], [left, bottom]]);
  const free = corners.find(([left, above]) => !drawn.some(([to, y]) => to > left - 6 && to < left + width + 6 && y > above - 6 && y < above + height + 6));
  return free ? put(...free) : put(x - width / 2, -height);
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
function steer(chart, event) {
  const last = chart.figure.tips.length - 1, step = STEPS[event.key];
  if (event.key === "Escape") hush(chart);
  else if (event.key === "Enter" && !chart.tip.hidden) follow(chart, chart.at);
  else if (step || event.key === "Home" || event.key === "End") {
    event.preventDefault();
    const from = chart.tip.hidden ? (step > 0 ? -1 : last + 1) : chart.at;
    chart.mouse = { x: 0, y: 0 };
    tell(chart, step ? Math.max(0, Math.min(from + step, last)) : event.key === "Home" ? 0 : last);
  }
}

function failed(chart, failure) {
  const message = element("p", "", failure instanceof Failure ? failure.message : "Something went wrong in the browser.");
  if (failure.request) message.append(" Request id ", element("code", "", failure.request), ".");
  const again = Object.assign(element("button", "btn btn--small", "Try again"), { type: "button" });
  again.addEventListener("click", () => show(chart));
  const problem = element("div", "chart__problem empty");
  problem.setAttribute("role", "alert");
  problem.append(element("p", "empty__title", "This chart couldn’t be drawn"), message, again);
  chart.place.dataset.state = "failed";
  chart.plot.append(problem);
  const table = chart.place.querySelector("details.chart__table");
  if (table) table.open = true;
  if (!(failure instanceof Failure)) throw failure;
}

// the title, the legend and n belong to the picture, wherever it is pasted
async function picture(chart) {
  const [width, scale, edge] = [1000, 2, 24];
  const [data, layout] = dressed(chart, width - 2 * edge);
  const image = new Image();
  image.src = await chart.plotly.toImage({ data, layout, config: CONFIG }, { format: "svg", width: layout.width, height: layout.height });
  await image.decode();
  const canvas = element("canvas", "");
  const pen = canvas.getContext("2d");
  const font = (size, weight = 400) => { pen.font = `${weight} ${size}px ${ink("--font-sans")}`; };
  font(20, 600);
  const title = chart.figure.title.split(" ").reduce((lines, word) => {
    const longer = `${lines.at(-1)} ${word}`.trim();
    return pen.measureText(longer).width > width - 2 * edge ? [...lines, word] : [...lines.slice(0, -1), longer];
  }, [""]);
  const top = edge + title.length * 26 + (chart.figure.legend.length ? 30 : 8);
  canvas.width = width * scale;
  const below = [
    chart.place.querySelector(".chart__n")?.textContent ?? "",
    ...chart.figure.marks.map((mark) => `${mark.letter}  ${mark.when}: ${mark.text}`),
  ];
  canvas.height = (top + layout.height + 36 + below.length * 20) * scale;
  pen.scale(scale, scale);
  pen.fillStyle = ink("--surface");
  pen.fillRect(0, 0, width, canvas.height);
  pen.textBaseline = "top";
  pen.fillStyle = ink("--ink");
  font(20, 600);
  title.forEach((line, number) => pen.fillText(line, edge, edge + number * 26));
  font(13);
  let across = edge;
  for (const key of chart.place.querySelectorAll(".chart__legend > span")) {
    const swatch = key.querySelector("i");
    pen.fillStyle = pen.strokeStyle = getComputedStyle(swatch).color;
    pen.setLineDash(swatch.matches(".swatch--compare") ? [4, 3] : swatch.matches(".swatch--partial") ? [2, 4] : []);
    pen.lineWidth = 2;
    if (swatch.matches(".swatch--line, .swatch--interval")) { pen.beginPath(); pen.moveTo(across, top - 17); pen.lineTo(across + 20, top - 17); pen.stroke(); } else pen.fillRect(across, top - 21, swatch.clientWidth, 8);
    pen.fillStyle = ink("--ink-2");
    pen.fillText(key.textContent, across + 26, top - 23);
    across += pen.measureText(key.textContent).width + 46;
  }
  pen.drawImage(image, edge, top, layout.width, layout.height);
  pen.fillStyle = ink("--ink-3");
  below.forEach((line, number) => pen.fillText(line, edge, top + layout.height + 20 + number * 20));
  return new Promise((done) => { canvas.toBlob(done, "image/png"); });
}

async function save(chart) {
  const link = Object.assign(element("a", ""), { href: URL.createObjectURL(await picture(chart)), download: `${chart.place.id || "chart"}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function begin(chart) {
  near.unobserve(chart.place);
  if (!chart.begun) show(chart);
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) begin(charts.get(target));
}, { rootMargin: "600px" });
// whoever prints wants those out of sight as well
window.addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(() => charts.forEach(begin)));

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = charts.get(target.closest(".chart"));
    if (!printing && chart.plotly && target.clientWidth !== chart.width) requestAnimationFrame(() => draw(chart));
  }
});

function adopt(place) {
  const plot = place.querySelector(".chart__plot");
  const inside = place.querySelector("script[type='application/json']");
  if (!plot) return;
  const chart = { place, plot, figure: JSON.parse(inside.textContent), canvas: element("div", "chart__canvas"), tip: element("div", "tip"), mouse: { x: 0, y: 0 } };
  chart.tip.hidden = true;
  chart.tip.setAttribute("role", "status");
  plot.append(chart.canvas, chart.tip);
  plot.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top } = plot.getBoundingClientRect();
    chart.mouse = { x: clientX - left, y: clientY - top };
  });
  chart.canvas.addEventListener("keydown", (event) => steer(chart, event));
  chart.canvas.addEventListener("blur", () => hush(chart));
  charts.set(place, chart);
  place.querySelector(".chart__png")?.addEventListener("click", () => save(chart));
  near.observe(place);
  sizes.observe(plot);
}

// the same chart of a page fetched later: its figures and words, in the drawing that is there
function freshen(place, later) {
  const chart = charts.get(place), inside = later.querySelector("script[type='application/json']");
  if (!chart || !inside) {
    if (!chart && !inside) return;
    charts.delete(place);
    place.replaceWith(later);
    adopt(later);
    return;
  }
  for (const part of [".chart__head", ".chart__table .more__body", ".chart__about"]) place.querySelector(part).innerHTML = later.querySelector(part).innerHTML;
  chart.figure = JSON.parse(inside.textContent);
  chart.canvas.setAttribute("aria-label", chart.figure.description);
  if (place.dataset.state === "drawn") draw(chart);
  if (!chart.tip.hidden) tell(chart, chart.at);
}

document.querySelectorAll(".chart").forEach(adopt);
document.addEventListener("chart:fresh", ({ target, detail }) => freshen(target, detail));

const redraw = (width) => { for (const chart of charts.values()) draw(chart, width); };
new MutationObserver(() => { if (!printing) redraw(); }).observe(root, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!printing) redraw(); });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

let chosen;
window.addEventListener("beforeprint", () => {
  printing = true;
  chosen = root.dataset.theme;
  root.dataset.theme = "light";
  redraw(PAPER);
});
window.addEventListener("afterprint", () => {
  if (chosen) root.dataset.theme = chosen; else delete root.dataset.theme;
  redraw();
  setTimeout(() => { printing = false; });
});
