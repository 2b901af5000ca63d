// The service worker where it is switched off (KINI_WORKER=off): forgets the pages that were kept and goes away. What
// waits to be sent stays on the phone until there is a worker again.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await self.registration.unregister();
})()));
