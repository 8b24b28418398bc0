// Keeps the files of one version and the page for when there is no network. No page, no answer, no data of a person is ever kept.
const KEPT = "seve-{tag}";
const OFFLINE = "/offline";
const FILES = ["seve.css", "seve.svg", "modules/start.js"].map((name) => `/static/{tag}/${name}`);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([OFFLINE, ...FILES])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  const older = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(older).then(() => self.clients.claim()));
});

const fromStatic = async (request) => {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && new URL(request.url).pathname.startsWith("/static/{tag}/")) {
    (await caches.open(KEPT)).put(request, answer.clone());
  }
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(fromStatic(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

// Web push: a word that something waits, and the page to read it. What is said comes sealed from this site; anything else is not shown.
const pageOf = (path) => new URL(typeof path === "string" && /^\/(?!\/)/.test(path) ? path : "/", location.origin);

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  const shown = { icon: "/static/{tag}/app-192.png", badge: "/static/{tag}/app-192.png", tag: "seve", data: { path: said.path } };
  event.waitUntil(self.registration.showNotification(String(said.title ?? "Sève"), shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = pageOf(event.notification.data?.path);
  const go = async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const found = open.find((one) => new URL(one.url).pathname === page.pathname);
    return found ? found.focus() : self.clients.openWindow(page.href);
  };
  event.waitUntil(go());
});
