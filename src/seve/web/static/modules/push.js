// Asks the browser to be told on this device (web push). Where it offers none, the page says so and has no button.
const form = document.querySelector("form[data-push]");
const show = (name) => {
  for (const one of ["refused", "failed", "none"]) document.querySelector(`[data-push-${one}]`).hidden = one !== name;
  form.hidden = name === "refused" || name === "none";
};
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const subscribe = async () => {
  if ((await Notification.requestPermission()) !== "granted") return show("refused");
  const worker = await navigator.serviceWorker.ready;
  const old = await worker.pushManager.getSubscription(); // of another key, say
  await old?.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.push });
  form.elements.endpoint.value = made.endpoint;
  form.elements.key.value = text(made.getKey("p256dh"));
  form.elements.auth.value = text(made.getKey("auth"));
  form.submit();
};

if (window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  show(Notification.permission === "denied" ? "refused" : "");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    subscribe().catch(() => show("failed")).finally(() => { button.disabled = false; });
  });
}
