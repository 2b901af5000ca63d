// Maps of the city: zoom and pan by buttons, keys, mouse and fingers; a pin for a place. Without it a map is a picture.
const ZOOMS = [1, 2, 4, 8, 16];
const NEAREST = 24; // most magnification
const FINEST = 3; // magnification from which the smallest areas are told apart
const STEP = 40; // pixels that a button moves the pin

class CityMap {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector(":scope > svg");
    this.pane = this.svg.querySelector(".map-pane");
    this.width = this.svg.viewBox.baseVal.width;
    this.height = this.svg.viewBox.baseVal.height;
    this.whole = this.pane.dataset.whole.split(" ").map(Number);
    this.begin = this.pane.getAttribute("viewBox").split(" ").map(Number);
    this.view = [...this.begin];
    this.pointers = new Map();
    figure.classList.add("live");
    figure.addEventListener("click", (event) => this.button(event));
    figure.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) this.svg.addEventListener(kind, (event) => this[kind](event));
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.svg.addEventListener("dblclick", (event) => this.zoom(2, this.spot(event)));
    // The end of a drag is no click on a link.
    this.svg.addEventListener("click", (event) => { if (this.dragged) { event.preventDefault(); event.stopPropagation(); } }, true);
  }

  get unit() { return this.view[2] / this.width; }
  get magnified() { return this.whole[2] / this.view[2]; }

  // Point of the map under a pointer.
  spot({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return [this.view[0] + ((clientX - box.left) / box.width) * this.view[2], this.view[1] + ((clientY - box.top) / box.height) * this.view[3]];
  }

  middle() { return [this.view[0] + this.view[2] / 2, this.view[1] + this.view[3] / 2]; }

  // Magnify by a factor so that a point stays where it is.
  zoom(factor, [x, y] = this.middle()) {
    const wide = Math.max(this.whole[2] / NEAREST, Math.min(this.whole[2] * 1.5, this.view[2] / factor));
    const share = wide / this.view[2];
    this.show([x - (x - this.view[0]) * share, y - (y - this.view[1]) * share, wide, this.view[3] * share]);
  }

  pan(x, y) { this.show([this.view[0] + x, this.view[1] + y, this.view[2], this.view[3]]); }

  show(view) {
    this.view = view;
    const unit = this.unit.toFixed(3);
    this.pane.setAttribute("viewBox", view.map((each) => each.toFixed(1)).join(" "));
    this.pane.setAttribute("font-size", unit);
    for (const mark of this.pane.querySelectorAll("[transform*=scale]")) {
      mark.setAttribute("transform", mark.getAttribute("transform").replace(/scale\([^)]*\)/, `scale(${unit})`));
    }
    for (const zoom of ZOOMS) this.piece(`map-names names-${zoom}`, `${this.pane.dataset.lines}#names-${zoom}`, this.magnified * 1.01 >= zoom);
    const { finest, lines } = this.pane.dataset;
    this.piece(`map-level-${finest}`, `${lines}#level-${finest}`, this.magnified >= FINEST || this.pane.querySelector(".map-class"));
    this.figure.classList.toggle("moved", view.some((each, n) => Math.abs(each - this.begin[n]) > 0.5));
  }

  // Show or hide a part of the base map; it is fetched when it is first shown.
  piece(name, href, shown) {
    let part = this.pane.querySelector(`.${name.split(" ").pop()}`);
    if (!part && shown) {
      part = document.createElementNS(this.svg.namespaceURI, "use");
      part.setAttribute("class", name);
      part.setAttribute("href", href);
      const before = this.pane.querySelector(name.startsWith("map-names") ? ".map-others, .map-dot, .map-here, .map-pin" : ".map-outline");
      this.pane.insertBefore(part, before);
    }
    if (part) part.style.display = shown ? "" : "none";
  }

  button(event) {
    const step = event.target.closest("[data-map-zoom]")?.dataset.mapZoom;
    if (step === "0") this.show([...this.begin]);
    else if (step) this.zoom(Number(step));
  }

  key(event) {
    const ways = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    if (event.key in ways) this.pan(...ways[event.key].map((way) => way * STEP * this.unit));
    else if (event.key === "+" || event.key === "=") this.zoom(1.6);
    else if (event.key === "-") this.zoom(1 / 1.6);
    else return;
    event.preventDefault();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey && !this.figure.classList.contains("moved")) return; // the page scrolls
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.spot(event));
  }

  pointerdown(event) {
    this.pointers.set(event.pointerId, event);
    this.dragged = false;
  }

  pointermove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.pointers.values()].filter((each) => each.pointerId !== event.pointerId);
    if (!this.dragged && !others.length && Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < 5) return;
    this.dragged = true;
    this.svg.setPointerCapture(event.pointerId);
    if (others.length) {
      const [other] = others;
      const apart = (each) => Math.hypot(each.clientX - other.clientX, each.clientY - other.clientY) || 1;
      this.zoom(apart(event) / apart(before), this.spot(other));
    } else {
      const [from, to] = [this.spot(before), this.spot(event)];
      this.pan(from[0] - to[0], from[1] - to[1]);
    }
    this.pointers.set(event.pointerId, event);
  }

  pointerup(event) { this.pointers.delete(event.pointerId); }
  pointercancel(event) { this.pointers.delete(event.pointerId); }
}

// A pin on the map gives the values of two inputs, and follows them.
export function pick(part, lat, lon) {
  const map = live(part.querySelector(".city-map"));
  const [latitude, longitude, north, east] = map.pane.dataset.projection.split(" ").map(Number);
  const pin = document.createElementNS(map.svg.namespaceURI, "path");
  pin.setAttribute("class", "map-pin");
  pin.setAttribute("d", "M0 0C-4-9-10-12-10-20a10 10 0 0 1 20 0C10-12 4-9 0 0z");
  let at = null;
  let waits;

  const say = () => {
    lat.value = (latitude - at[1] / north).toFixed(5);
    lon.value = (longitude + at[0] / east).toFixed(5);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  function put(spot) {
    at = spot;
    pin.setAttribute("transform", `translate(${at[0].toFixed(1)} ${at[1].toFixed(1)}) scale(${map.unit.toFixed(3)})`);
    map.pane.append(pin);
    const [x, y, wide, tall] = map.view;
    if (at[0] < x + wide * 0.1 || at[0] > x + wide * 0.9 || at[1] < y + tall * 0.1 || at[1] > y + tall * 0.9) {
      map.pan(at[0] - x - wide / 2, at[1] - y - tall / 2);
    }
  }
  function follow() {
    if (!lat.value) return;
    const spot = [(Number(lon.value) - longitude) * east, (latitude - Number(lat.value)) * north];
    if (at && Math.hypot(spot[0] - at[0], spot[1] - at[1]) < 1) return;
    put(spot);
    if (map.magnified < 12) map.zoom(12 / map.magnified, spot);
  }
  map.figure.classList.add("picks");
  map.svg.addEventListener("click", (event) => { put(map.spot(event)); say(); });
  lon.addEventListener("change", follow);
  part.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pan]");
    if (!button) return;
    const from = at || map.middle();
    put(button.dataset.pan.split(",").map((way, n) => from[n] + Number(way) * STEP * map.unit));
    clearTimeout(waits);
    waits = setTimeout(say, 400);
  });
  follow();
}

const maps = new WeakMap();
function live(figure) {
  if (!maps.has(figure)) maps.set(figure, new CityMap(figure));
  return maps.get(figure);
}
document.querySelectorAll(".city-map").forEach(live);
