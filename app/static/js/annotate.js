// A click on a day of a chart opens the form that annotates it; without script the form asks for the day.
addEventListener("chart:day", event => {
  const form = document.querySelector("#annotations"), day = form?.querySelector("[name=day]");
  if (!day) return;
  setTimeout(() => { // after the click that the menus close themselves by
    document.querySelector("#more").open = true;
    form.open = true;
    day.value = event.detail.day;
    form.querySelector("[name=text]").focus();
  });
});
