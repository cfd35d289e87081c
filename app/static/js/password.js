// A typed password can be shown. Before the form is sent it is hidden again, so that no browser keeps it as a text.
document.querySelectorAll("[data-shows]").forEach(button => {
  const input = document.getElementById(button.dataset.shows);
  const show = shown => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/^(Show|Hide)/, button.textContent));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
});
