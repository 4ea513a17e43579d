(function () {
  var root = document.documentElement, theme = null;
  root.setAttribute("data-js", "");
  try { theme = localStorage.getItem("theme"); } catch (_) { /* storage can be forbidden */ }
  if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
})();
