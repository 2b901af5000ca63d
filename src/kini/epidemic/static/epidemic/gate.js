// A gate: counts in and out, checks passes without a network, enters slips. The link's fragment has the gate's code and,
// after a comma, the venue's code, which stays on this device.
(() => {
  "use strict";
  const page = document.querySelector("[data-gate]"), part = (name) => page.querySelector(`[data-${name}]`);
  const GATE = "kini-gate", TOTALS = "kini-gate-totals", { unbase64 } = KiniRecords;
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  if (location.hash.length > 10) {
    const [gate, venue] = decodeURIComponent(location.hash.slice(1)).split(",");
    localStorage.setItem(GATE, JSON.stringify({ gate, venue: venue ?? "" }));
    localStorage.removeItem(TOTALS);
    history.replaceState(null, "", location.pathname);
  }
  const { gate, venue: code } = read(GATE) ?? {}, venue = code ? KiniRecords.parseCode(code) : null;

  // ---- counting: totals of a day that begins at 4 in the morning, sent until the city has them
  const day = () => {
    const then = new Date(Date.now() - 4 * 3600000);
    return `${then.getFullYear()}-${String(then.getMonth() + 1).padStart(2, "0")}-${String(then.getDate()).padStart(2, "0")}`;
  };
  function totals() {
    const kept = read(TOTALS);
    if (kept?.day === day()) return kept;
    return { day: day(), device: kept?.device ?? crypto.randomUUID?.() ?? uuid(), entered: 0, gone: 0 };
  }
  function uuid() {
    const text = KiniRecords.hex(KiniRecords.random(16));
    return text.replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, "$1-$2-4$3-a$4-$5");
  }
  let sending = false, again = false;
  async function send() {
    if (sending) { again = true; return; }
    sending = true;
    const body = JSON.stringify({ gate, ...totals() });
    const answer = await fetch(page.dataset.countAt, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    const news = answer && await answer.json().catch(() => null), state = part("state");
    state.hidden = Boolean(news && !news.error && news.inside < news.allowed);
    state.textContent = !news ? page.dataset.noNet : news.error ?? page.dataset.full;
    if (news && !news.error) {
      part("inside").textContent = news.inside;
      part("allowed").textContent = news.allowed;
    }
    sending = false;
    if (again) { again = false; send(); }
  }
  function count(name) {
    const now = totals();
    now[name] += 1;
    localStorage.setItem(TOTALS, JSON.stringify(now));
    send();
  }

  // ---- passes
  const KINDS = Object.keys(JSON.parse(document.getElementById("kinds").textContent)).sort();
  let keys = null;
  const imported = () => Promise.all(JSON.parse(page.dataset.keys).map((key) =>
    crypto.subtle.importKey("jwk", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"])));
  async function check(text) {
    const result = part("result");
    result.textContent = "…";
    const verdict = await verify(text.trim());
    result.textContent = page.dataset[verdict.word] + (verdict.word === "may" && !verdict.proved ? `. ${page.dataset.unproved}` : "");
    result.dataset.verdict = verdict.word;
  }
  async function verify(text) {
    try {
      const [body, signature] = text.split(".").map(unbase64), view = new DataView(body.buffer);
      const signed = new Uint8Array([...new TextEncoder().encode("kini entry pass 2"), ...body]);
      keys ??= await imported();
      const good = await Promise.all(keys.map((key) => crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed)));
      if (body.length !== 18 || view.getUint8(0) !== 2 || !good.includes(true)) return { word: "wrong" };
      if (view.getUint32(2) * 1000 < Date.now()) return { word: "old" };
      const proved = Boolean(view.getUint8(1) & 2), kind = venue ? KINDS.indexOf(venue.kind) : -1;
      if (!(view.getUint8(1) & 1)) return { word: "not", proved };
      if (kind < 0) return { word: "may", proved };
      const check = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(KINDS.join(","))));
      if (check.getUint16(0) !== view.getUint16(8)) return { word: "stale", proved };
      return { word: view.getUint16(6) >> kind & 1 ? "notHere" : "may", proved };
    } catch {
      return { word: "wrong" };
    }
  }
  part("typed").querySelector("button").addEventListener("click", () => check(part("typed").querySelector("input").value));
  part("scan").hidden = !KiniScan.canPhotograph;
  part("scan").addEventListener("click", () => KiniScan.camera(page.querySelector("video"), async (text) => {
    await check(text);
    return true;
  }));

  // ---- slips
  const slip = part("slip");
  const [slipCode, slipStay] = slip.querySelectorAll("input");
  slip.querySelector("button").addEventListener("click", async () => {
    const start = Math.floor(Date.now() / 60000), length = Math.min(Number(slipStay.value) || venue.stay, KiniRecords.LONGEST);
    const body = { code: slipCode.value, start, end: start + length, keys: KiniRecords.keysOf(venue.id, start, start + length) };
    const answer = await fetch(page.dataset.slipAt, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }).catch(() => null);
    const news = answer ? await answer.json().catch(() => ({ error: page.dataset.noNet })) : { error: page.dataset.noNet };
    const error = slip.querySelector("[data-error]");
    error.textContent = news.error ?? "";
    error.hidden = !news.error;
    part("slip-status").textContent = news.error ? "" : page.dataset.slipDone;
    if (!news.error) slipCode.value = "";
  });

  page.hidden = false;
  part("no-code").hidden = Boolean(gate);
  part("open").hidden = !gate;
  slip.hidden = !venue;
  part("no-venue").hidden = Boolean(venue);
  if (venue) slipStay.value = venue.stay;
  part("in").addEventListener("click", () => count("entered"));
  part("out").addEventListener("click", () => count("gone"));
  if (gate) {
    send();
    setInterval(() => { if (!document.hidden) send(); }, 15000);
  }
})();
