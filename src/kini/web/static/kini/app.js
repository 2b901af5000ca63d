// What the worker keeps, shown: what has not been sent, when a page was seen, what was typed; and how to install.
// kini.js loads it after the page, where there is something to show. Words stand in the page /offline/.
(() => {
  "use strict";
  const root = document.documentElement, copy = "seen" in root.dataset, away = document.querySelector("[data-away]");
  const place = new URLSearchParams(location.search);

  async function ask(words) {
    const worker = (await navigator.serviceWorker.ready).active, { port1, port2 } = new MessageChannel();
    return new Promise((done) => { port1.onmessage = ({ data }) => done(data); worker.postMessage(words, [port2]); });
  }
  // The words of the page /offline/, which the worker keeps.
  async function words(name) {
    if (away) return away.ownerDocument.querySelector(`template[data-words=${name}]`).content.cloneNode(true);
    const address = document.body.dataset.offline;
    const page = await caches.match(`${address}?${root.lang}`) || await fetch(address);
    const other = new DOMParser().parseFromString(await page.text(), "text/html");
    return document.importNode(other.querySelector(`template[data-words=${name}]`).content, true);
  }
  const moment = (when) => new Intl.DateTimeFormat(root.lang, { dateStyle: "long", timeStyle: "short" }).format(new Date(when));
  const fill = (within, name, text) => within.querySelectorAll(`[data-${name}]`).forEach((each) => { each.textContent = text; });
  const top = (element) => document.querySelector("header.top")?.after(element);
  const say = (text) => { document.getElementById("live").textContent = text; };

  // ---- not sent yet: one strip, brought up to date in place, so that no tap falls on what has just been replaced
  let strip, blank, told;
  async function show(news) {
    told = news;
    const some = () => told.items.length + told.others;
    if (!strip && some()) {
      const page = await words("unsent");
      if (!strip && some()) furnish(page.firstElementChild);
    }
    if (!strip) return;
    if (some()) update(told);
    else {
      strip.remove();
      strip = undefined;
    }
  }
  function furnish(fresh) {
    strip = fresh;
    blank = strip.querySelector("li");
    blank.remove();
    strip.querySelector("[data-others] a").href += `?next=${encodeURIComponent(away ? "/" : location.pathname)}`;
    const send = strip.querySelector("[data-send]");
    send.addEventListener("click", async () => { send.disabled = true; show(await ask({ deed: "send" })); });
    strip.querySelector("details").open = Boolean(away);
    top(strip);
  }
  function update({ items, others }) {
    fill(strip, "count", items.length + others);
    const list = strip.querySelector("ul"), rows = new Map([...list.children].map((each) => [each.dataset.path, each]));
    rows.forEach((each, path) => { if (!items.some((item) => item.path === path)) each.remove(); });
    items.forEach((item, n) => {
      const one = rows.get(item.path) ?? row(item.path);
      fill(one, "title", item.title);
      fill(one, "at", moment(item.at));
      one.querySelectorAll("[data-state]").forEach((each) => { each.hidden = each.dataset.state !== item.state; });
      if (list.children[n] !== one) list.insertBefore(one, list.children[n] ?? null);
    });
    strip.querySelector("[data-others]").hidden = !others && !items.some((each) => each.state === "sign-in");
    const send = strip.querySelector("[data-send]");
    send.hidden = !items.some((each) => each.state === "waiting");
    send.disabled = false;
    say(strip.querySelector("summary").innerText);
  }
  function row(path) {
    const one = blank.cloneNode(true);
    one.dataset.path = path;
    one.querySelector("a").href = path;
    one.querySelector("button").addEventListener("click", async () => show(await ask({ deed: "discard", path })));
    return one;
  }
  let left = false;
  function leave(to) {
    if (!left) location.replace(to);
    left = true;
  }
  const look = async () => show(await ask({ deed: "list" }));
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (data.sent && away && place.has("kept")) leave(data.to);
    else if ("unsent" in data) look();
  });
  look();
  addEventListener("online", () => ask({ deed: "send" }));
  // In a dead spot the phone often believes that it has a net, and never says that it has one again.
  setInterval(() => { if (strip && !document.hidden) ask({ deed: "send" }); }, 20_000);

  // ---- signing out takes what waits with it, and says so
  document.addEventListener("submit", (event) => {
    if (strip && new URL(event.target.action).pathname === document.body.dataset.signOut
      && !confirm(strip.querySelector("[data-leaving]").textContent)) event.preventDefault();
  }, true);

  // ---- what was typed
  const mark = document.querySelector("input[name=keep]"), form = mark?.form;
  const path = form && new URL(form.action).pathname + new URL(form.action).search;
  const [person] = mark?.value.split(":") ?? [];
  const KEPT = "input:not([type=file], [type=password], [type=submit]), textarea, select";
  const FRAME = ["csrfmiddlewaretoken", "keep", "new"];
  async function refill() {
    const before = await ask({ deed: "typed", path, person });
    if (!before) return;
    let changed = false;
    const put = (each, name, value) => {
      if (each[name] === value) return;
      each[name] = value;
      changed = true;
      each.dispatchEvent(new Event("change", { bubbles: true }));
    };
    form.querySelectorAll(KEPT).forEach((each) => {
      if (!each.name || FRAME.includes(each.name)) return;
      const values = before.fields.filter(([name]) => name === each.name).map(([, value]) => value);
      if (["radio", "checkbox"].includes(each.type)) put(each, "checked", values.includes(each.value));
      else if (values.length) put(each, "value", values[0]);
    });
    for (const input of form.querySelectorAll("input[type=file]:not([disabled])")) {
      const files = before.fields.filter(([name, value]) => name === input.name && value.size).map(([, value]) => value);
      if (!files.length) continue;
      const carrier = new DataTransfer();
      files.forEach((each) => carrier.items.add(each));
      input.files = carrier.files;
      changed = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (!changed) return;
    const said = (await words("typed")).firstElementChild;
    fill(said, "at", moment(before.at));
    said.querySelector("button").addEventListener("click", async () => {
      await ask({ deed: "discard", path });
      location.reload();
    });
    form.before(said);
  }
  if (form) {
    let waits;
    const keep = () => {
      waits = undefined;
      const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !FRAME.includes(name));
      ask({ deed: "type", path, person, fields });
    };
    refill().then(() => {
      form.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(keep, 300); });
      form.dataset.keeps = "";
    });
    form.addEventListener("submit", () => { clearTimeout(waits); waits = undefined; });
    document.addEventListener("visibilitychange", () => { if (document.hidden && waits) keep(); });
  }

  // ---- a page as it was seen last
  if (copy) {
    addEventListener("online", () => location.reload());
    if (root.dataset.seen) {
      words("seen").then((page) => {
        fill(page, "at", moment(root.dataset.seen));
        top(page.firstElementChild);
      });
      // What may be kept is sent, or waits (unsent.js); anything else needs the page as it is now.
      document.addEventListener("submit", (event) => {
        if (event.target.elements.keep) return;
        event.preventDefault();
        location.reload();
      }, true);
    }
  }

  // ---- there is no net
  async function copies() {
    const pages = await caches.open("kini-pages-1");
    const found = await Promise.all((await pages.keys()).reverse().map(async (each) => [each.url, await pages.match(each)]));
    return found.map(([url, page]) => {
      const title = new DOMParser().parseFromString(decodeURIComponent(page.headers.get("Kini-Title")), "text/html");
      return { url, title: title.body.textContent.split(" · ")[0], at: page.headers.get("Kini-Seen") };
    });
  }
  if (away && !copy) ask({ deed: "send" }).then(({ items, to }) => {
    if (!place.has("kept")) leave("/");
    else if (!items.some((each) => each.state === "waiting")) leave(to || "/");
  });
  else if (away) {
    for (const name of ["kept", "lost"]) away.querySelector(`[data-${name}]`).hidden = !place.has(name);
    away.querySelector("[data-again]").addEventListener("click", () => {
      if (place.has("lost")) history.back();
      else location.reload();
    });
    copies().then((found) => {
      const part = away.querySelector("[data-copies]"), list = part.querySelector("ul"), row = list.firstElementChild;
      list.replaceChildren(...found.map(({ url, title, at }) => {
        const one = row.cloneNode(true);
        one.querySelector("a").href = url;
        fill(one, "title", title);
        fill(one, "at", moment(at));
        return one;
      }));
      part.hidden = !found.length;
    });
  }

  // ---- the hint to install: once somebody has come back, and never again after a no
  const slot = document.querySelector("[data-install]");
  async function hint() {
    const answered = localStorage.getItem("install"), days = Number(localStorage.getItem("days"));
    if (!slot || !window.kiniInstall || !matchMedia("(pointer: coarse)").matches || answered || days < Number(slot.dataset.install)) return;
    const said = (await words("install")).firstElementChild;
    const end = () => { localStorage.setItem("install", "answered"); said.remove(); };
    said.querySelector("[data-yes]").addEventListener("click", () => { window.kiniInstall.prompt(); end(); });
    said.querySelector("[data-no]").addEventListener("click", end);
    slot.replaceChildren(said);
  }
  hint();
})();
