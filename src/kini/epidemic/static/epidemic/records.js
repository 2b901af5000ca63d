// Codes of venues, keys of hours, warning records, and the matching of packages. Twin of checkin/warning_records.py and
// venue_code.py, which describe the formats. SHA-256 is written out: WebCrypto's is asynchronous, call by call.
const KiniRecords = (() => {
  "use strict";
  const RECORD = 10, TAG = 8, HOUR = 60, LONGEST = 720, LOW = 1, HIGH = 2;
  const bytes = (text) => new TextEncoder().encode(text);

  // ---- SHA-256 (FIPS 180-4) and HMAC (RFC 2104)
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233,
    239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311];
  const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
  const K = Int32Array.from(primes, (each) => fraction(Math.cbrt(each)));
  const BEGIN = Int32Array.from(primes.slice(0, 8), (each) => fraction(Math.sqrt(each)));
  const W = new Int32Array(64);

  function compress(state, view, at) {
    for (let i = 0; i < 16; i++) W[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
      const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
      W[i] = W[i - 16] + s0 + W[i - 7] + s1 | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const S1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const t1 = h + S1 + (e & f ^ ~e & g) + K[i] + W[i] | 0;
      const S0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const t2 = S0 + (a & b ^ a & c ^ b & c) | 0;
      h = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((each, i) => { state[i] = state[i] + each | 0; });
  }
  function sha256(message) {
    const padded = new Uint8Array((message.length + 72 >> 6) << 6), view = new DataView(padded.buffer);
    padded.set(message);
    padded[message.length] = 0x80;
    view.setUint32(padded.length - 4, message.length * 8);
    const state = BEGIN.slice(), hash = new Uint8Array(32), out = new DataView(hash.buffer);
    for (let at = 0; at < padded.length; at += 64) compress(state, view, at);
    state.forEach((each, i) => out.setInt32(i * 4, each));
    return hash;
  }
  function hmac(key, message) {
    const pad = (byte, text) => {
      const all = new Uint8Array(64 + text.length).fill(byte, 0, 64);
      key.forEach((each, i) => { all[i] ^= each; });
      all.set(text, 64);
      return sha256(all);
    };
    return pad(0x5c, pad(0x36, message));
  }

  // ---- text forms
  const base64 = (data) => btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const unbase64 = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const hex = (data) => Array.from(data, (each) => each.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const random = (count) => crypto.getRandomValues(new Uint8Array(count));

  // ---- codes of venues
  function makeCode(name, kind, stay) {
    return base64(bytes(JSON.stringify([name, kind, stay, base64(random(16))])));
  }
  // {name, kind, stay, id}, or null when the text is not the code of a venue.
  function parseCode(text) {
    const payload = text.slice(text.lastIndexOf("#") + 1);
    if (!payload.startsWith("1.")) return null;
    try {
      const [name, kind, stay, seed] = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unbase64(payload.slice(2))));
      const good = typeof name === "string" && name && name.length <= 60 && typeof kind === "string"
        && Number.isInteger(stay) && stay >= 5 && stay <= LONGEST && typeof seed === "string" && unbase64(seed).length >= 16;
      return good ? { name, kind, stay, id: sha256(bytes(`kini venue 1\0${payload.slice(2)}`)) } : null;
    } catch {
      return null;
    }
  }

  // ---- keys and records. Times are minutes since 1970, hours are hours since 1970.
  function hourKey(id, hour) {
    const message = new Uint8Array(8);
    message.set(bytes("hour"));
    new DataView(message.buffer).setUint32(4, hour);
    return hmac(id, message).slice(0, RECORD);
  }
  function keysOf(id, start, end) {
    const keys = {};
    for (let hour = Math.floor(start / HOUR); hour * HOUR < end; hour++) keys[hour] = hex(hourKey(id, hour));
    return keys;
  }
  // The records of an infectious stay, each as hexadecimal digits; hours without a key are left out.
  function recordsOf(keys, start, end, risk) {
    const records = [];
    for (let hour = Math.floor(start / HOUR); hour * HOUR < end; hour++) {
      if (!keys[hour]) continue;
      const from = Math.max(start - hour * HOUR, 0), to = Math.min(end - hour * HOUR, HOUR);
      const record = unhex(keys[hour]), bits = from << 10 | (to - from - 1) << 4 | risk << 2;
      record[8] ^= bits >> 8;
      record[9] ^= bits & 255;
      records.push(hex(record));
    }
    return records;
  }

  // ---- matching. Visits are {start, end, keys}; returns a function that takes packages in and one that tells exposures.
  function matcher(visits, overlap) {
    const byTag = new Map(), seen = new Uint8Array(65536), infectious = visits.map(() => []);
    visits.forEach((visit, number) => Object.entries(visit.keys).forEach(([hour, text]) => {
      if (hour * HOUR >= visit.end || (Number(hour) + 1) * HOUR <= visit.start) return;
      const key = unhex(text), view = new DataView(key.buffer), tag = view.getUint32(0);
      seen[tag >>> 16] = 1;
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push({ number, hour: Number(hour), rest: view.getUint32(4), pad: view.getUint16(8) });
    }));
    function add(content) {
      const view = new DataView(content), end = content.byteLength - RECORD;
      for (let at = 0; at <= end; at += RECORD) {
        if (!seen[view.getUint16(at)]) continue;
        const there = byTag.get(view.getUint32(at));
        if (there) there.forEach((each) => each.rest === view.getUint32(at + 4) && read(each, view.getUint16(at + TAG)));
      }
    }
    function read({ number, hour, pad }, covered) {
      const bits = covered ^ pad, from = bits >> 10, to = from + (bits >> 4 & 63) + 1, risk = bits >> 2 & 3;
      if ((bits & 3) === 0 && to <= HOUR && (risk === LOW || risk === HIGH)) {
        infectious[number].push([hour * HOUR + from, hour * HOUR + to, risk]);
      }
    }
    // Minutes of each visit in which somebody infected was there; minutes with several count once.
    function exposures() {
      return infectious.map((times, number) => {
        const { start, end } = visits[number];
        let minutes = 0, until = start, risk = LOW;
        times.sort((a, b) => a[0] - b[0]).forEach(([from, to, level]) => {
          if (Math.min(to, end) > Math.max(from, start)) risk = Math.max(risk, level);
          minutes += Math.max(0, Math.min(to, end) - Math.max(from, until));
          until = Math.max(until, Math.min(to, end));
        });
        return { number, minutes, risk };
      }).filter((each) => each.minutes >= overlap);
    }
    return { add, exposures };
  }
  return { LONGEST, LOW, HIGH, sha256, hmac, base64, unbase64, hex, random, makeCode, parseCode, hourKey, keysOf, recordsOf, matcher };
})();
