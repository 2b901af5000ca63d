// Conveniences only: every page does its work without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Controls that could do nothing without JavaScript stay hidden until it is here.
  all("[data-needs-js], [data-print], [data-locate-box]").forEach((element) => { element.hidden = false; });

  // After a refused form, start where it says what to mend.
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-print], [data-locate], [data-quick-exit]");
    if (!target) return;
    if (target.matches("[data-print]")) window.print();
    if (target.matches("[data-locate]")) locate(target);
    if (target.matches("[data-quick-exit]")) { event.preventDefault(); leave(target); }
  });

  // Fills two inputs with where the device is, rounded to about a metre.
  function locate(button) {
    const says = button.parentElement.querySelector("[role=status]");
    const fill = (id, value) => {
      const input = document.getElementById(id);
      if (input) { input.value = value.toFixed(5); input.dispatchEvent(new Event("change", { bubbles: true })); }
    };
    const failed = () => { says.textContent = button.dataset.failed; };
    if (!navigator.geolocation) return failed();
    says.textContent = button.dataset.wait;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      fill(button.dataset.lat, coords.latitude);
      fill(button.dataset.lon, coords.longitude);
      says.textContent = button.dataset.done;
      if ("send" in button.dataset) button.form.requestSubmit();
    }, failed, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  }

  // Leaves at once: the page is blanked, another opens, and this one is not in the way back.
  function leave(link) {
    document.documentElement.hidden = true;
    document.title = "";
    window.location.replace(link.href);
  }

  // A second click on the same form sends nothing; coming back to the page frees it again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    setTimeout(() => free(form), 10000);
  });
  function free(form) {
    delete form.dataset.sent;
    all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  }
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(free));

  // Says when the city cannot be reached. A browser without a network may still reach a city on its own machine.
  const offline = document.querySelector("[data-reach]");
  let again;
  async function reach() {
    clearTimeout(again);
    const there = navigator.onLine || await fetch(offline.dataset.reach, { cache: "no-store" }).then(() => true, () => false);
    offline.firstElementChild.hidden = there;
    if (!navigator.onLine) again = setTimeout(reach, 10_000);
  }
  if (offline) {
    ["offline", "online"].forEach((turn) => window.addEventListener(turn, reach));
    if (!navigator.onLine) reach();
  }

  // The worker keeps pages and answers where there is no net (worker.js). What shows them (app.js) comes after the page.
  const root = document.documentElement, { worker, app, person } = document.body.dataset, copy = "seen" in root.dataset;
  let shows = false;
  function show() {
    if (!shows) document.head.append(Object.assign(document.createElement("script"), { src: app, defer: true }));
    shows = true;
  }
  async function begin() {
    const house = navigator.serviceWorker;
    house.addEventListener("message", ({ data }) => { if (data.unsent) show(); });
    await house.register(worker).catch(() => null);
    if (copy || document.querySelector("[data-away], input[name=keep]")) show();
    const { active } = await house.ready, { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => { if (data.unsent) show(); };
    const hello = { deed: "hello", person, language: root.lang, address: copy ? "" : location.pathname };
    active.postMessage(hello, [port2]);
  }
  if ("serviceWorker" in navigator) {
    if (worker) window.addEventListener("load", begin);
    else if (!copy) navigator.serviceWorker.getRegistration().then((there) => there?.update());
  }

  // Browsers that can install the city as an app wait until somebody wants it.
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    window.kiniInstall = event;
    if (document.querySelector("[data-install]")) show();
  });
  const today = new Date().toDateString();
  if (localStorage.getItem("day") !== today) {
    localStorage.setItem("day", today);
    localStorage.setItem("days", Number(localStorage.getItem("days")) + 1);
  }

  // Esc twice leaves a sensitive page.
  let escaped = 0;
  document.addEventListener("keydown", (event) => {
    const exit = document.querySelector("[data-quick-exit]");
    if (event.key !== "Escape" || !exit) return;
    if (event.timeStamp - escaped < 1500) leave(exit);
    escaped = event.timeStamp;
  });
})();
