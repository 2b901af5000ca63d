// Makes and draws the code of a venue. It is kept on this device, so that the same poster can be printed again.
(() => {
  "use strict";
  const poster = document.querySelector("[data-poster]"), { name, kind, stay, key, address, gate, gateAt } = poster.dataset;
  const KEPT = `kini-venue-${key}`, svg = document.querySelector("[data-svg]"), rotate = document.querySelector("[data-rotate]");
  const absolute = (path, fragment) => `${new URL(path, location.href).href}#${fragment}`;

  function draw() {
    const code = localStorage.getItem(KEPT) ?? make(), picture = KiniQr.svg(absolute(address, `1.${code}`));
    poster.querySelector("[data-code]").replaceChildren(picture);
    poster.dataset.payload = `1.${code}`;
    document.querySelector("[data-code-field]").value = `1.${code}`;
    svg.href = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;
    const link = document.querySelector("[data-gate-link]");
    if (link) {
      link.href = absolute(gateAt, `${gate},1.${code}`);
      document.querySelector("[data-gate-code]").replaceChildren(KiniQr.svg(link.href));
    }
  }
  function make() {
    const code = KiniRecords.makeCode(name, kind, Number(stay));
    localStorage.setItem(KEPT, code);
    return code;
  }
  rotate.querySelector("button").addEventListener("click", () => { make(); draw(); rotate.open = false; });
  [poster, svg, rotate].forEach((each) => { each.hidden = false; });
  draw();
})();
