// Verifies HC1 codes and SMART Health Cards in the browser, as certificates/hc1.py and shc.py do: the same order of steps,
// the same reasons. A verdict is {reason, name, birthDate, rule}; without a reason the certificate is valid.
const KiniVerifier = (() => {
  "use strict";
  const LONGEST = 4296, LONGEST_DIGITS = 7089, LONGEST_CONTENT = 100000, DEEPEST = 12, MOST_CHUNKS = 20, SHORT = 16;
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", HEALTH_CARD = "https://smarthealth.cards#health-card";
  const KINDS = ["v", "t", "r"], utf8 = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  class Refused extends Error {
    constructor(reason) { super(reason); this.reason = reason; }
  }
  function refuse(reason) { throw new Refused(reason); }
  const isMap = (value) => value instanceof Map;
  const hex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");

  // ---- bytes
  function base45(text) {
    const values = Array.from(text, (letter) => ALPHABET.indexOf(letter)), bytes = [];
    if (values.includes(-1) || values.length % 3 === 1) refuse("not-readable");
    for (let at = 0; at < values.length; at += 3) {
      const [c, d, e] = values.slice(at, at + 3), number = c + 45 * d + 2025 * (e ?? 0);
      if (number > (e === undefined ? 255 : 65535)) refuse("not-readable");
      if (e !== undefined) bytes.push(number >> 8);
      bytes.push(number & 255);
    }
    return new Uint8Array(bytes);
  }
  function base64(text) {
    try {
      return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    } catch {
      return refuse("not-readable");
    }
  }
  async function inflate(bytes, format) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader(), parts = [];
    let length = 0;
    for (;;) {
      const { done, value } = await stream.read().catch(() => refuse("not-readable"));
      if (done) break;
      length += value.length;
      if (length > LONGEST_CONTENT) {
        stream.cancel().catch(() => {});
        refuse("too-long");
      }
      parts.push(value);
    }
    const content = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      content.set(part, at);
      at += part.length;
    }
    return content;
  }

  // ---- CBOR: maps become Map, tags of dates their text, other tags {tag, value}
  function cbor(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    function take(count) {
      if (count > bytes.length - at) refuse("not-readable");
      at += count;
      return bytes.subarray(at - count, at);
    }
    function argument(info) {
      if (info < 24) return info;
      const size = [1, 2, 4, 8][info - 24] ?? refuse("not-readable"), start = at;
      take(size);
      if (size < 8) return [view.getUint8, view.getUint16, null, view.getUint32][size - 1].call(view, start);
      const number = view.getBigUint64(start);
      return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : number;
    }
    function many(info, deepest, read) {
      const items = [];
      if (info === 31) {
        while (bytes[at] !== 0xff) items.push(read(deepest));
        take(1);
      } else {
        const count = argument(info);
        if (count > bytes.length) refuse("not-readable");
        for (let n = 0; n < count; n += 1) items.push(read(deepest));
      }
      return items;
    }
    function string(major, info) {
      if (info !== 31) return take(Number(argument(info)));
      const parts = [];
      while (bytes[at] !== 0xff) {
        const [head] = take(1);
        if (head >> 5 !== major || (head & 31) === 31) refuse("not-readable");
        parts.push(...take(Number(argument(head & 31))));
      }
      take(1);
      return new Uint8Array(parts);
    }
    function simple(info) {
      if (info === 20 || info === 21) return info === 21;
      if (info === 22 || info === 23) return null;
      const start = at;
      if (info === 27) { take(8); return view.getFloat64(start); }
      if (info === 26) { take(4); return view.getFloat32(start); }
      if (info === 25) {
        take(2);
        const half = view.getUint16(start), sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, part = half & 1023;
        if (exponent === 31) return part ? Number.NaN : sign * Number.POSITIVE_INFINITY;
        return sign * (exponent ? 2 ** (exponent - 15) * (1 + part / 1024) : 2 ** -14 * (part / 1024));
      }
      return refuse("not-readable");
    }
    function item(deepest) {
      if (deepest < 0) refuse("malformed");
      const [head] = take(1), major = head >> 5, info = head & 31;
      if (major === 0) return argument(info);
      if (major === 1) { const number = argument(info); return typeof number === "bigint" ? -1n - number : -1 - number; }
      if (major === 2) return string(2, info).slice();
      if (major === 3) { try { return utf8(string(3, info)); } catch { return refuse("not-readable"); } }
      if (major === 4) return many(info, deepest - 1, item);
      if (major === 5) return new Map(many(info, deepest - 1, (depth) => [item(depth), item(depth)]));
      if (major === 6) { const tag = argument(info), value = item(deepest - 1); return tag === 0 || tag === 1004 ? value : { tag, value }; }
      return simple(info);
    }
    return item(DEEPEST + 4);
  }
  function head(major, length) {
    if (length < 24) return [(major << 5) | length];
    if (length < 256) return [(major << 5) | 24, length];
    return length < 65536 ? [(major << 5) | 25, length >> 8, length & 255]
      : [(major << 5) | 26, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  }
  // The bytes that a COSE_Sign1 signature is over.
  function toBeSigned(protectedHeader, payload) {
    const parts = [[0x84], head(3, 10), new TextEncoder().encode("Signature1"),
      head(2, protectedHeader.length), protectedHeader, [0x40], head(2, payload.length), payload];
    return new Uint8Array(parts.flatMap((each) => [...each]));
  }
  // Maps with text keys as objects, for the content and its rules.
  function plain(value) {
    if (isMap(value)) return Object.fromEntries([...value].map(([key, each]) => [String(key), plain(each)]));
    if (Array.isArray(value)) return value.map(plain);
    if (value !== null && typeof value === "object" && "tag" in value) return plain(value.value);
    return value;
  }

  // ---- signatures
  const imported = new Map();
  async function isSigned(entry, signature, signed, algorithm) {
    const ec = entry.jwk.kty === "EC", usage = ec ? { name: "ECDSA", namedCurve: "P-256" } : { name: "RSA-PSS", hash: "SHA-256" };
    if ((algorithm === "ES256") !== ec || !["ES256", "PS256"].includes(algorithm)) return false;
    try {
      if (!imported.has(entry)) imported.set(entry, crypto.subtle.importKey("jwk", entry.jwk, usage, false, ["verify"]));
      const how = ec ? { name: "ECDSA", hash: "SHA-256" } : { name: "RSA-PSS", saltLength: 32 };
      return await crypto.subtle.verify(how, await imported.get(entry), signature, signed);
    } catch {
      return false;
    }
  }
  async function signers(entries, ...signed) {
    const good = await Promise.all(entries.map((each) => isSigned(each, ...signed)));
    const found = entries.filter((_each, at) => good[at]);
    return found.length ? found : refuse("not-trusted");
  }
  function checkTimes(at, begins, ends) {
    if (begins && at < begins) refuse("not-yet-valid");
    if (ends && at >= ends) refuse("expired");
  }
  function time(seconds) {
    const date = typeof seconds === "number" ? new Date(seconds * 1000) : typeof seconds === "string" ? new Date(seconds) : null;
    return date && !Number.isNaN(date.getTime()) ? date : refuse("malformed");
  }

  // ---- HC1
  async function health(text, lists, at) {
    if (text.length > LONGEST) refuse("too-long");
    text = text.replace(/^[\r\n\t ]+/, "").replace(/[\r\n\t]+$/, "");
    if (!text.startsWith("HC1:")) refuse("not-readable");
    let message = cbor(await inflate(base45(text.slice(4)), "deflate"));
    if (message?.tag === 61) message = message.value;
    if (message?.tag === 18) message = message.value;
    if (!Array.isArray(message) || message.length !== 4) refuse("not-readable");
    const [first, unprotected, payload, signature] = message;
    if (![first, payload, signature].every((each) => each instanceof Uint8Array) || !isMap(unprotected)) refuse("not-readable");
    const headers = first.length ? cbor(first) : new Map();
    if (!isMap(headers)) refuse("not-readable");
    const header = (label) => headers.has(label) ? headers.get(label) : unprotected.get(label);
    const id = header(4), kid = id instanceof Uint8Array ? hex(id) : "", algorithm = { "-7": "ES256", "-37": "PS256" }[header(1)];
    const named = lists.keys.filter((each) => !each.card && kid && each.kid === kid);
    const good = await signers(named, signature, toBeSigned(headers.size ? first : new Uint8Array(), payload), algorithm);
    const claims = cbor(payload);
    const certificate = isMap(claims) ? claims.get(-260) : null;
    if (!isMap(certificate)) refuse("malformed");
    const issued = claims.get(6) == null ? null : time(claims.get(6)), expires = claims.get(4) == null ? null : time(claims.get(4));
    checkTimes(at, issued, expires);
    const found = contentOf(certificate);
    if (found.content && !expires) refuse("malformed");
    if (!good.some((key) => key.usages === undefined || found.kinds.every((kind) => key.usages.includes(kind)))) refuse("wrong-key-usage");
    if (await isRevoked(found.entries, signature, algorithm, lists)) refuse("revoked");
    const rule = found.content && KiniCertLogic.brokenRule({ ...found, issuer: claims.get(1), issued, expires, kid }, lists, at);
    return { reason: rule ? "against-rules" : null, rule, name: found.name, birthDate: found.birthDate };
  }
  function contentOf(certificate) {
    if (certificate.has(1)) return contentOfDcc(plain(certificate.get(1)));
    for (const [key, kind] of [[3, "v"], [4, "t"]]) {
      const core = [plain(certificate.get(key))].flat()[0];
      if (typeof core?.name === "string") {
        return { content: null, kinds: [kind], entries: [], name: core.name, birthDate: String(core.birthDate ?? "") };
      }
    }
    return refuse("malformed");
  }
  const DAY = /^\d{4}-\d{2}-\d{2}([T ].*)?$/;
  const MOMENT = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{1,2}(:?\d{2})?)?)?$/;
  const isDay = (text) => {
    const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
    return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  };
  const text = (value) => typeof value === "string", short = (value) => text(value) && [...value].length <= 80;
  const optional = (check) => (value) => value == null || check(value), count = (value) => Number.isInteger(value) && value >= 1;
  const day = (value) => text(value) && DAY.test(value) && isDay(value), moment = (value) => text(value) && MOMENT.test(value) && isDay(value);
  const COMMON = { tg: text, co: (value) => text(value) && /[A-Z]{1,10}/.test(value), is: short, ci: short };
  const ENTRIES = {
    v: { ...COMMON, vp: text, mp: text, ma: text, dn: count, sd: count, dt: day },
    t: { ...COMMON, tt: text, nm: optional(short), ma: optional(text), sc: moment, tr: text, tc: optional(short) },
    r: { ...COMMON, fr: day, df: day, du: day },
  };
  function contentOfDcc(content) {
    const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
    const demand = (holds) => { if (!holds) refuse("malformed"); };
    demand(isObject(content) && text(content.ver) && isObject(content.nam) && text(content.dob));
    const version = /^(\d+)\.(\d+)\.(\d+)$/.exec(content.ver), birthDate = content.dob.split(/[T ]/)[0];
    demand(version && /^((19|20)\d\d(-\d\d){0,2})?$/.test(birthDate));
    const { fn, fnt, gn, gnt } = content.nam;
    demand([fn, fnt, gn, gnt].every(optional(short)));
    const kinds = KINDS.filter((kind) => content[kind] != null && content[kind].length !== 0);
    const entries = kinds.flatMap((kind) => {
      demand(Array.isArray(content[kind]));
      content[kind].forEach((entry) => demand(isObject(entry) && Object.entries(ENTRIES[kind]).every(([key, fits]) => fits(entry[key]))));
      return content[kind];
    });
    demand(entries.length);
    if (Number(version[1]) > 1 || (Number(version[1]) === 1 && Number(version[2]) >= 2)) {
      demand(entries.length === 1 && (fnt != null || gnt != null) && [fnt, gnt].every((each) => /^[A-Z<]*$/.test(each ?? "")));
    }
    const given = gn || (gnt ?? "").replaceAll("<", " "), surname = fn || (fnt ?? "").replaceAll("<", " ");
    return { content, kinds, entries, birthDate, name: `${given} ${surname}`.trim().replace(/\s+/g, " ") };
  }
  async function isRevoked(entries, signature, algorithm, lists) {
    if (!lists.hashes.length) return false;
    const known = lists.hashSet ??= new Set(lists.hashes), encoded = (words) => new TextEncoder().encode(words);
    const part = algorithm === "ES256" ? signature.slice(0, signature.length / 2) : signature;
    const all = [...entries.flatMap(({ co, ci }) => [encoded(ci), encoded(co + ci)]), part];
    const hashes = await Promise.all(all.map((each) => crypto.subtle.digest("SHA-256", each)));
    return hashes.some((each) => known.has(hex(new Uint8Array(each)).slice(0, SHORT)));
  }

  // ---- SMART Health Cards
  const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
  const isCard = (text) => /^shc:\//i.test(text.trim()) || JWS.test(text.trim());
  function jwsOf(codes) {
    if (codes.length === 1 && JWS.test(codes[0].trim())) {
      return codes[0].length > 2 * LONGEST_CONTENT ? refuse("too-long") : codes[0].trim();
    }
    const parts = new Map();
    let total = 0;
    for (const code of codes.map((each) => each.trim())) {
      if (code.length > LONGEST_DIGITS) refuse("too-long");
      const match = /^shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?(\d+)$/i.exec(code) ?? refuse("not-readable");
      const [number, all] = [Number(match[1] ?? 1), Number(match[2] ?? 1)];
      const fits = number >= 1 && number <= all && all <= MOST_CHUNKS && (!parts.size || all === total) && match[3].length % 2 === 0;
      if (!fits || (parts.get(number) ?? match[3]) !== match[3]) refuse("not-readable");
      total = all;
      parts.set(number, match[3]);
    }
    if (parts.size !== total) refuse("not-readable");
    const digits = Array.from({ length: total }, (_each, at) => parts.get(at + 1)).join("");
    const letters = digits.match(/\d\d/g).map((pair) => Number(pair) + 45);
    if (letters.some((each) => each > 122)) refuse("not-readable");
    const jws = String.fromCharCode(...letters);
    return JWS.test(jws) ? jws : refuse("not-readable");
  }
  function json(bytes) {
    let value;
    try { value = JSON.parse(utf8(bytes)); } catch { refuse("not-readable"); }
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : refuse("malformed");
  }
  async function card(codes, lists, at) {
    const [first, body, signature] = jwsOf(codes).split("."), { alg, zip, kid } = json(base64(first));
    if (alg !== "ES256" || zip !== "DEF" || !text(kid)) refuse("malformed");
    const named = lists.keys.filter((each) => each.card && each.kid === kid);
    const good = await signers(named, base64(signature), new TextEncoder().encode(`${first}.${body}`), alg);
    const { iss, nbf, exp, vc } = json(await inflate(base64(body), "deflate-raw"));
    if (!good.some((key) => !key.issuer || key.issuer === iss)) refuse("not-trusted");
    const bundle = vc?.credentialSubject?.fhirBundle;
    if (!text(iss) || typeof nbf !== "number" || !vc?.type?.includes?.(HEALTH_CARD)) refuse("malformed");
    checkTimes(at, time(nbf), exp == null ? null : time(exp));
    if (bundle?.resourceType !== "Bundle" || !Array.isArray(bundle.entry) || bundle.entry.length > 200) refuse("malformed");
    const people = bundle.entry.map((each) => each?.resource).filter((each) => each?.resourceType === "Patient");
    if (people.length !== 1) refuse("malformed");
    const [{ name: names, birthDate = "" }] = people, name = nameOf(Array.isArray(names) ? names : []);
    if (!name || !text(birthDate) || (birthDate && !/^\d{4}(-\d\d){0,2}$/.test(birthDate))) refuse("malformed");
    const until = text(vc.rid) ? lists.cards[`${kid} ${vc.rid}`] : undefined;
    if (until !== undefined && (until === 0 || nbf < until)) refuse("revoked");
    return { reason: null, name, birthDate };
  }
  function nameOf(names) {
    const official = names.filter((each) => each?.use === "official"), others = names.filter((each) => each?.use !== "official");
    for (const name of [...official, ...others]) {
      const parts = [...(Array.isArray(name?.given) ? name.given : []), name?.family].filter(text).join(" ") || name?.text;
      if (text(parts) && parts.trim()) return parts.trim().replace(/\s+/g, " ");
    }
    return "";
  }

  // Verify the codes of one certificate: several only of a SMART Health Card in chunks.
  async function verify(codes, lists, at = new Date()) {
    try {
      if (codes.length && isCard(codes[0])) return await card(codes, lists, at);
      return codes.length === 1 ? await health(codes[0], lists, at) : refuse("not-readable");
    } catch (error) {
      return { reason: error instanceof Refused ? error.reason : "not-readable", name: "", birthDate: "" };
    }
  }
  // Numbers of a chunk of a card in several codes: [2, 3] for "shc:/2/3/..."; undefined for a whole one.
  function chunkOf(code) {
    const match = /^shc:\/(\d{1,2})\/(\d{1,2})\//i.exec(code.trim());
    return match ? [Number(match[1]), Number(match[2])] : undefined;
  }
  return { verify, chunkOf };
})();
