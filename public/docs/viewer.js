// Shows the description of the API at /docs/try. The viewer follows the theme of the page.
(function () {
  var root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    var chosen = root.getAttribute("data-theme");
    root.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
  }
  follow();
  dark.addEventListener("change", follow);
  window.SwaggerUIBundle({
    url: "/api/openapi.json",
    dom_id: "#viewer",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    // The page says above what this is.
    plugins: [function () { return { wrapComponents: { InfoContainer: function () { return function () { return null; }; } } }; }],
    // Nothing of this is sent to anybody else.
    validatorUrl: null,
  });
})();
