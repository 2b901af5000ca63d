// The map on which one points: the city's own areas, drawn part by part as one comes near. Loaded when it is opened.
const NEAR = 13;
const STEP = 40; // pixels that a button moves the pin
const added = new Map();

function once(tag, attributes) {
  const address = attributes.src || attributes.href;
  if (!added.has(address)) {
    added.set(address, new Promise((done, failed) => {
      const element = Object.assign(document.createElement(tag), attributes, { onload: done, onerror: () => { added.delete(address); failed(); } });
      document.head.append(element);
    }));
  }
  return added.get(address);
}

export async function draw(part, lat, lon) {
  const { dataset } = part;
  await Promise.all([
    once("link", { rel: "stylesheet", href: dataset.style }),
    once("script", { src: dataset.leaflet }),
  ]);
  const L = window.L;
  const canvas = part.querySelector("[data-canvas]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(canvas, { zoomControl: false, animate: !calm, zoomAnimation: !calm, fadeAnimation: !calm, attributionControl: Boolean(dataset.tiles) });
  const center = dataset.center.split(",").map(Number);
  const given = lat.value ? [Number(lat.value), Number(lon.value)] : null;
  map.setView(given || center, given ? 15 : 11);
  if (dataset.tiles) L.tileLayer(dataset.tiles, { attribution: dataset.credit, maxZoom: 19 }).addTo(map);

  const pin = L.marker(map.getCenter(), {
    draggable: true, keyboard: false,
    icon: L.divIcon({ className: "map-pin", iconSize: [32, 40], iconAnchor: [16, 40] }),
  });
  const say = () => {
    const { lat: north, lng: east } = pin.getLatLng();
    lat.value = north.toFixed(5);
    lon.value = east.toFixed(5);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const put = (point, tell = true) => {
    pin.setLatLng(point).addTo(map);
    if (!map.getBounds().pad(-0.1).contains(point)) map.panTo(point);
    if (tell) say();
  };
  if (given) put(given, false);
  pin.on("dragend", say);
  map.on("click", (event) => put(event.latlng));
  lon.addEventListener("change", () => {
    if (!lat.value) return;
    const point = L.latLng(Number(lat.value), Number(lon.value));
    if (pin.getLatLng().distanceTo(point) > 2 || !map.hasLayer(pin)) { put(point, false); map.setView(point, Math.max(map.getZoom(), 15)); }
  });
  let waits;
  part.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pan], [data-zoom]");
    if (!button) return;
    if (button.dataset.zoom) {
      map.setZoomAround(map.hasLayer(pin) ? pin.getLatLng() : map.getCenter(), map.getZoom() + Number(button.dataset.zoom));
      return;
    }
    const [x, y] = button.dataset.pan.split(",").map((step) => Number(step) * STEP);
    const from = map.hasLayer(pin) ? pin.getLatLng() : map.getCenter();
    put(map.containerPointToLatLng(map.latLngToContainerPoint(from).add([x, y])), false);
    clearTimeout(waits);
    waits = setTimeout(say, 400);
  });

  const note = part.querySelector("[data-note]");
  const shown = new Set();
  async function parts(code, depth) {
    if (shown.has(code)) return;
    shown.add(code);
    let drawn;
    try {
      drawn = await (await fetch(dataset.parts.replace("CODE", code))).json();
    } catch {
      shown.delete(code);
      return;
    }
    if (!drawn.official) note.textContent = dataset.approximate;
    const layer = L.geoJSON(drawn, {
      interactive: false,
      style: { className: `map-area depth-${depth}` },
      onEachFeature: (feature, each) => each.bindTooltip(feature.properties.name, { permanent: true, direction: "center", className: `map-name depth-${depth}`, interactive: false }),
    });
    layer.addTo(map);
    for (const each of layer.getLayers()) if (each.feature.properties.parts) inside.push({ code: each.feature.properties.code, depth, bounds: each.getBounds() });
    nearer();
  }
  // Parts of what is in view are fetched only once one has come near enough to tell them apart.
  const inside = [];
  function nearer() {
    const zoom = map.getZoom();
    canvas.dataset.near = zoom >= NEAR + 1 ? "3" : zoom >= 12 ? "2" : "1";
    const view = map.getBounds();
    for (const each of inside) {
      if (zoom >= (each.depth === 1 ? 10 : NEAR) && view.intersects(each.bounds)) parts(each.code, each.depth + 1);
    }
  }
  map.on("moveend zoomend", nearer);
  await parts(dataset.code, 1);
}
