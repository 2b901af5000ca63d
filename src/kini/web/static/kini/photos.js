// Shows what was chosen before it is sent, lets one take photos one after the other, and puts a wrong one aside.
(() => {
  "use strict";
  const key = (file) => `${file.name} ${file.size} ${file.lastModified}`;
  const sized = (bytes) => bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

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
      list.replaceChildren(...kept.map(drawn));
    }
    function drawn(file) {
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
    input.addEventListener("change", () => {
      const fresh = [...input.files];
      const before = input.multiple ? kept.filter((old) => !fresh.some((each) => key(each) === key(old))) : [];
      keep(fresh.length ? [...before, ...fresh] : kept);
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
