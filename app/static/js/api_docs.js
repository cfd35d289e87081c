// The reference reads without this: the search is a form, the languages are sections, and "Try it" is not there.
// Contents: what is typed leaves only what has every word.
const search = document.querySelector("[data-search]"), entries = [...document.querySelectorAll("[data-entry]")];
const wasOpen = new Map([...document.querySelectorAll("[data-part]")].map(section => [section, section.open]));
search?.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  entries.forEach(entry => { entry.hidden = !words.every(word => entry.dataset.entry.toLowerCase().includes(word)); });
  for (const [section, open] of wasOpen) {
    section.hidden = !section.querySelector("[data-entry]:not([hidden])");
    section.open = words.length ? true : open;
  }
  document.querySelector("[data-none]").hidden = entries.some(entry => !entry.hidden);
});
if (matchMedia("(max-width: 56rem)").matches) document.querySelector("[data-tree]").open = false;

// Languages: the one that was chosen is shown everywhere, also on the next page.
const groups = [...document.querySelectorAll("[data-langs]")];
const choose = language => groups.forEach(group => [...group.children].forEach(one => { one.open = one.dataset.lang === language; }));
groups.forEach(group => group.addEventListener("click", event => {
  const summary = event.target.closest("summary");
  if (!summary) return;
  event.preventDefault();
  const before = group.getBoundingClientRect().top;
  choose(summary.parentElement.dataset.lang);
  scrollBy(0, group.getBoundingClientRect().top - before);
  try { localStorage.setItem("language", summary.parentElement.dataset.lang); } catch { /* nothing is kept */ }
}));
try {
  const kept = localStorage.getItem("language");
  if (groups[0] && [...groups[0].children].some(one => one.dataset.lang === kept)) choose(kept);
} catch { /* nothing is kept */ }

// Try it: the request is sent from here, with a key that only this page holds.
const fieldsOf = form => [...form.querySelectorAll("input[name]")].filter(input => input.value !== "");
const requestOf = form => {
  const key = form.querySelector("[data-key]")?.value, body = form.querySelector("[data-body]")?.value;
  const query = new URLSearchParams();
  let path = form.dataset.path;
  fieldsOf(form).forEach(({ name, value }) => {
    if (path.includes(`{${name}}`)) path = path.replace(`{${name}}`, encodeURIComponent(value));
    else query.append(name, value);
  });
  const headers = { Accept: "application/json", ...(key ? { Authorization: `Bearer ${key}` } : {}), ...(body ? { "Content-Type": form.dataset.media } : {}) };
  return [`${path}${query.size ? `?${query}` : ""}`, { method: form.dataset.method, headers, body, credentials: "omit" }];
};
const shown = text => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
document.querySelectorAll("[data-try]").forEach(box => {
  box.hidden = false;
  const form = box.querySelector("form"), status = form.querySelector("[data-status]"), answer = form.querySelector("[data-answer]");
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const [address, options] = requestOf(form), began = performance.now();
    status.textContent = "Sending…";
    try {
      const response = await fetch(address, options), text = await response.text();
      status.textContent = `${response.status} ${response.statusText} in ${Math.round(performance.now() - began)} ms`;
      answer.firstChild.textContent = shown(text).slice(0, 20000) || "(empty)";
      answer.hidden = false;
    } catch {
      status.textContent = "The server did not answer. Check your connection, then send it again.";
    }
  });
});
