// The map: the city's outline from a file, and a marker for each hotel. Needs no server for tiles.

import "./leaflet/leaflet.js";
import { element, motion } from "./dom.js";
import { money } from "./words.js";

const L = globalThis.L.noConflict();

/** Kinds of city.json from bottom to top. Streets with a casing are drawn twice: a wide line below a narrow one. */
const LAYERS = ["shore", "city", "park", "lake", "minor", "street-casing", "motorway-casing", "street", "motorway", "bridge", "border"];
const EDGE = L.latLngBounds([37.64, -122.68], [37.9, -122.2]);
const CLOSEST = 16;
const WIDEST = 12;

/** Shows the city and the hotels, and tells which one the reader selects or points at. */
export class HotelMap {
  #map;
  #box;
  #listener;
  #zoom = null;
  #labels = [];
  #markers = new Map();
  #center;
  #selected = null;
  #pointed = null;
  #home = null;
  #moved = false;

  /** @param listener has the methods select(id), point(id), where id is null for none, and moved(far) */
  constructor(box, listener) {
    this.#box = box;
    this.#listener = listener;
    const still = motion() === "instant";
    this.#map = L.map(box, {
      zoomControl: false,
      attributionControl: false,
      minZoom: WIDEST,
      maxZoom: CLOSEST,
      zoomSnap: 0.5,
      maxBounds: EDGE,
      maxBoundsViscosity: 1,
      renderer: L.svg({ padding: 0.6 }),
      zoomAnimation: !still,
      fadeAnimation: !still,
      inertia: !still,
    }).setView([37.7749, -122.4194], 13);
    this.#map.createPane("labels").style.zIndex = 450; // above what is drawn, below the hotels
    this.#map.on("zoomend", () => this.#zoomed()).on("moveend", () => this.#movedTo());
    new ResizeObserver(() => this.#map.invalidateSize({ pan: false })).observe(box);
    this.#zoomed();
  }

  /** Draws the outline. */
  drawCity(outline) {
    const kinds = Map.groupBy(outline.features, feature => feature.properties.kind);
    for (const layer of LAYERS) {
      const features = kinds.get(layer.replace("-casing", "")) ?? [];
      L.geoJSON(features, { interactive: false, style: { className: `drawn ${layer}`, smoothFactor: 0.5 } }).addTo(this.#map);
    }
    for (const { properties, geometry } of kinds.get("label") ?? []) {
      const text = element("span", {}, properties.name);
      if (properties.angle) {
        text.style.rotate = `${properties.angle}deg`;
      }
      const label = element("div", { class: `label ${properties.of} from-${properties.rank}`, "aria-hidden": "true" }, text);
      const [lon, lat] = geometry.coordinates;
      this.#place(lat, lon, label, { pane: "labels", interactive: false });
      this.#labels.push({ lat, lon, label, turned: Boolean(properties.angle) });
    }
    this.#declutter();
  }

  /** Names what the map itself can do. */
  translate(words) {
    this.#zoom?.remove();
    this.#zoom = L.control.zoom({ position: "bottomright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(this.#map);
  }

  /** An element whose own origin is at a place. */
  #place(lat, lon, html, options) {
    const icon = L.divIcon({ html, className: "at", iconSize: [0, 0] });
    return L.marker([lat, lon], { icon, keyboard: false, ...options }).addTo(this.#map);
  }

  /** Replaces the markers. Moves the map to them unless the reader has moved it since the last search. */
  show(hotels, { words, locale, lat, lon }) {
    this.clear();
    this.#center = this.#place(lat, lon, element("div", { class: "center", "aria-hidden": "true" }), { interactive: false });
    for (const hotel of hotels) {
      this.#markers.set(hotel.id, this.#marker(hotel, words, locale));
    }
    if (!this.#moved) {
      const bounds = L.latLngBounds(hotels.map(hotel => [hotel.lat, hotel.lon])).extend([lat, lon]);
      this.#map.fitBounds(bounds, { paddingTopLeft: [60, 70], paddingBottomRight: [80, 40], maxZoom: 15, animate: false });
      this.#home = this.#map.getCenter();
      this.#listener.moved(false);
    }
    this.#declutter();
  }

  #marker(hotel, words, locale) {
    const cheapest = hotel.plans[0];
    const price = cheapest ? money(Math.round(cheapest.night), cheapest.currency, locale) : "";
    const label = cheapest ? `${hotel.name}, ${price} ${words.perNight}` : `${hotel.name}, ${words.noPrice}`;
    const node = element("button", { type: "button", class: "marker", "aria-pressed": "false", "aria-label": label, "data-hotel": hotel.id },
      element("span", { class: "pill" }, element("span", { class: "hotel" }, hotel.name), element("span", { class: "amount" }, price)));
    const marker = this.#place(hotel.lat, hotel.lon, node, { riseOnHover: false });
    // Leaflet leaves out the click that ends a drag; the button's own click would not
    marker.on("click", () => this.#listener.select(hotel.id));
    node.addEventListener("mouseenter", () => this.#listener.point(hotel.id));
    node.addEventListener("mouseleave", () => this.#listener.point(null));
    node.addEventListener("focus", () => {
      this.#listener.point(hotel.id);
      this.#map.panInside([hotel.lat, hotel.lon], { padding: [90, 60], animate: motion() === "smooth" });
    });
    node.addEventListener("blur", () => this.#listener.point(null));
    return { marker, node, hotel };
  }

  clear() {
    for (const { marker } of this.#markers.values()) {
      marker.remove();
    }
    this.#markers.clear();
    this.#center?.remove();
    this.#selected = null;
    this.#pointed = null;
  }

  /** Highlights the selected hotel, and brings it into view. */
  select(id) {
    this.#selected = id;
    for (const [key, { node }] of this.#markers) {
      node.setAttribute("aria-pressed", String(key === id));
    }
    const chosen = this.#markers.get(id);
    if (chosen) {
      this.#map.panInside([chosen.hotel.lat, chosen.hotel.lon], { padding: [110, 70], animate: motion() === "smooth" });
    }
    this.#declutter();
  }

  /** Highlights the hotel that the reader points at in the list. */
  point(id) {
    this.#pointed = id;
    for (const [key, { node, marker }] of this.#markers) {
      node.classList.toggle("pointed", key === id);
      this.#raise(key, marker);
    }
  }

  #raise(id, marker) {
    marker.setZIndexOffset(id === this.#pointed ? 3000 : id === this.#selected ? 2000 : 0);
  }

  /** Where the map looks at, for a search there. Makes the next search move the map again. */
  lookedAt() {
    this.#moved = false;
    const { lat, lng } = this.#map.getCenter().wrap();
    return { lat: Number(lat.toFixed(4)), lon: Number(lng.toFixed(4)) };
  }

  #zoomed() {
    const zoom = this.#map.getZoom();
    this.#box.dataset.zoom = String(zoom);
    this.#box.style.setProperty("--grow", String(2 ** (0.75 * (zoom - 13))));
    for (let rank = WIDEST; rank <= CLOSEST; rank++) {
      this.#box.classList.toggle(`zoom-${rank}`, zoom >= rank);
    }
    this.#declutter();
  }

  #movedTo() {
    if (this.#home) {
      const far = this.#map.getCenter().distanceTo(this.#home) > 400;
      this.#moved = far;
      this.#listener.moved(far);
    }
  }

  /**
   * Prices that would cover one another become dots: of two, the nearer hotel keeps its price. The city's labels give way
   * to prices, and to labels that are drawn before them.
   */
  #declutter() {
    const taken = [];
    const claim = (lat, lon, halfWidth, above, below) => {
      const { x, y } = this.#map.latLngToLayerPoint([lat, lon]);
      const box = { left: x - halfWidth, right: x + halfWidth, top: y - above, bottom: y + below };
      const free = !taken.some(other =>
        other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom);
      if (free) {
        taken.push(box);
      }
      return free;
    };
    const chosenFirst = [...this.#markers].sort(([one], [other]) => (other === this.#selected) - (one === this.#selected));
    for (const [id, { marker, node, hotel: { lat, lon, plans } }] of chosenFirst) {
      const chosen = id === this.#selected;
      const halfWidth = chosen ? node.offsetWidth / 2 + 2 : 29; // the chosen one also shows its name
      const free = (plans.length > 0 || chosen) && claim(lat, lon, halfWidth, 34, 4);
      if (!free) {
        claim(lat, lon, 7, 7, 7); // a dot: only labels give way to it
      }
      node.classList.toggle("dot", !free);
      this.#raise(id, marker);
    }
    for (const { lat, lon, label, turned } of this.#labels) {
      const [halfWidth, halfHeight] = turned ? [12, 12] : [label.offsetWidth / 2, label.offsetHeight / 2];
      label.classList.toggle("hides", !claim(lat, lon, halfWidth, halfHeight, halfHeight));
    }
  }
}
