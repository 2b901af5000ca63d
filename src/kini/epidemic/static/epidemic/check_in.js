// The check-in page: arrives at the venue in the address's fragment, shows visits and warnings of this phone.
(() => {
  "use strict";
  const page = document.querySelector("[data-check-in]"), lang = document.documentElement.lang;
  const part = (name, within = page) => within.querySelector(`[data-${name}]`);
  const date = (minute) => new Intl.DateTimeFormat(lang, { dateStyle: "full" }).format(new Date(minute * 60000));
  const time = (minute) => new Intl.DateTimeFormat(lang, { timeStyle: "short" }).format(new Date(minute * 60000));
  const kinds = JSON.parse(document.getElementById("kinds").textContent);
  const say = (text) => { document.getElementById("live").textContent = text; };
  const fill = (within, values) => Object.entries(values).forEach(([name, text]) => {
    within.querySelectorAll(`[data-fill=${name}]`).forEach((each) => { each.textContent = text; });
  });
  const ARRIVED = "kini-arrived";
  let venue = null;

  function arrive(text) {
    venue = KiniRecords.parseCode(text);
    if (venue) sessionStorage.setItem(ARRIVED, text);
    part("wrong").hidden = !text || Boolean(venue);
    part("arrived").hidden = !venue;
    if (venue) {
      fill(part("arrived"), { name: venue.name, kind: kinds[venue.kind] ?? "" });
      part("arrived").querySelector("h2").focus();
    }
    // The code is not left in the address, where it would be copied and kept.
    if (location.hash) history.replaceState(null, "", location.pathname);
  }
  function done() {
    venue = null;
    sessionStorage.removeItem(ARRIVED);
    part("arrived").hidden = true;
    show();
  }
  function show() {
    const going = KiniVisits.current(), visits = KiniVisits.list();
    part("going").hidden = !going;
    if (going) fill(part("going"), { name: going.name, since: time(going.start), until: time(going.end) });
    const blank = part("visit"), list = blank.parentElement;
    list.querySelectorAll("li:not([data-visit])").forEach((each) => each.remove());
    visits.forEach((visit) => {
      const row = blank.cloneNode(true);
      row.hidden = false;
      row.removeAttribute("data-visit");
      fill(row, { name: visit.name, when: `${date(visit.start)}, ${time(visit.start)}–${time(visit.end)}` });
      row.querySelector("button").addEventListener("click", () => {
        KiniVisits.remove(visit.id);
        show();
        say(page.dataset.removed);
      });
      list.append(row);
    });
    part("none").hidden = visits.length > 0;
    showWarnings();
  }
  function showWarnings() {
    const warnings = KiniVisits.warnings(), box = part("warnings"), blank = part("warning");
    box.querySelectorAll("[data-shown]").forEach((each) => each.remove());
    // One warning a day: neither the place nor the number of places is told.
    const days = new Map(warnings.map((each) => [`${each.disease} ${date(each.start)}`, each]));
    days.forEach((each) => {
      const one = blank.cloneNode(true);
      one.hidden = false;
      one.removeAttribute("data-warning");
      one.dataset.shown = "";
      fill(one, { disease: each.disease, day: date(each.start), advice: each.advice });
      box.append(one);
    });
    part("clear").hidden = warnings.length > 0 || !KiniVisits.list().length;
  }
  async function look() {
    try {
      await KiniVisits.match(page.dataset.packages);
      fill(page, { checked: time(KiniVisits.now()) });
      page.dataset.matched = KiniVisits.warnings().length;
    } catch {
      part("no-net").hidden = false;
    }
    showWarnings();
  }

  part("enter").addEventListener("click", () => {
    say(KiniVisits.check(venue) ? page.dataset.entered : page.dataset.many);
    done();
  });
  part("leave").addEventListener("click", () => {
    KiniVisits.leave();
    say(page.dataset.left);
    show();
  });
  // No submitted forms: the page works as a kept copy without a net, in which forms do not.
  part("past").querySelector("button").addEventListener("click", () => {
    const [from, minutes] = part("past").querySelectorAll("input"), start = Math.floor(new Date(from.value).getTime() / 60000);
    const length = Math.min(Number(minutes.value) || venue.stay, KiniRecords.LONGEST), now = KiniVisits.now();
    const good = start <= now && start > now - 14 * 1440;
    part("past-wrong").hidden = good;
    if (!good) return;
    KiniVisits.add(venue, start, start + length, true);
    done();
    look();
  });
  part("typed").querySelector("button").addEventListener("click", () => arrive(part("typed").querySelector("input").value.trim()));

  const scan = part("scan");
  scan.hidden = !KiniScan.canPhotograph;
  scan.querySelector("button").addEventListener("click", () => KiniScan.camera(scan.querySelector("video"), (text) => {
    const isVenue = Boolean(KiniRecords.parseCode(text));
    if (isVenue) arrive(text);
    return isVenue;
  }));

  addEventListener("hashchange", () => arrive(location.hash));
  page.hidden = false;
  show();
  // The page may be loaded again before somebody checks in.
  const arrived = location.hash || sessionStorage.getItem(ARRIVED);
  if (arrived) arrive(arrived);
  if (KiniVisits.list().length) look();
})();
