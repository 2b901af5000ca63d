// Visits of this phone: kept here only, for as long as warnings may come. A visit is {name, kind, start, end, out, keys}:
// minutes since 1970, whether somebody checked out, and the keys of the hours, not the venue's secret number.
const KiniVisits = (() => {
  "use strict";
  const VISITS = "kini-visits", WARNINGS = "kini-warnings", DAY = 1440, KEEP = 14, MOST_A_DAY = 30;
  const { LONGEST, keysOf, random, hex } = KiniRecords;
  const now = () => Math.floor(Date.now() / 60000);
  const read = (name) => { try { return JSON.parse(localStorage.getItem(name)) ?? []; } catch { return []; } };
  const write = (name, rows) => localStorage.setItem(name, JSON.stringify(rows));

  // Newest first, without those past their term.
  function list() {
    const rows = read(VISITS), kept = rows.filter((each) => each.end > now() - KEEP * DAY);
    if (kept.length < rows.length) write(VISITS, kept);
    return kept.sort((a, b) => b.start - a.start);
  }
  const current = () => list().find((each) => !each.out && each.start <= now() && each.end > now());
  function add(venue, start, end, out) {
    const rows = list();
    if (rows.filter((each) => each.start > start - DAY && each.start < start + DAY).length >= 2 * MOST_A_DAY) return null;
    const visit = { id: hex(random(8)), name: venue.name, kind: venue.kind, start, end, out };
    // Somebody may stay longer than usual; the keys of hours after the way out are thrown away then.
    visit.keys = keysOf(venue.id, start, out ? end : start + LONGEST);
    write(VISITS, [...rows, visit]);
    return visit;
  }
  function trim(visit) {
    visit.keys = Object.fromEntries(Object.entries(visit.keys).filter(([hour]) => hour * 60 < visit.end));
  }
  // Ends the visit that goes on, at most when its longest stay is over.
  function leave() {
    const visit = current();
    if (!visit) return;
    visit.end = Math.max(visit.start + 1, Math.min(now(), visit.start + LONGEST));
    visit.out = true;
    trim(visit);
    write(VISITS, list().map((each) => (each.id === visit.id ? visit : each)));
  }
  const remove = (id) => {
    write(VISITS, list().filter((each) => each.id !== id));
    write(WARNINGS, read(WARNINGS).filter((each) => each.visit !== id));
  };
  const check = (venue) => {
    leave();
    return add(venue, now(), now() + venue.stay, false);
  };
  const warnings = () => read(WARNINGS).filter((each) => list().some((visit) => visit.id === each.visit));

  // Fetches the packages since the earliest visit and matches them here. Days that are over come in one piece, and the
  // browser keeps what it has fetched. Returns the warnings.
  async function match(address) {
    const index = await (await fetch(address)).json(), visits = list(), found = [];
    for (const [disease, each] of Object.entries(index)) {
      const some = visits.filter((visit) => visit.end > now() - each.keepDays * DAY);
      if (!some.length) continue;
      const first = Math.max(each.first, Math.floor(Math.min(...some.map((visit) => visit.start)) / 60));
      const matching = KiniRecords.matcher(some, each.overlap);
      for (const part of parts(first, each.last)) {
        const answer = await fetch(`${address}${disease}/${part}`);
        if (answer.ok) matching.add(await answer.arrayBuffer());
      }
      matching.exposures().forEach(({ number, minutes, risk }) => found.push({
        visit: some[number].id, start: some[number].start, minutes, disease: each.name,
        advice: risk === KiniRecords.HIGH ? each.advice.high : each.advice.low,
      }));
    }
    write(WARNINGS, found);
    return found;
  }
  function parts(first, last) {
    const all = [];
    for (let day = Math.floor(first / 24); day <= last / 24; day++) {
      if (last >= day * 24 + 24) all.push(`day/${day}`);
      else for (let hour = Math.max(first, day * 24); hour <= last; hour++) all.push(`hour/${hour}`);
    }
    return all;
  }
  return { now, list, current, add, check, leave, remove, warnings, match };
})();
