// Runs before the first paint, long before the program is there. It says that scripts work, puts the chosen theme on,
// and keeps what is clicked and chosen until the page is hydrated; then it happens.
(function () {
  var root = document.documentElement, kept = [], given_up = false, theme = null;
  root.setAttribute("data-js", "");
  try { theme = localStorage.getItem("theme"); } catch (_) { /* storage can be forbidden */ }
  if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  function hydrated() { return root.hasAttribute("data-hydrated"); }
  function replay(element) {
    if (!element.isConnected) return;
    if (element.tagName === "FORM") element.requestSubmit(); else element.click();
  }
  function keep(event) {
    if (hydrated() || !event.target.closest) return;
    var element = event.target.closest(event.type === "click" ? "[data-replay]" : "[data-autosubmit]");
    if (!element) return;
    if (given_up) { if (element.tagName === "FORM") element.requestSubmit(); return; }
    if (kept.indexOf(element) < 0) kept.push(element);
  }
  addEventListener("click", keep, true);
  addEventListener("change", keep, true);
  new MutationObserver(function (_, observer) {
    if (!hydrated()) return;
    observer.disconnect();
    removeEventListener("click", keep, true);
    removeEventListener("change", keep, true);
    kept.splice(0).forEach(replay);
  }).observe(root, { attributes: true, attributeFilter: ["data-hydrated"] });
  // A program that does not come leaves a page of plain forms: send what was chosen the plain way.
  setTimeout(function () {
    if (hydrated()) return;
    given_up = true;
    kept.splice(0).forEach(function (element) { if (element.tagName === "FORM") replay(element); });
  }, 10000);
})();
