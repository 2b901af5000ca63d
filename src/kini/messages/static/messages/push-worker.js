// A part of the service worker: shows a message, and opens it where somebody taps it, in a window that is there if one is.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(self.registration.showNotification(told.title || "", { tag: told.tag, data: { link: told.link } }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openMessage(event.notification.data.link));
});

async function openMessage(link) {
  const [window] = await self.clients.matchAll({ type: "window" });
  if (!window) return self.clients.openWindow(link);
  await window.focus().catch(() => null);
  return window.navigate(link);
}
