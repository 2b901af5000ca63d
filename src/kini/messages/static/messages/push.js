// "Notify me on this device": asks the browser, then sends its address as an ordinary form.
(() => {
  "use strict";
  const form = document.querySelector("[data-push-key]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  navigator.serviceWorker.getRegistration().then(async (worker) => {
    if (!worker || Notification.permission === "denied" || await worker.pushManager.getSubscription()) return;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.endpoint.value) return;
      event.preventDefault();
      const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.pushKey });
      const { endpoint, keys } = made.toJSON();
      Object.assign(form.elements.endpoint, { value: endpoint });
      Object.assign(form.elements.public, { value: keys.p256dh });
      Object.assign(form.elements.auth, { value: keys.auth });
      form.submit();
    });
  });
})();
