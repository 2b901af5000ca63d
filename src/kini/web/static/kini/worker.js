// Pages without a net: the shell of this release, and the public pages that were seen last. What is kept of a page is
// what a stranger is given (web/copies.py); nothing personal, nothing with a cookie, nothing that must not be stored.
// KINI stands before this file (web/installed.py).
const SHELL = `kini-shell-${KINI.version}`, PAGES = "kini-pages-1", FILES = "kini-files-1";
const MOST = { [PAGES]: 30, [FILES]: 80 };
// Pages of an officer's working day (header Kini-Keep-Until): personal, until that time, the sign-out or another person.
const DAY = "kini-day-2";
const LONGEST = 300_000, FRESH = 3_600_000;
const TOKEN = /<input type="hidden" name="csrfmiddlewaretoken"[^>]*>/g;

self.addEventListener("install", (event) => event.waitUntil(furnish().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(opened(event, url));
  else if (request.mode === "navigate" && request.method === "POST") event.respondWith(sent(event, url));
  else if (request.method === "GET" && isFile(url)) event.respondWith(file(event, url));
});

async function furnish() {
  const shell = await caches.open(SHELL);
  const good = async (asked) => {
    const response = await asked;
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
    return response;
  };
  await Promise.all(KINI.files.map(async (each) => shell.put(each, await good(fetch(each)))));
  await Promise.all(KINI.languages.map(async (each) => {
    const page = await good(asStranger(KINI.offline, each));
    await shell.put(`${KINI.offline}?${each}`, seen(page, await page.text(), ""));
  }));
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => ![SHELL, PAGES, FILES, DAY].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

const asStranger = (address, language) =>
  fetch(address, { credentials: "omit", cache: "no-store", headers: { "Kini-Copy": language } });

// The page with when it was seen, and without the token of its forms, which would hold no more.
function seen(page, html, when) {
  const headers = new Headers(page.headers);
  ["Content-Encoding", "Content-Length", "Set-Cookie"].forEach((name) => headers.delete(name));
  headers.set("Kini-Seen", when);
  headers.set("Kini-Title", encodeURIComponent(/<title>([^<]*)/.exec(html)?.[1] ?? ""));
  return new Response(html.replace(TOKEN, "").replace("<html ", `<html data-seen="${when}" `), { headers });
}

async function opened(event, url) {
  try {
    const response = await event.preloadResponse || await fetch(event.request);
    const how = response.headers.get("Kini-Copy");
    if (how && !url.search) event.waitUntil(keep(url, how, response.clone()));
    event.waitUntil(keepAlso(response));
    if (response.headers.has("Kini-Keep-Until") && response.ok) event.waitUntil(keepForDay(url, response.clone()));
    return response;
  } catch {
    const pages = await caches.open(PAGES);
    return await pages.match(url.pathname + url.search) || await ofDay(url) || shellPage();
  }
}

// They are kept encrypted (unsent.js); Kini-Seal has what decrypts them with the phone's key.
async function keepForDay(url, response) {
  const page = seen(response, await response.text(), new Date().toISOString());
  const { iv, data } = await KiniTables.sealBytes(await phoneKey(), await page.arrayBuffer());
  page.headers.set("Kini-Seal", iv.join());
  page.headers.delete("Kini-Title");
  await (await caches.open(DAY)).put(url.pathname, new Response(data, { headers: page.headers }));
}
async function ofDay(url) {
  const days = await caches.open(DAY), page = await days.match(url.pathname);
  if (!page) return undefined;
  if (Date.parse(page.headers.get("Kini-Keep-Until")) > Date.now()) {
    const iv = Uint8Array.from(page.headers.get("Kini-Seal").split(","));
    return new Response(await KiniTables.unsealBytes(await phoneKey(), { iv, data: await page.arrayBuffer() }), { headers: page.headers });
  }
  await days.delete(url.pathname);
  return undefined;
}

async function keep(url, how, response) {
  if (how === "other" && await isFresh(url.pathname)) return;
  await store(url.pathname, how === "same" ? response : await asStranger(url.href, response.headers.get("Content-Language")));
}
// Public pages of the same area, named by a page that itself depends on a place.
async function keepAlso(response) {
  for (const path of response.headers.get("Kini-Copy-Also")?.split(" ") ?? []) {
    if (!await isFresh(path)) await store(path, await asStranger(path, response.headers.get("Content-Language")));
  }
}
async function isFresh(path) {
  const kept = await (await caches.open(PAGES)).match(path);
  return navigator.connection?.saveData || kept && Date.now() - Date.parse(kept.headers.get("Kini-Seen")) < FRESH;
}
async function store(path, page) {
  if (page.headers.get("Kini-Copy") !== "same" || /private|no-store/.test(page.headers.get("Cache-Control"))) return;
  const html = await page.text();
  // Pages that one leaves at once leave no trace here either.
  if (html.length > LONGEST || html.includes("data-quick-exit")) return;
  await put(PAGES, path, seen(page, html, new Date().toISOString()));
}

// The page that says there is no net, in the language of the page that was seen last.
async function shellPage() {
  const { language } = await here(), shell = await caches.open(SHELL);
  return await shell.match(`${KINI.offline}?${language}`) || await shell.match(`${KINI.offline}?${KINI.languages[0]}`)
    || Response.error();
}

const isFile = (url) => url.pathname.startsWith(KINI.static) || KINI.files.includes(url.pathname + url.search);

// A file whose name carries its version never changes; any other is asked for as long as there is a net.
async function file(event, url) {
  const kept = await caches.match(event.request);
  if (kept && (KINI.files.includes(url.pathname + url.search) || /\.[0-9a-f]{12}\./.test(url.pathname))) return kept;
  try {
    const response = await fetch(event.request);
    if (response.ok && response.type === "basic") event.waitUntil(put(FILES, event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

// Keeps it as the newest, and lets the oldest go.
async function put(name, key, response) {
  const cache = await caches.open(name);
  await cache.delete(key);
  await cache.put(key, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[name])).map((each) => cache.delete(each)));
}
