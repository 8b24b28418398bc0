// Keeps the files of one version and the page for when there is no network. No page, no answer, no data of a person is ever kept.
const KEPT = "seve-{tag}";
const OFFLINE = "/offline";
const FILES = ["seve.css", "seve.svg", "icons.svg", "modules/start.js"].map((name) => `/static/{tag}/${name}`);

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
