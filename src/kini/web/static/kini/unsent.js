// What was typed or sent where there is no net: kept on the phone, and sent once it is back. A form says with the input
// `keep` ("PERSON:TITLE") that it may be kept; it can be sent twice without harm, because the server does it once.
// Contents are encrypted under a key of this phone, which goes with the sign-out.
const tables = KiniTables.open("kini", ["typed", "unsent", "facts"], "path");
const { read, all, write, drop } = tables;
// How long what was only typed is kept, in milliseconds.
const LASTS = 14 * 86_400_000;
let sending, made;
// Where the last one that was sent led, for a page that was just loading when it was told.
let led = { to: "", at: 0 };

// The key of this phone, made when it is first needed.
function phoneKey() {
  made ||= (async () => {
    const known = await read("facts", "key");
    if (known) return known.key;
    const key = await KiniTables.newKey();
    await write("facts", { path: "key", key });
    return key;
  })();
  return made;
}
// The fields of a form, files too, encrypted; and back. A release before this one kept them as they were.
async function sealed(fields) {
  const form = new FormData();
  fields.forEach(([name, value]) => form.append(name, value));
  const body = new Response(form), type = body.headers.get("Content-Type");
  return { type, ...await KiniTables.sealBytes(await phoneKey(), await body.arrayBuffer()) };
}
async function unsealed(row) {
  if (row.fields) return row.fields;
  const body = await KiniTables.unsealBytes(await phoneKey(), row);
  const form = await new Response(body, { headers: { "Content-Type": row.type } }).formData();
  // Line breaks are those of a text field again.
  return [...form].map(([name, value]) => [name, typeof value === "string" ? value.replaceAll("\r\n", "\n") : value]);
}

// Who was seen last, and in which language they read.
const here = async () => await read("facts", "here") || { person: "", language: KINI.languages[0] };
const theirs = (row, person) => !row.person || row.person === person;
const pathOf = (url) => url.pathname + url.search;

// ---- a form is sent
async function sent(event, url) {
  const spare = event.request.clone();
  let response;
  try {
    response = await fetch(event.request);
  } catch (error) {
    if (event.request.signal.aborted) throw error;
    const form = await spare.formData().catch(() => null);
    const kept = form?.get("keep") ? await keepForm(url, form) : false;
    return Response.redirect(`${KINI.offline}?${kept ? "kept" : "lost"}`, 303);
  }
  event.waitUntil(keepAlso(response));
  if (url.pathname === KINI.signOut) await forget();
  else if (response.type === "opaqueredirect") event.waitUntil(arrived(pathOf(url)));
  return response;
}

async function keepForm(url, form) {
  const [, named, title] = /^(\w*):(.*)$/s.exec(form.get("keep")) || [];
  if (title === undefined) return false;
  // A copy of a public page names nobody: it belongs to who was seen last.
  const person = named || (await here()).person;
  const fields = [...form].filter(([name]) => name !== "csrfmiddlewaretoken");
  const name = await KiniTables.seal(await phoneKey(), title);
  await write("unsent", { path: pathOf(url), person, title: name, at: Date.now(), state: "waiting", ...await sealed(fields) });
  await self.registration.sync?.register("unsent").catch(() => null);
  await tell();
  return true;
}

// It led on, to the next page or to the sign-in; which one it was, the page that comes next says.
async function arrived(path) {
  for (const name of ["typed", "unsent"]) {
    const row = await read(name, path);
    if (row) await write(name, { ...row, arrived: true });
  }
}
async function settle(address) {
  const signedOut = address === KINI.signIn;
  for (const name of ["typed", "unsent"]) {
    for (const row of (await all(name)).filter((each) => each.arrived)) {
      await (signedOut ? write(name, { ...row, arrived: false }) : drop(name, row.path));
    }
  }
}

async function fade() {
  for (const row of await all("typed")) if (Date.now() - row.at > LASTS) await drop("typed", row.path);
}

// What scripts of other rooms forget with the sign-out: functions that return a promise. A listener of their own for the
// sign-out would not be called, because the first one answers the request.
const forgetters = [];
async function forget() {
  await Promise.all(forgetters.map((each) => each()));
  await caches.delete(PAGES);
  await caches.delete(DAY);
  for (const name of ["typed", "unsent"]) await tables.clear(name);
  await drop("facts", "key");
  made = undefined;
  await write("facts", { ...await here(), path: "here", person: "" });
}

// ---- it is sent again
self.addEventListener("sync", (event) => {
  if (event.tag === "unsent") event.waitUntil(sendAll().then((left) => { if (left) throw new Error("still no net"); }));
});

// One after the other, in the order in which they were sent; whether some still wait for a net.
function sendAll() {
  sending ||= (async () => {
    let left = false;
    const rows = (await all("unsent")).filter((each) => each.state !== "refused").sort((a, b) => a.at - b.at);
    for (const row of rows) if (await sendAgain(row) === "waiting") { left = true; break; }
    await tell();
    return left;
  })().finally(() => { sending = undefined; });
  return sending;
}

async function sendAgain(row) {
  let state = "waiting", to = "";
  try {
    const standing = await (await fetch(KINI.standing, { cache: "no-store" })).json();
    if (!theirs(row, standing.person)) state = "sign-in";
    else {
      const form = new FormData();
      (await unsealed(row)).forEach(([name, value]) => form.append(name, value));
      form.append("csrfmiddlewaretoken", standing.token);
      const answer = await fetch(row.path, { method: "POST", body: form });
      to = answer.url;
      if (new URL(to).pathname === KINI.signIn) state = "sign-in";
      else if (answer.redirected && answer.ok) state = "sent";
      else if (answer.status !== 429 && answer.status < 500) state = "refused";
    }
  } catch { /* The net is away again. */ }
  if (state !== "sent") await write("unsent", { ...row, state });
  else {
    await drop("unsent", row.path);
    await drop("typed", row.path);
    led = { to, at: Date.now() };
    await toAll({ sent: row.path, to });
  }
  return state;
}

// ---- what pages ask
const toAll = async (words) => (await self.clients.matchAll({ type: "window" })).forEach((each) => each.postMessage(words));
const tell = async () => toAll({ unsent: (await all("unsent")).length });

const DEEDS = {
  async hello({ person, language, address }) {
    if (address) {
      if ((await here()).person !== person) await caches.delete(DAY);
      await write("facts", { path: "here", person, language });
      await settle(address);
      await fade();
    }
    const count = (await all("unsent")).length;
    if (count) await sendAll();
    return { unsent: (await all("unsent")).length };
  },
  // Those of the visitor; of others only whether one must sign in first.
  async list() {
    const { person } = await here(), rows = (await all("unsent")).sort((a, b) => a.at - b.at);
    const shown = await Promise.all(rows.filter((each) => theirs(each, person)).map(async ({ path, title, at, state }) => (
      { path, title: title.iv ? await KiniTables.unseal(await phoneKey(), title) : title, at, state })));
    return { items: shown, others: person ? 0 : rows.length - shown.length };
  },
  async send() {
    await sendAll();
    return { ...await DEEDS.list(), to: Date.now() - led.at < 60_000 ? led.to : "" };
  },
  async discard({ path }) {
    await drop("unsent", path);
    await drop("typed", path);
    await tell();
    return DEEDS.list();
  },
  async type({ path, person, fields }) {
    await write("typed", { path, person, at: Date.now(), ...await sealed(fields) });
  },
  // What stood in the form of that page: as it was sent in vain, else as it was typed last.
  async typed({ path, person }) {
    const rows = [await read("unsent", path), await read("typed", path)];
    const row = rows.find((each) => each && each.person === person && Date.now() - each.at < LASTS);
    return row && { at: row.at, fields: await unsealed(row) };
  },
};
self.addEventListener("message", (event) => {
  const deed = DEEDS[event.data?.deed];
  if (deed) event.waitUntil(deed(event.data).then((answer) => event.ports[0]?.postMessage(answer)));
});
