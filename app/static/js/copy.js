// Copies what stands in the field beside the button, and says so.
document.querySelectorAll("[data-copy]").forEach(button => {
  const field = button.previousElementSibling, status = document.querySelector("[data-copy-status]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
    if (status) status.textContent = "Copied.";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
});
