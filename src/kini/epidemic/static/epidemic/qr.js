// Draws a text as a QR code (ISO/IEC 18004: bytes, error correction M, versions 1 to 20), so that posters and passes are
// made where they are shown. Returns the modules as rows of booleans, or an SVG element.
const KiniQr = (() => {
  "use strict";
  const ECC = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
  const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
  const sizeOf = (version) => version * 4 + 17;

  // ---- how many bytes fit
  function alignments(version) {
    if (version === 1) return [];
    const count = Math.floor(version / 7) + 2, step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
    return [6, ...Array.from({ length: count - 1 }, (_, i) => sizeOf(version) - 7 - (count - 2 - i) * step)];
  }
  function codewords(version) {
    let bits = (16 * version + 128) * version + 64;
    if (version >= 2) {
      const count = Math.floor(version / 7) + 2;
      bits -= (25 * count - 10) * count - 55;
      if (version >= 7) bits -= 36;
    }
    return bits >> 3;
  }
  const dataBytes = (version) => codewords(version) - ECC[version] * BLOCKS[version];

  // ---- Reed-Solomon over GF(256), polynomial 0x11d
  const EXP = new Uint8Array(510), LOG = new Uint8Array(256);
  for (let i = 0, x = 1; i < 255; i++) {
    EXP[i] = EXP[i + 255] = x;
    LOG[x] = i;
    x = x << 1 ^ (x >> 7) * 0x11d;
  }
  const times = (a, b) => a && b ? EXP[LOG[a] + LOG[b]] : 0;
  function divisor(degree) {
    let terms = [1];
    for (let i = 0; i < degree; i++) terms = [...terms, 0].map((each, at) => each ^ times(at ? terms[at - 1] : 0, EXP[i]));
    return terms.slice(1);
  }
  function remainder(data, terms) {
    const rest = new Uint8Array(terms.length);
    data.forEach((byte) => {
      const factor = byte ^ rest[0];
      rest.copyWithin(0, 1);
      rest[rest.length - 1] = 0;
      terms.forEach((term, i) => { rest[i] ^= times(term, factor); });
    });
    return rest;
  }

  // ---- bytes of the symbol: head, text, padding, then the blocks interleaved
  function content(text, version) {
    const data = new TextEncoder().encode(text), bits = [], put = (value, count) => {
      for (let i = count - 1; i >= 0; i--) bits.push(value >> i & 1);
    };
    put(4, 4);
    put(data.length, version < 10 ? 8 : 16);
    data.forEach((byte) => put(byte, 8));
    const room = dataBytes(version) * 8;
    put(0, Math.min(4, room - bits.length));
    put(0, (8 - bits.length % 8) % 8);
    for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
    const bytes = [];
    for (let i = 0; i < bits.length; i += 8) bytes.push(bits.slice(i, i + 8).reduce((all, bit) => all << 1 | bit, 0));
    return bytes;
  }
  function interleaved(bytes, version) {
    const count = BLOCKS[version], short = Math.floor(bytes.length / count), long = bytes.length % count;
    const terms = divisor(ECC[version]), blocks = [];
    for (let i = 0, at = 0; i < count; i++) {
      const data = bytes.slice(at, at += short + (i >= count - long ? 1 : 0));
      blocks.push({ data, ecc: remainder(data, terms) });
    }
    const all = [];
    for (let i = 0; i <= short; i++) blocks.forEach(({ data }) => i < data.length && all.push(data[i]));
    for (let i = 0; i < ECC[version]; i++) blocks.forEach(({ ecc }) => all.push(ecc[i]));
    return all;
  }

  // ---- the symbol
  const MASKS = [
    (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => x * y % 2 + x * y % 3,
    (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2,
  ];
  function frame(version) {
    const size = sizeOf(version), dark = Array.from({ length: size }, () => Array(size).fill(false));
    const fixed = dark.map((row) => row.map(() => false));
    const set = (x, y, value) => { if (dark[y]?.[x] !== undefined) { dark[y][x] = Boolean(value); fixed[y][x] = true; } };
    for (let i = 0; i < size; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
    [[3, 3], [size - 4, 3], [3, size - 4]].forEach(([cx, cy]) => {
      for (let dy = -4; dy <= 4; dy++) for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
    });
    const at = alignments(version), last = at.length - 1;
    at.forEach((cx, i) => at.forEach((cy, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }));
    format(set, size, 0);
    if (version >= 7) {
      let rest = version;
      for (let i = 0; i < 12; i++) rest = rest << 1 ^ (rest >> 11) * 0x1f25;
      const bits = version << 12 | rest;
      for (let i = 0; i < 18; i++) {
        const a = size - 11 + i % 3, b = Math.floor(i / 3);
        set(a, b, bits >> i & 1);
        set(b, a, bits >> i & 1);
      }
    }
    return { size, dark, fixed, set };
  }
  function format(set, size, mask) {
    let rest = mask;  // level M is 00
    for (let i = 0; i < 10; i++) rest = rest << 1 ^ (rest >> 9) * 0x537;
    const bits = (mask << 10 | rest) ^ 0x5412, bit = (i) => bits >> i & 1;
    for (let i = 0; i <= 5; i++) set(8, i, bit(i));
    set(8, 7, bit(6)); set(8, 8, bit(7)); set(7, 8, bit(8));
    for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
    for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
    for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
    set(8, size - 8, true);
  }
  function fill({ size, dark, fixed }, bytes) {
    let i = 0;
    for (let right = size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < size; step++) for (let j = 0; j < 2; j++) {
        const x = right - j, y = (right + 1 & 2) === 0 ? size - 1 - step : step;
        if (fixed[y][x] || i >= bytes.length * 8) continue;
        dark[y][x] = (bytes[i >> 3] >> 7 - (i & 7) & 1) === 1;
        i++;
      }
    }
  }
  function penalty(dark) {
    const size = dark.length, lines = [...dark, ...dark.map((_, x) => dark.map((row) => row[x]))];
    let score = 0;
    lines.forEach((line) => {
      const text = line.map(Number).join("");
      (text.match(/0{5,}|1{5,}/g) ?? []).forEach((run) => { score += run.length - 2; });
      for (const finder of ["10111010000", "00001011101"]) {
        for (let at = text.indexOf(finder); at >= 0; at = text.indexOf(finder, at + 1)) score += 40;
      }
    });
    let count = 0;
    dark.forEach((row, y) => row.forEach((each, x) => {
      count += each;
      if (y && x && each === row[x - 1] && each === dark[y - 1][x] && each === dark[y - 1][x - 1]) score += 3;
    }));
    return score + 10 * Math.floor(Math.abs(count * 20 - size * size * 10) / (size * size));
  }
  function modules(text) {
    const length = new TextEncoder().encode(text).length;
    let version = 1;
    while (version <= 20 && length + (version < 10 ? 2 : 3) > dataBytes(version)) version++;
    if (version > 20) throw new Error("too long for a QR code");
    const symbol = frame(version);
    fill(symbol, interleaved(content(text, version), version));
    let best;
    MASKS.forEach((masked, number) => {
      const dark = symbol.dark.map((row) => [...row]);
      dark.forEach((row, y) => row.forEach((_, x) => { if (!symbol.fixed[y][x] && masked(x, y) === 0) row[x] = !row[x]; }));
      format((x, y, value) => { dark[y][x] = Boolean(value); }, symbol.size, number);
      const score = penalty(dark);
      if (!best || score < best.score) best = { dark, score };
    });
    return best.dark;
  }
  function svg(text) {
    const rows = modules(text), size = rows.length + 8, name = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(name, "svg"), ground = document.createElementNS(name, "rect");
    const path = document.createElementNS(name, "path");
    const drawn = rows.flatMap((row, y) => row.map((each, x) => (each ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
    picture.setAttribute("viewBox", `0 0 ${size} ${size}`);
    picture.setAttribute("shape-rendering", "crispEdges");
    Object.entries({ width: size, height: size, fill: "#fff" }).forEach((each) => ground.setAttribute(...each));
    path.setAttribute("d", drawn);
    path.setAttribute("fill", "#000");
    picture.append(ground, path);
    return picture;
  }
  return { modules, svg };
})();
