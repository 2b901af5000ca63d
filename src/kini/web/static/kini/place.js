// Helps to give a place: finds an area as one types, says in words where a point is, opens the map when asked.
(() => {
  "use strict";
  const MOST = 8;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").trim();
  let boxes = 0;

  // A long list becomes an input that finds its options; the list itself keeps the answer.
  function finder(around) {
    const list = around.querySelector("select");
    const options = [...list.options].filter((option) => option.value).map((option) => {
      const within = option.parentElement.label || "";
      return { option, name: option.text, within, own: plain(option.text), words: plain(`${option.text} ${within}`) };
    });
    const input = document.createElement("input");
    const found = document.createElement("ul");
    const says = document.createElement("p");
    input.id = list.id;
    input.className = list.className;
    for (const name of ["aria-describedby", "aria-invalid"]) if (list.hasAttribute(name)) input.setAttribute(name, list.getAttribute(name));
    found.id = `area-found-${++boxes}`;
    found.className = "found";
    found.hidden = true;
    found.setAttribute("role", "listbox");
    found.setAttribute("aria-label", document.querySelector(`label[for="${list.id}"]`)?.textContent.trim() || "");
    says.className = "muted small";
    says.setAttribute("role", "status");
    Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": found.id })
      .forEach(([name, value]) => input.setAttribute(name, value));
    list.removeAttribute("id");
    list.hidden = true;
    around.append(input, found, says);
    let active = -1;

    const show = () => { input.value = list.value ? list.selectedOptions[0].text : ""; };
    const rows = () => [...found.children];
    function close() {
      found.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function choose(value) {
      list.value = value;
      says.textContent = "";
      show();
      close();
      list.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function look() {
      const words = plain(input.value).split(/\s+/).filter(Boolean);
      const fits = words.length ? options.filter((each) => words.every((word) => each.words.includes(word))) : [];
      fits.sort((a, b) => b.own.startsWith(words[0]) - a.own.startsWith(words[0]));
      found.replaceChildren(...fits.slice(0, MOST).map((each, number) => {
        const row = document.createElement("li");
        row.id = `${found.id}-${number}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.dataset.value = each.option.value;
        row.append(each.name);
        if (each.within) row.append(Object.assign(document.createElement("span"), { className: "muted", textContent: `, ${each.within}` }));
        return row;
      }));
      active = -1;
      found.hidden = !fits.length;
      input.setAttribute("aria-expanded", String(fits.length > 0));
      says.textContent = words.length && !fits.length ? around.dataset.none : "";
    }
    function step(by) {
      const all = rows();
      if (!all.length) return;
      active = (active + by + all.length) % all.length;
      all.forEach((row, number) => row.setAttribute("aria-selected", String(number === active)));
      all[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", all[active].id);
    }
    input.addEventListener("input", () => { list.value = ""; look(); });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (found.hidden) look(); step(event.key === "ArrowDown" ? 1 : -1); }
      if (event.key === "Enter" && !found.hidden) { event.preventDefault(); choose(rows()[Math.max(active, 0)].dataset.value); }
      if (event.key === "Escape") close();
    });
    found.addEventListener("pointerdown", (event) => event.preventDefault());
    found.addEventListener("click", (event) => { const row = event.target.closest("li"); if (row) choose(row.dataset.value); });
    input.addEventListener("blur", () => {
      close();
      if (list.value || !input.value.trim()) return;
      const same = options.filter((each) => each.own === plain(input.value));
      if (same.length === 1) choose(same[0].option.value);
      else says.textContent = around.dataset.choose;
    });
    list.form?.addEventListener("reset", () => setTimeout(show));
    around.choose = (value) => { list.value = value; says.textContent = ""; show(); };
    show();
  }

  // A point: from the device or the map, told in words, let go of when another area is chosen by hand.
  function place(box) {
    const [lat, lon, words] = ["input[data-lat]", "input[data-lon]", "[data-place-words]"].map((each) => box.querySelector(each));
    const area = box.querySelector("[data-area]");
    async function told() {
      const body = new URLSearchParams({ lat: lat.value, lon: lon.value });
      const token = lat.form.querySelector("[name=csrfmiddlewaretoken]").value;
      const asked = `${lat.value},${lon.value}`;
      let here;
      try {
        here = await (await fetch(box.dataset.here, { method: "POST", body, headers: { "X-CSRFToken": token } })).json();
      } catch {
        area.choose("");
        words.textContent = box.dataset.lost;
        return;
      }
      if (asked !== `${lat.value},${lon.value}`) return;
      if (!here.area) lat.value = lon.value = "";
      area.choose(here.area);
      words.textContent = here.words;
    }
    lon.addEventListener("change", told);
    area.addEventListener("change", (event) => {
      if (!event.target.matches("select")) return;
      lat.value = lon.value = words.textContent = "";
    });
    box.querySelector("[data-open-map]")?.addEventListener("click", (event) => map(event.currentTarget, lat, lon));
  }

  async function map(button, lat, lon) {
    const part = button.closest("[data-map]");
    const box = part.querySelector(".map-box");
    const opens = box.hidden;
    box.hidden = !opens;
    button.setAttribute("aria-expanded", String(opens));
    if (!opens || part.dataset.drawn) return;
    part.dataset.drawn = "yes";
    try {
      const blank = part.querySelector("template");
      blank?.replaceWith(blank.content);
      part.querySelectorAll("[data-needs-js]").forEach((each) => { each.hidden = false; });
      const { pick } = await import(part.dataset.module);
      pick(part, lat, lon);
    } catch {
      delete part.dataset.drawn;
      box.hidden = true;
      button.setAttribute("aria-expanded", "false");
      part.querySelector("[role=status]").textContent = part.dataset.failed;
    }
  }

  document.querySelectorAll("[data-area]").forEach(finder);
  document.querySelectorAll("[data-place]").forEach(place);
})();
