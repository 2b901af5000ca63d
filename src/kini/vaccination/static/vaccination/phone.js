// Vaccinator's day on a phone, with or without a net. The list of the day and what was recorded are kept in IndexedDB,
// encrypted (AES-GCM) under the key of the officer, the site and the day, which the server gives (visits/day_file.py).
// Entries have a uuid and are sent until the server has answered each of them; sent twice, they are recorded once.
(() => {
  "use strict";
  const page = document.querySelector("[data-phone]");
  if (!page) return;
  const { site, owner, dayAt, entriesAt } = page.dataset, text = page.dataset;
  const all = (selector, from = page) => [...from.querySelectorAll(selector)];
  const one = (selector, from = page) => from.querySelector(selector);
  const part = (name) => one(`[data-part="${name}"]`), value = (id) => document.getElementById(id).value.trim();
  const ORDER = ["go-on", "ask-doctor", "defer", "refuse"], MOST = 50, MINUTE = 60_000;

  // ---- storage
  const finished = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  let opened;
  async function table(name) {
    if (!opened) {
      const asked = indexedDB.open("kini-vaccination", 1);
      asked.onupgradeneeded = () => ["keys", "days", "queue"].forEach((each) => asked.result.createObjectStore(each, { keyPath: "id" }));
      opened = finished(asked);
    }
    return (await opened).transaction(name, "readwrite").objectStore(name);
  }
  const rows = async (name) => finished((await table(name)).getAll());
  const put = async (name, row) => finished((await table(name)).put(row));
  const drop = async (name, id) => finished((await table(name)).delete(id));
  async function seal(key, content) {
    const iv = crypto.getRandomValues(new Uint8Array(12)), plain = new TextEncoder().encode(JSON.stringify(content));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
  }
  async function unseal(key, { iv, data }) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)));
  }
  const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));
  const idOf = (day) => `${owner} ${site} ${day}`;

  // ---- the day: {file, done: keys of people who were recorded here, observed: [{uuid, name, until}]}
  let state = null, key = null, day = "";
  const save = async () => put("days", { id: idOf(day), day, ...await seal(key, state) });
  async function fetchJson(address, options) {
    const answer = await fetch(address, { cache: "no-store", ...options });
    if (answer.redirected || !answer.headers.get("Content-Type")?.startsWith("application/json")) {
      if (answer.status >= 500) throw new Error("the server is not well");
      return { signedOut: true };
    }
    return answer.json();
  }
  async function keepKey(content) {
    const bytes = Uint8Array.from(atob(content.key), (c) => c.charCodeAt(0));
    const made = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    await put("keys", { id: idOf(content.day), day: content.day, key: made });
    return made;
  }
  async function load() {
    const kept = (await rows("keys")).filter((each) => each.id.startsWith(`${owner} ${site} `)).sort((a, b) => a.day < b.day ? 1 : -1)[0];
    const row = kept && (await rows("days")).find((each) => each.id === kept.id);
    if (row) [state, key, day] = [await unseal(kept.key, row), kept.key, kept.day];
  }
  async function refresh() {
    let content = null;
    try { content = await fetchJson(dayAt); } catch { return false; }
    if (!content.file) { status(content.error ?? text.signIn, "warn"); return false; }
    const before = day === content.day ? state : null;
    key = await keepKey(content);
    day = content.day;
    state = { file: content.file, done: before?.done ?? [], observed: before?.observed ?? [] };
    await save();
    await forgetOthers();
    return true;
  }
  // Other days and other people; keys stay as long as something waits under them.
  async function forgetOthers() {
    const waiting = new Set((await rows("queue")).map((each) => each.key));
    for (const each of await rows("days")) if (each.id !== idOf(day)) await drop("days", each.id);
    for (const each of await rows("keys")) if (each.id !== idOf(day) && !waiting.has(each.id)) await drop("keys", each.id);
  }

  // ---- sending
  async function queue(...entries) {
    for (const [index, entry] of entries.entries()) {
      await put("queue", { id: entry.uuid, key: idOf(day), owner, site, at: Date.now() + index, ...await seal(key, entry) });
    }
    await save();
    send();
  }
  async function keyOf(id) {
    const kept = (await rows("keys")).find((each) => each.id === id);
    if (kept) return kept.key;
    const content = await fetchJson(`${dayAt}?day=${id.split(" ").at(-1)}`);
    return content.key ? keepKey(content) : null;
  }
  const mine = async () => (await rows("queue")).filter((each) => each.owner === owner && each.site === site).sort((a, b) => a.at - b.at);
  let sending = null;
  function send() {
    sending ??= sendAll().catch(() => tell(text.noNet)).finally(() => { sending = null; });
    return sending;
  }
  async function sendAll() {
    for (let waiting = await mine(); waiting.length; waiting = await mine()) {
      const entries = [];
      for (const row of waiting.slice(0, MOST)) {
        const rowKey = await keyOf(row.key);
        if (!rowKey) { await tell(text.signIn); return; }
        entries.push(await unseal(rowKey, row));
      }
      const answer = await fetchJson(entriesAt, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ entries }) });
      for (const each of answer.answers ?? []) await drop("queue", each.uuid);
      if (!answer.answers || answer.error) { await tell(answer.error ?? text.signIn); return; }
      const link = part("conflicts");
      link.hidden = !answer.conflicts;
      one("[data-count]", link).textContent = answer.conflicts;
    }
    await tell("");
  }
  async function tell(problem) {
    const count = (await mine()).length;
    if (problem || count) status(`${problem} ${count ? `${text.waits} ${count}` : ""}`, "warn");
    else status(text.allSent, "ok");
  }
  function status(words, tone) {
    const line = part("status");
    line.textContent = words;
    line.className = `notice ${tone}`;
  }
  function wrong(words) {
    const line = part("wrong");
    line.textContent = words;
    line.hidden = !words;
    if (words) line.scrollIntoView({ block: "center" });
    return false;
  }

  // ---- views
  function show(view) {
    all("[data-view]").forEach((each) => { each.hidden = each.dataset.view !== view; });
    wrong("");
    if (view === "list") list();
    else scrollTo(0, 0);
  }
  const nameOf = (person) => person.booking ?? person.visit;
  const dayWords = (iso, precision) => !iso ? "–" : precision === "year" ? iso.slice(0, 4)
    : new Date(`${iso}T00:00`).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
  const clock = (time) => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: text.zone });
  function list() {
    if (!state) return;
    const wanted = value("find").toLowerCase().replace(/.*code=/, "");
    const coming = state.file.people.filter((each) => !state.done.includes(nameOf(each)))
      .filter((each) => !wanted || each.name.toLowerCase().includes(wanted) || each.booking?.toLowerCase().includes(wanted));
    part("people").replaceChildren(...coming.slice(0, 60).map((person) => {
      const button = document.createElement("button"), name = document.createElement("strong"), rest = document.createElement("span");
      button.type = "button";
      button.className = "choice";
      name.textContent = person.name;
      rest.append(name, document.createElement("br"), `${person.time} ${dayWords(person.born, person.precision)}`.trim());
      button.append(rest);
      button.addEventListener("click", () => start(person));
      return button;
    }));
    part("observed").replaceChildren(...state.observed.map((each) => {
      const card = one("[data-template=observed]").content.cloneNode(true), over = each.until <= Date.now();
      one("[data-name]", card).textContent = each.name;
      one("[data-until]", card).textContent = over ? text.over : `${text.until} ${clock(each.until)}`;
      if (over) one("[data-until]", card).classList.add("ok");
      one("[data-gone]", card).addEventListener("click", () => gone(each));
      one("[data-event]", card).addEventListener("click", () => { observed = each; part("event-person").textContent = each.name; show("event"); });
      return card;
    }));
  }

  // ---- one visit
  let person = null, campaign = null, observed = null;
  const asked = () => campaign.questions.filter((each) => {
    const days = person.born ? (Date.now() - Date.parse(person.born)) / 86_400_000 : null;
    const slack = person.precision === "day" ? 1 : 366;
    return !(each.sex && person.sex && each.sex !== person.sex)
      && (days === null || ((!each.from || days >= each.from - 1) && (!each.below || days - slack < each.below)));
  });
  function radio(name, content, words, checked) {
    const label = document.createElement("label"), input = document.createElement("input"), span = document.createElement("span");
    label.className = "choice";
    Object.assign(input, { type: "radio", name, value: content, checked });
    span.textContent = words;
    label.append(input, span);
    return label;
  }
  function field(question, ...content) {
    const set = document.createElement("fieldset"), legend = document.createElement("legend");
    set.className = "field";
    legend.className = "label";
    legend.textContent = question.unit ? `${question.text} (${question.unit})` : question.text;
    set.append(legend);
    if (question.hint) {
      const hint = document.createElement("p");
      hint.className = "hint";
      hint.textContent = question.hint;
      set.append(hint);
    }
    set.append(...content);
    return set;
  }
  function numberField(question) {
    const values = document.createElement("div"), exact = document.createElement("input");
    values.className = "choices marks";
    values.append(...question.values.map((each) => radio(`answer-${question.id}`, each, each, false)));
    Object.assign(exact, { className: "input short", inputMode: "decimal", maxLength: 6, autocomplete: "off" });
    exact.setAttribute("aria-label", question.text);
    exact.placeholder = text.exact;
    exact.dataset.exact = question.id;
    exact.addEventListener("input", () => all(`[name="answer-${question.id}"]`).forEach((each) => { each.checked = false; }));
    values.addEventListener("change", () => { exact.value = ""; });
    return field(question, values, exact);
  }
  function yesNoField(question) {
    const choices = document.createElement("div");
    choices.className = "choices inline";
    choices.append(radio(`answer-${question.id}`, "yes", text.yes, false), radio(`answer-${question.id}`, "no", text.no, false));
    return field(question, choices);
  }
  function start(who) {
    [person, campaign] = [who, state.file.campaigns[who.campaign]];
    part("person").textContent = who.name;
    part("birth").textContent = dayWords(who.born, who.precision);
    const because = part("because");
    because.textContent = who.because ?? text.unknown;
    because.className = `notice ${who.may === false ? "warn" : "ok"}`;
    const questions = asked();
    part("numbers").replaceChildren(...questions.filter((each) => each.number).map(numberField));
    part("questions").replaceChildren(...questions.filter((each) => !each.number).map(yesNoField));
    const vaccines = who.vaccines?.length ? who.vaccines : campaign.vaccines;
    const lots = state.file.lots.filter((each) => vaccines.includes(each.vaccine));
    part("lots").replaceChildren(...lots.map((each, index) => radio("lot", each.id, lotWords(each), index === 0)));
    if (who.others?.length) part("lots").append(radio("lot", "", text.notGiven, !lots.length));
    part("dose").textContent = who.dose ? `: ${who.dose}` : "";
    part("others").replaceChildren(...(who.others ?? []).map((other, index) => {
      const choices = document.createElement("div"), own = state.file.lots.filter((each) => other.vaccines.includes(each.vaccine));
      choices.className = "choices";
      choices.append(
        ...own.map((each, at) => radio(`other-${index}`, each.id, lotWords(each), other.booked && at === 0)),
        radio(`other-${index}`, "", text.notGiven, !other.booked || !own.length));
      return field({ text: other.name }, choices);
    }));
    all("[name=identity]").forEach((each) => { each.checked = false; });
    ["differs", "despite", "reason"].forEach((id) => { document.getElementById(id).value = ""; });
    document.getElementById("reacted").checked = Boolean(who.reacted);
    part("identity-reason").hidden = true;
    part("despite").hidden = who.may !== false;
    show("visit");
  }
  const lotWords = (each) => `${each.name} ${each.number}${each.opened ? ` · ${text.openVial}` : ""}`;
  const lotOf = (name) => state.file.lots.find((each) => String(each.id) === one(`[name="${name}"]:checked`)?.value);
  function answers() {
    const given = {};
    for (const each of asked()) {
      const chosen = one(`[name="answer-${each.id}"]:checked`)?.value;
      if (each.number) {
        const typed = one(`[data-exact="${each.id}"]`).value.trim().replace(",", ".") || chosen;
        if (typed && Number.isFinite(Number(typed))) given[each.id] = Number(typed);
      } else if (chosen) given[each.id] = chosen === "yes";
    }
    return given;
  }
  function screened(given, vaccine) {
    let result = "go-on";
    const because = [];
    for (const each of asked()) {
      const answer = given[each.id];
      const outside = each.number && ((each.least !== null && answer < each.least) || (each.most !== null && answer > each.most));
      const meaning = each.meanings[each.number ? outside ? "outside" : "" : answer ? "yes" : "no"];
      if (!meaning || (meaning.vaccines.length && !meaning.vaccines.includes(vaccine))) continue;
      because.push(meaning.because);
      if (ORDER.indexOf(meaning.result) > ORDER.indexOf(result)) result = meaning.result;
    }
    return { result, because: because.join(" ") };
  }
  const entry = (more) => ({
    kind: "visit", uuid: person.uuid ?? person.visit ?? uuid(), campaign: person.campaign, booking: person.booking ?? "",
    walk_in: person.walkIn ?? null, identity: one("[name=identity]:checked")?.value ?? "", identity_reason: value("differs"),
    at: new Date().toISOString(), reacted_before: document.getElementById("reacted").checked, ...more,
  });
  async function given() {
    if (!person) return false;
    const identity = one("[name=identity]:checked")?.value, answered = answers();
    const lots = [lotOf("lot"), ...(person.others ?? []).map((_other, index) => lotOf(`other-${index}`))].filter(Boolean);
    if (!identity) return wrong(text.compare);
    if (identity !== "same" && !value("differs")) return wrong(text.explain);
    if (Object.keys(answered).length < asked().length) return wrong(text.ask);
    if (!lots.length) return wrong(text.chooseLot);
    for (const lot of lots) {
      const { result, because } = screened(answered, lot.vaccine), which = lots.length > 1 ? `${lot.name}: ` : "";
      if (result === "refuse") return wrong(which + because);
      if ((result !== "go-on" || person.may === false) && !value("despite")) {
        part("despite").hidden = false;
        return wrong(`${which}${because} ${text.despite}`);
      }
    }
    // The first dose is that of the visit; each further one is an entry of its own, and the last one ends the appointment.
    const dose = (lot, last, more) => entry({
      answers: answered, outcome: "given", vaccine: lot.vaccine, lot: lot.id, despite: value("despite"), more_follow: !last, ...more });
    const sent = dose(lots[0], lots.length === 1);
    const parts = lots.slice(1).map((lot, index) => dose(lot, index === lots.length - 2,
      { uuid: uuid(), part_of: sent.uuid, booking: "", walk_in: null }));
    const until = Date.now() + (sent.reacted_before ? campaign.observeReacted : campaign.observe) * MINUTE;
    state.observed.push({ uuid: sent.uuid, name: person.name, until });
    state.observed.sort((a, b) => a.until - b.until);
    return finish([sent, ...parts], `${text.kept} ${clock(until)}: ${person.name}`);
  }
  async function notDone() {
    if (!person) return false;
    const answered = answers(), whole = Object.keys(answered).length === asked().length;
    const because = whole ? screened(answered, "").because : "";
    if (!value("reason") && !because) return wrong(text.reason);
    return finish([entry({ answers: whole ? answered : null, outcome: "not-done", reason: value("reason") })], text.keptNot);
  }
  async function finish(sent, words) {
    const who = person;
    person = null;
    if (nameOf(who)) state.done.push(nameOf(who));
    await queue(...sent);
    show("list");
    scrollTo(0, 0);
    status(words, "ok");
    return true;
  }
  async function gone(each) {
    state.observed = state.observed.filter((other) => other !== each);
    await queue({ kind: "leave", uuid: uuid(), visit: each.uuid, at: new Date().toISOString() });
    list();
  }
  async function recordEvent() {
    const severity = one("[name=severity]:checked")?.value;
    if (!severity || value("signs").length < 2) return wrong(text.signs);
    await queue({ kind: "event", uuid: uuid(), visit: observed.uuid, severity, signs: value("signs"), measures: value("measures"),
      referred_to: value("referred"), at: new Date().toISOString() });
    ["signs", "measures", "referred"].forEach((id) => { document.getElementById(id).value = ""; });
    show("list");
    return true;
  }
  function birth(typed) {
    if (/^\d{4}$/.test(typed)) return { born: `${typed}-01-01`, precision: "year" };
    const [, d, m, y] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(typed) ?? [];
    const iso = y ? `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}` : "";
    return iso && new Date(`${iso}T00:00Z`).toISOString?.().startsWith(iso) && Date.parse(iso) < Date.now() ? { born: iso, precision: "day" } : null;
  }
  function walkIn() {
    let when = null;
    try { when = birth(value("born")); } catch { /* no such day */ }
    if (value("name").length < 2 || !when) return wrong(text.name);
    const card = { name: value("name"), birth_date: when.born, birth_precision: when.precision, sex: value("sex"), phone: value("tel"), national_id: value("nik") };
    start({ name: card.name, ...when, sex: card.sex, campaign: value("campaign"), uuid: uuid(), walkIn: card });
    return true;
  }

  // ---- what is tapped
  all("[data-back]").forEach((each) => each.addEventListener("click", () => show("list")));
  one("[data-walk-in]").addEventListener("click", () => {
    if (!state) return wrong(text.noDay);
    const choices = Object.entries(state.file.campaigns).map(([name, each]) => new Option(each.name, name));
    document.getElementById("campaign").replaceChildren(...choices);
    ["name", "born", "nik", "tel"].forEach((id) => { document.getElementById(id).value = ""; });
    show("walk-in");
    return true;
  });
  one("[data-go-on]").addEventListener("click", walkIn);
  one("[data-given]").addEventListener("click", given);
  one("[data-not-done]").addEventListener("click", notDone);
  one("[data-record-event]").addEventListener("click", recordEvent);
  one("[data-usual]").addEventListener("click", () => asked().filter((each) => !each.number).forEach((each) => {
    const chosen = one(`[name="answer-${each.id}"]:checked`), usual = one(`[name="answer-${each.id}"][value="${each.usual}"]`);
    if (!chosen) usual.checked = true;
  }));
  all("[name=identity]").forEach((each) => each.addEventListener("change", () => { part("identity-reason").hidden = each.value === "same"; }));
  document.getElementById("find").addEventListener("input", list);
  addEventListener("online", () => send());

  (async () => {
    page.hidden = false;
    await load();
    const fresh = await refresh();
    if (!state) status(text.noDay, "warn");
    else if (!fresh) status(text.noNet, "warn");
    list();
    await send();
    page.dataset.ready = "1";
    setInterval(list, MINUTE / 2);
    setInterval(async () => { if ((await mine()).length) send(); }, MINUTE / 2);
  })();
})();
