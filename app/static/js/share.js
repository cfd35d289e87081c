// Sending and printing a result. The row may be drawn again at any time, so its clicks are heard on the document; what a
// browser cannot do is not shown. Without script the field beside the buttons holds the address.
"use strict";
document.documentElement.classList.add("scripted");
document.documentElement.classList.toggle("can-share", Boolean(navigator.share));

const rowOf = (element) => element.closest("[data-share-row]");
const ticked = (row) => Boolean(row.querySelector("[name=card]")?.checked);
const linkOf = (row) => (ticked(row) ? row.dataset.numbered : row.dataset.link);
const say = (row, text) => { row.querySelector("[data-copied]").textContent = text; };

async function copy(row) {
  try {
    await navigator.clipboard.writeText(linkOf(row));
    say(row, "Link copied.");
  } catch {
    // No clipboard without https or permission: the address is shown, ready to be copied by hand.
    row.classList.add("share-row--by-hand");
    row.querySelector("#share-link").select();
    say(row, "Your browser keeps this page from copying. Copy the link from the field.");
  }
}

const actions = {
  "[data-copy]": (button) => copy(rowOf(button)),
  "[data-share]": (button) => navigator.share({ title: document.title, url: linkOf(rowOf(button)) }).catch(() => {}),
  "[data-print]": () => print(),
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(actions)) {
    const button = event.target.closest(selector);
    if (button) act(button);
  }
});

document.addEventListener("change", (event) => {
  const row = event.target.name === "card" && rowOf(event.target);
  if (!row) return;
  row.querySelector("#share-link").value = linkOf(row);
  say(row, ticked(row) ? "The link now shows your number in its preview." : "The link now shows no number in its preview.");
});
