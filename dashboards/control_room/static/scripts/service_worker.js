// The shell of a browser without a link: one page that says so. What the API answers is never kept.
// The address of this file is /service-worker.js; before its first line stands the version of all files.

const KEPT = `shell-${VERSION}`;
const SHELL = "/offline";
const FILES = /="(\/static\/[^"#]+)"/g;

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));
self.addEventListener("message", (event) => event.waitUntil(keep())); // another language

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (pathname.startsWith("/api/")) return;
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => kept(SHELL)));
  else if (pathname.startsWith("/static/")) event.respondWith(fetch(event.request).catch(() => kept(event.request)));
});

async function kept(what) {
  return (await caches.match(what)) ?? Response.error();
}

async function keep() {
  const page = await fetch(SHELL, { cache: "no-store" });
  if (!page.ok) throw new Error(`${SHELL}: ${page.status}`);
  const files = [...(await page.clone().text()).matchAll(FILES)].map(([, address]) => address);
  const cache = await caches.open(KEPT);
  await cache.addAll([...new Set(files)]);
  await cache.put(SHELL, page);
}

async function forget() {
  const others = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(others.map((name) => caches.delete(name)));
}
