// Hands over visits after a positive result: the code gives the infectious days, the phone chooses and covers the visits.
(() => {
  "use strict";
  const page = document.querySelector("[data-warn]"), lang = document.documentElement.lang;
  const part = (name, within = page) => within.querySelector(`[data-${name}]`);
  const ask = part("ask"), choice = part("choice"), attempt = KiniRecords.base64(KiniRecords.random(24));
  const DAY = 1440;
  const local = (text) => { const [y, m, d] = text.split("-").map(Number); return new Date(y, m - 1, d).getTime() / 60000; };
  const format = (minute, style) => new Intl.DateTimeFormat(lang, style).format(new Date(minute * 60000));
  let code = "", result = null, visits = [];

  async function post(address, body) {
    const answer = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    }).catch(() => null);
    if (!answer) return { error: page.dataset.failed };
    return answer.json().catch(() => ({ error: page.dataset.failed }));
  }
  function complain(form, text) {
    const error = part("error", form);
    error.textContent = text;
    error.hidden = !text;
    return !text;
  }
  ask.addEventListener("submit", async (event) => {
    event.preventDefault();
    code = ask.elements.code.value;
    result = await post(page.dataset.codeAt, { code });
    if (!complain(ask, result.error ?? "")) return;
    const first = local(result.first), last = local(result.last) + DAY;
    visits = KiniVisits.list().filter((each) => each.end > first && each.start < last);
    show();
  });
  function show() {
    ask.hidden = true;
    choice.hidden = false;
    const blank = part("visit", choice);
    visits.forEach((visit, number) => {
      const row = blank.cloneNode(true);
      row.hidden = false;
      row.querySelector("input").value = number;
      row.querySelector("label").htmlFor = row.querySelector("input").id = `visit-${number}`;
      row.querySelector("[data-fill=name]").textContent = visit.name;
      row.querySelector("[data-fill=when]").textContent = `${format(visit.start, { dateStyle: "full", timeStyle: "short" })}–${format(visit.end, { timeStyle: "short" })}`;
      blank.parentElement.append(row);
    });
    blank.remove();
    part("none", choice).hidden = visits.length > 0;
    choice.querySelector("button").hidden = !visits.length;
    choice.querySelector("h2").focus();
  }
  // An infectious time lasts as long as the air stays infectious, within the hours whose keys the phone has.
  function covered(visit) {
    const centre = local(result.centre), day = Math.floor((visit.start - centre) / DAY);
    const [from, to] = result.mostInfectious, risk = day >= from && day <= to ? KiniRecords.HIGH : KiniRecords.LOW;
    return KiniRecords.recordsOf(visit.keys, visit.start, visit.end + result.lingers, risk);
  }
  choice.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = [...choice.querySelectorAll("input:checked")].map((each) => visits[each.value]);
    if (!complain(choice, chosen.length ? "" : page.dataset.choose)) return;
    const answer = await post(page.dataset.visitsAt, { code, attempt, visits: chosen.map(covered) });
    if (!complain(choice, answer.error ?? "")) return;
    choice.hidden = true;
    part("sent").hidden = false;
    part("sent").querySelector("h2").focus();
  });
  page.hidden = false;
  if (location.hash) {
    ask.elements.code.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
})();
