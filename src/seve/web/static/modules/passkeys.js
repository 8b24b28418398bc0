// Passkeys: the one thing that no plain form can do. A button appears where the browser can; the answer goes as a form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const decoded = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map((c) => ({ ...c, id: bytes(c.id) })) }),
  ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map((c) => ({ ...c, id: bytes(c.id) })) }),
});

const encoded = (credential) => {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[name]) response[name] = text(answer[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
};

const run = async (form) => {
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    const begun = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!begun.ok || begun.redirected) {
      window.location.assign(begun.redirected ? begun.url : "/signin?again=1");
      return;
    }
    const { token, options } = await begun.json();
    const verb = form.dataset.ceremony === "create" ? "create" : "get";
    const credential = await navigator.credentials[verb]({ publicKey: decoded(options) });
    form.elements.token.value = token;
    form.elements.answer.value = encoded(credential);
    form.submit();
  } catch {
    problem.hidden = false;
  }
};

for (const form of document.querySelectorAll("form[data-ceremony]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
