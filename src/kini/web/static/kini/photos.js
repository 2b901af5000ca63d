// Shows what was chosen before it is sent, lets one take photos one after the other, and puts a wrong one aside.
// Photos are made smaller on the phone; what the camera wrote into them stays there, but for when they were taken.
(() => {
  "use strict";
  const LONGEST = 1600, LARGEST = 300_000, QUALITIES = [0.85, 0.65, 0.45];
  const originals = new WeakMap();
  const key = (file) => originals.get(file) || `${file.name} ${file.size} ${file.lastModified}`;
  const sized = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

  // Where the camera's notes begin in a JPEG file, as [its first bytes, offset]; null without any (Exif 3.0, 4.5.4).
  async function notes(file) {
    const view = new DataView(await file.slice(0, 131_072).arrayBuffer());
    for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) return [view, at + 10];
    }
    return null;
  }
  // DateTimeOriginal and OffsetTimeOriginal, as the camera wrote them: [[tag, text], ...].
  function taken(view, start) {
    const little = view.getUint16(start) === 0x4949;
    const at = (offset) => start + view.getUint32(offset, little);
    const row = (table, tag) => {
      const rows = Array.from({ length: view.getUint16(table, little) }, (_, n) => table + 2 + 12 * n);
      return rows.find((each) => view.getUint16(each, little) === tag);
    };
    const text = (each) => {
      const length = view.getUint32(each + 4, little), from = length > 4 ? at(each + 8) : each + 8;
      return new TextDecoder("latin1").decode(view.buffer.slice(from, from + length)).split("\0")[0];
    };
    const own = row(at(start + 4), 0x8769);
    if (own === undefined) return [];
    return [0x9003, 0x9011].flatMap((tag) => {
      const each = row(at(own + 8), tag);
      return each === undefined ? [] : [[tag, text(each)]];
    });
  }
  // A segment of a JPEG file that says those and nothing else.
  function segment(said) {
    const size = 10 + 26 + 6 + 12 * said.length + said.reduce((all, [, text]) => all + text.length + 1, 0);
    const view = new DataView(new ArrayBuffer(size));
    const put = (at, words) => [...words].forEach((each, n) => view.setUint8(at + n, each.charCodeAt(0)));
    const row = (at, tag, type, count, value) => {
      view.setUint16(at, tag); view.setUint16(at + 2, type); view.setUint32(at + 4, count); view.setUint32(at + 8, value);
    };
    view.setUint16(0, 0xffe1); view.setUint16(2, size - 2);
    put(4, "Exif\0\0MM\0*\0\0\0\x08\0\x01");
    row(20, 0x8769, 4, 1, 26);
    view.setUint16(36, said.length);
    let free = 42 + 12 * said.length;
    said.forEach(([tag, text], n) => {
      row(38 + 12 * n, tag, 2, text.length + 1, free - 10);
      put(free, text);
      free += text.length + 1;
    });
    return view.buffer;
  }
  async function drawn(bitmap, longest, quality) {
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
    const paper = canvas.getContext("2d");
    paper.imageSmoothingQuality = "high";
    paper.fillStyle = "#fff";
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return new Promise((done, failed) => canvas.toBlob((blob) => blob ? done(blob) : failed(blob), "image/jpeg", quality));
  }
  // The photo upright, at most LONGEST pixels on a side and LARGEST bytes; as it was where it is small and says
  // nothing, and where the browser cannot read it.
  async function smaller(file, accept) {
    if (!file.type.startsWith("image/") || !accept.includes("image/jpeg")) return file;
    try {
      const noted = file.type === "image/jpeg" && await notes(file);
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      if (!noted && file.size <= LARGEST && Math.max(bitmap.width, bitmap.height) <= LONGEST) return file;
      const said = noted ? taken(...noted).filter(([, text]) => text) : [];
      let blob;
      for (let longest = LONGEST; longest > 300 && !(blob?.size <= LARGEST - 200); longest *= 0.8) {
        for (const quality of QUALITIES) {
          blob = await drawn(bitmap, longest, quality);
          if (blob.size <= LARGEST - 200) break;
        }
      }
      bitmap.close();
      const parts = said.length ? [blob.slice(0, 2), segment(said), blob.slice(2)] : [blob];
      const name = file.name.replace(/\.\w+$/, "") + ".jpg";
      const small = new File(parts, name, { type: "image/jpeg", lastModified: file.lastModified });
      originals.set(small, key(file));
      return small;
    } catch {
      return file;
    }
  }

  function watch(input) {
    const list = Object.assign(document.createElement("ul"), { className: "previews", hidden: true });
    const camera = document.querySelector(`[data-camera="${input.id}"]`);
    let kept = [];
    input.after(list);

    // The input carries what is kept, so that the form sends it as without this script.
    function keep(files) {
      kept = files.slice(0, input.multiple ? Number(input.dataset.most) : 1);
      const carrier = new DataTransfer();
      kept.forEach((file) => carrier.items.add(file));
      input.files = carrier.files;
      list.hidden = !kept.length;
      list.replaceChildren(...kept.map(shown));
    }
    function shown(file) {
      const row = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const picture = Object.assign(new Image(), { alt: "", src: URL.createObjectURL(file) });
        picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
        row.append(picture);
      }
      const words = Object.assign(document.createElement("span"), { textContent: `${file.name} ` });
      words.append(Object.assign(document.createElement("span"), { className: "muted small num", textContent: sized(file.size) }));
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: input.dataset.remove });
      remove.append(Object.assign(document.createElement("span"), { className: "hidden-visually", textContent: `: ${file.name}` }));
      remove.addEventListener("click", () => { keep(kept.filter((each) => each !== file)); input.focus(); });
      row.append(words, remove);
      return row;
    }
    let working = 0;
    input.addEventListener("change", async () => {
      working += 1;
      const fresh = await Promise.all([...input.files].map((each) => smaller(each, input.accept)));
      const before = input.multiple ? kept.filter((old) => !fresh.some((each) => key(each) === key(old))) : [];
      keep(fresh.length ? [...before, ...fresh] : kept);
      working -= 1;
      if (!working && waits) input.form.requestSubmit(waits === true ? null : waits);
    });
    // A form sent before the photos are ready is sent as soon as they are.
    let waits = null;
    input.form.addEventListener("submit", (event) => {
      waits = working ? event.submitter || true : null;
      if (waits) event.preventDefault();
    });

    // Phones open their camera at once for an input that asks for it; all others choose from their files.
    if (camera && input.accept.includes("image/") && matchMedia("(pointer: coarse)").matches) {
      camera.hidden = false;
      camera.querySelector("button").addEventListener("click", () => {
        input.setAttribute("capture", "environment");
        input.click();
        input.removeAttribute("capture");
      });
    }
  }

  document.querySelectorAll("input[type=file]:not([disabled])").forEach(watch);
})();
