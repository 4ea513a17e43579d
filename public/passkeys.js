// Passkeys in the browser. A button with data-passkey ("get" or "create") stands in a form that goes to the function which
// takes the answer. Pressed, it asks the function in data-ask, with the proof that is typed into its form or the address that
// is typed on the page, lets the browser do its part, puts token and answer into the form, and sends it.
// Loaded once, only by pages that have such a button; they show it when data-passkeys is set.
(function () {
  "use strict";
  const root = document.documentElement;
  if (!window.PublicKeyCredential || root.hasAttribute("data-passkeys")) return;

  /** @param {string} text base64url @returns {Uint8Array} */
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  /** @param {ArrayBuffer | null | undefined} buffer @returns {string | null} base64url */
  const text = (buffer) => {
    if (!buffer) return null;
    const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  /** What the server wrote as JSON, with bytes where the browser wants them. */
  function readable(options) {
    const named = (list) => (list || []).map((key) => Object.assign({}, key, { id: bytes(key.id) }));
    const read = Object.assign({}, options, { challenge: bytes(options.challenge) });
    if (options.user) read.user = Object.assign({}, options.user, { id: bytes(options.user.id) });
    if (options.allowCredentials) read.allowCredentials = named(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = named(options.excludeCredentials);
    return read;
  }

  /** The browser's answer as the server reads it. */
  function writable(credential) {
    const from = credential.response;
    const response = { clientDataJSON: text(from.clientDataJSON) };
    if (from.attestationObject) {
      response.attestationObject = text(from.attestationObject);
    } else {
      response.authenticatorData = text(from.authenticatorData);
      response.signature = text(from.signature);
      response.userHandle = text(from.userHandle);
    }
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response, extensions: {} };
  }

  async function ask(url, fields) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(fields),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error((body.errors || []).map((error) => error.message).join(" ") || body.detail);
    return body;
  }

  async function use(button) {
    const form = button.form, said = form.querySelector("[data-said]");
    const say = (words) => { said.textContent = words; said.hidden = !words; };
    // A function refuses fields that it does not have; the form has those of another.
    const takes = button.dataset.passkey === "create" ? "proof" : "email";
    const given = form.elements.namedItem(takes) || document.querySelector(`input[name=${takes}]`);
    const fields = given && given.value !== "" ? { [takes]: given.value } : {};
    say("");
    button.disabled = true;
    try {
      const asked = await ask(button.dataset.ask, fields);
      const publicKey = readable(JSON.parse(asked.options).publicKey);
      const credential = await navigator.credentials[button.dataset.passkey]({ publicKey: publicKey });
      form.elements.namedItem("token").value = asked.token;
      form.elements.namedItem("answer").value = JSON.stringify(writable(credential));
      // What was asked with does not go to the function that takes the answer.
      const inside = given && form.contains(given);
      if (inside) given.disabled = true;
      form.requestSubmit();
      if (inside) given.disabled = false;
    } catch (error) {
      const given_up = error.name === "NotAllowedError" || error.name === "AbortError";
      const known = error.name === "InvalidStateError";
      say(given_up ? "No passkey was used." : known ? "This device has a passkey of yours already." : error.message);
    } finally {
      button.disabled = false;
    }
  }

  addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button[data-passkey]");
    if (button && button.form) use(button);
  });
  root.setAttribute("data-passkeys", "");
})();
