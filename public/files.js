// Files in the browser. A part with data-attach stands in a form: each file that is chosen there, dropped onto the form or
// pasted into it is uploaded at once to the address in data-attach, with its progress and a way to cancel it. With data-key
// it is attached to that issue; without, its id goes into the form's field "files", and the form waits for it.
// Loaded once, only by pages that have such a part.
(function () {
  "use strict";
  const root = document.documentElement;
  if (root.hasAttribute("data-files")) return;

  /** How many files are on their way, by the part that they are in. */
  const under_way = new WeakMap();
  /** Forms that go as soon as their files have gone. */
  const waiting = new WeakMap();

  const part_of = (element) => {
    const form = element && element.closest && element.closest("form");
    return form && form.querySelector("[data-attach]");
  };

  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  /** What went wrong, in the words of the server if it said some. */
  function reason(request) {
    if (!request.status) return "There is no connection. Try again.";
    try {
      const problem = JSON.parse(request.responseText);
      return (problem.errors || []).map((error) => error.message).join(" ") || problem.detail || problem.title;
    } catch (error) {
      return request.status === 413 ? "The file is too large." : "The upload failed. Try again.";
    }
  }

  const field = (part) => part.querySelector("input[name=files]");
  const ids = (part) => (field(part) ? field(part).value.split(",").filter(Boolean) : []);

  function done(part, by) {
    under_way.set(part, (under_way.get(part) || 0) + by);
    const form = part.closest("form");
    if (!under_way.get(part) && waiting.has(form)) {
      const button = waiting.get(form);
      waiting.delete(form);
      // One that failed is seen first.
      if (!part.querySelector("[data-failed]")) form.requestSubmit(button && button.isConnected ? button : undefined);
    }
  }

  function upload(part, file) {
    const list = part.querySelector(".uploads");
    const said = element("span", { className: "dim" });
    const bar = element("progress", { max: file.size || 1, value: 0 });
    bar.setAttribute("aria-label", "Upload of " + file.name);
    const button = element("button", { type: "button", className: "btn ghost small", textContent: "Cancel" });
    button.setAttribute("aria-label", "Cancel the upload of " + file.name);
    const line = element("li", {}, element("span", { className: "what" }, file.name + " ", said), bar, button);
    list.append(line);

    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("org", part.dataset.org);
    if (part.dataset.key) body.append("key", part.dataset.key);
    body.append("idempotency_key", random());
    body.append("upload", file, file.name || "pasted.png");

    request.upload.onprogress = (event) => { if (event.lengthComputable) { bar.max = event.total; bar.value = event.loaded; } };
    request.onabort = () => { line.remove(); done(part, -1); };
    request.onerror = request.ontimeout = () => failed();
    request.onload = () => (request.status === 200 ? uploaded(JSON.parse(request.responseText).files[0]) : failed());
    button.onclick = () => request.abort();
    request.open("POST", part.dataset.attach);
    request.setRequestHeader("Accept", "application/json");
    done(part, 1);
    request.send(body);

    function failed() {
      bar.remove();
      line.setAttribute("data-failed", "");
      said.setAttribute("role", "alert");
      said.textContent = reason(request);
      button.textContent = "Dismiss";
      button.setAttribute("aria-label", "Dismiss " + file.name);
      button.onclick = () => line.remove();
      done(part, -1);
    }

    function uploaded(kept) {
      bar.remove();
      if (part.dataset.key) {
        // The page shows it by itself.
        line.remove();
      } else {
        field(part).value = ids(part).concat(String(kept.id)).join(",");
        said.setAttribute("role", "status");
        said.textContent = "uploaded";
        button.textContent = "Remove";
        button.setAttribute("aria-label", "Remove " + kept.name);
        button.onclick = () => remove(part, String(kept.id), line);
      }
      done(part, -1);
    }
  }

  function remove(part, id, line) {
    field(part).value = ids(part).filter((other) => other !== id).join(",");
    line.remove();
    fetch("/api/v1/files/remove", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ org: part.dataset.org, file: id }),
    }).catch(() => {});
  }

  const take = (part, files) => Array.from(files).forEach((file) => upload(part, file));

  addEventListener("change", (event) => {
    const part = event.target.closest && event.target.closest("[data-attach]");
    if (!part || event.target.type !== "file") return;
    take(part, event.target.files);
    event.target.value = "";
  });

  const with_files = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    addEventListener(kind, (event) => {
      if (!with_files(event)) return;
      const part = part_of(event.target);
      // A file that misses the form must not take the place of the page.
      event.preventDefault();
      document.querySelectorAll("[data-over]").forEach((over) => over.removeAttribute("data-over"));
      if (!part) { event.dataTransfer.dropEffect = "none"; return; }
      if (kind === "dragover") part.setAttribute("data-over", "");
      if (kind === "drop") take(part, event.dataTransfer.files);
    });
  }

  addEventListener("paste", (event) => {
    const part = part_of(event.target), files = event.clipboardData && event.clipboardData.files;
    // Office programs put a picture of the text beside the text.
    if (!part || !files || !files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    take(part, files);
  });

  // Before the form's own listener: what is on its way belongs to it.
  addEventListener("submit", (event) => {
    const part = event.target.querySelector("[data-attach]");
    if (!part || !under_way.get(part)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.set(event.target, event.submitter);
  }, true);

  addEventListener("reset", (event) => {
    const part = event.target.querySelector("[data-attach]");
    if (!part) return;
    if (field(part)) field(part).value = "";
    part.querySelector(".uploads").replaceChildren();
  });

  // What was chosen before this script was here.
  document.querySelectorAll("[data-attach] input[type=file]").forEach((input) => {
    if (!input.files.length) return;
    take(input.closest("[data-attach]"), input.files);
    input.value = "";
  });
  root.setAttribute("data-files", "");
})();
