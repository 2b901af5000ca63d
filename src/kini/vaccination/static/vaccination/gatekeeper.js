// The page of gatekeepers: keeps the city's lists on this device, verifies what is scanned, photographed or typed.
(() => {
  "use strict";
  const page = document.querySelector("[data-gatekeeper]"), part = (name) => page.querySelector(`[data-${name}]`);
  const STORE = "kini-verifier", language = document.documentElement.lang;
  const words = JSON.parse(document.getElementById("verdicts").textContent);
  let lists = null, chunks = [];

  // ---- lists: kept in the browser's cache of this page, brought up to date whenever there is a net
  const age = () => {
    const made = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(new Date(lists.made));
    part("made").textContent = made;
    part("old").hidden = Date.now() - new Date(lists.made) < 86400000;
  };
  async function use(response) {
    lists = await response.json();
    page.dataset.ready = "";
    part("none").hidden = true;
    part("lists").hidden = false;
    age();
  }
  async function refresh() {
    const store = await caches.open(STORE).catch(() => null), address = page.dataset.lists;
    if (!lists) {
      const kept = await store?.match(address);
      if (kept) await use(kept);
    }
    const fresh = await fetch(address, { cache: "no-cache" }).catch(() => null);
    if (fresh?.ok) {
      await store?.put(address, fresh.clone());
      await use(fresh);
    }
    part("offline").hidden = Boolean(fresh?.ok);
    if (!lists) part("none").hidden = false;
  }

  // ---- verdicts
  function show(verdict) {
    const result = part("result"), ruled = verdict.rule?.Description ?? [];
    const rule = ruled.find((each) => each.lang.split("-")[0] === language.split("-")[0]) ?? ruled.find((each) => each.lang === "en") ?? ruled[0];
    result.hidden = false;
    result.dataset.verdict = verdict.reason ? "bad" : "ok";
    part("ok").hidden = Boolean(verdict.reason);
    part("bad").hidden = !verdict.reason;
    part("sentence").textContent = [words[verdict.reason ?? "valid"], rule?.desc].filter(Boolean).join(" ");
    part("person").hidden = !verdict.name;
    part("name").textContent = verdict.name;
    part("born").textContent = birth(verdict.birthDate);
    result.scrollIntoView({ block: "nearest" });
  }
  function birth(text) {
    const [year, month, day] = text.split("-").map(Number);
    if (!year) return "–";
    const how = day ? { dateStyle: "long" } : month ? { year: "numeric", month: "long" } : { year: "numeric" };
    return new Intl.DateTimeFormat(language, { ...how, timeZone: "UTC" }).format(new Date(Date.UTC(year, (month || 1) - 1, day || 1)));
  }
  // Verify a code; of a card in several codes wait for all of them.
  async function check(text) {
    const several = text.trim().split(/\s+(?=shc:\/)/i), chunk = KiniVerifier.chunkOf(several[0]);
    if (!lists) return;
    if (chunk && chunk[1] > 1) {
      if (chunks.length && KiniVerifier.chunkOf(chunks[0])[1] !== chunk[1]) chunks = [];
      chunks = [...new Set([...chunks, ...several.map((each) => each.trim())])];
      const missing = chunk[1] - chunks.length;
      part("chunks").hidden = missing <= 0;
      part("missing").textContent = missing;
      if (missing > 0) return;
      show(await KiniVerifier.verify(chunks, lists));
    } else {
      show(await KiniVerifier.verify([text], lists));
    }
    chunks = [];
  }

  // ---- camera and pictures (kini/scan.js)
  const isOver = () => !part("result").hidden;
  part("scan").hidden = !KiniScan.canPhotograph;
  part("picture").hidden = !KiniScan.canRead;
  part("no-camera").hidden = KiniScan.canRead;
  part("scan").addEventListener("click", async () => {
    part("result").hidden = true;
    const seen = await KiniScan.camera(page.querySelector("video"), async (text) => { await check(text); return isOver(); });
    part("refused").hidden = seen;
  });
  part("picture").addEventListener("change", async ({ target }) => {
    const texts = await KiniScan.picture(target.files[0]);
    target.value = "";
    if (texts.length) for (const each of texts) await check(each);
    else show({ reason: "not-readable", name: "", birthDate: "" });
  });
  // No form: a page that was kept for times without a network takes a sent form as a wish to load it again (app.js).
  part("typed").querySelector("button").addEventListener("click", () => check(part("typed").querySelector("textarea").value));
  part("clear").addEventListener("click", () => {
    part("result").hidden = true;
    part("typed").querySelector("textarea").value = "";
    part("typed").querySelector("textarea").focus();
  });

  page.hidden = false;
  refresh();
  addEventListener("online", refresh);
  setInterval(() => { if (!document.hidden) refresh(); }, 3600000);
})();
