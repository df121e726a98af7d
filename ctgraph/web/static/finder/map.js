// The map: clusters of the places that a search finds, on shapes of this site. Without it, the page lists the
// same by states and countries.
import { at, button, element } from "../dom.js";

const MAX_LISTED = 5; // records that the bubble of a cluster names
const MAX_ZOOM = 11; // places have two decimals: there is nothing more to see
const SIZES = [10, 100, 1000]; // from so many records on, a cluster is larger

/**
 * @typedef {{ latitude: number, longitude: number, places: number, records: number,
 *   box: [number, number, number, number], page: string }} Cluster
 */

const place = at("map");
place.hidden = false;
const told = at("map-told");
const words = place.dataset;
const map = L.map(place, {
  fadeAnimation: false, // a bubble that fades in is hard to read meanwhile
  minZoom: 1,
  maxZoom: MAX_ZOOM,
  zoomSnap: 0.5,
  maxBounds: [
    [-75, -190],
    [85, 190],
  ],
});
map.attributionControl.setPrefix(false);
const markers = L.layerGroup().addTo(map);

/** @param {number[]} box */
const bounds = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

/** @param {{ places: number, records: number }} one */
const named = ({ records, places }) =>
  [filled(words.records, records), ...(places === 1 ? [] : [filled(words.at, places)])].join(" ");

/**
 * @param {string} [text] with a place for a number
 * @param {number} [count]
 */
const filled = (text = "", count = 0) => text.replace("{count}", count.toLocaleString());

/** @param {Cluster} one */
async function open(one) {
  const list = element("ul");
  const all = element("a", { href: local(one.page) }, words.all ?? "");
  const content = element("div", { class: "bubble" }, named(one), list, all);
  if (one.places > 1) content.append(button(words.closer ?? "", () => map.closePopup().fitBounds(bounds(one.box))));
  const answer = await fetch(`${local(one.page)}&size=${MAX_LISTED}&format=json`);
  const { records = [] } = answer.ok ? await answer.json() : {};
  for (const { ctid, name } of records)
    list.append(element("li", {}, element("a", { href: `/resources/${ctid}`, dir: "auto" }, name || ctid)));
  L.popup({ maxWidth: 280 }).setLatLng([one.latitude, one.longitude]).setContent(content).openOn(map);
  (content.querySelector("a") ?? all).focus();
}

/**
 * Return the address on this site: behind a proxy, the canonical one may be on another.
 * @param {string} page
 */
function local(page) {
  const { pathname, search } = new URL(page);
  return pathname + search;
}

/** @param {Cluster} one */
function marker(one) {
  const size = 30 + 8 * SIZES.filter((least) => one.records >= least).length;
  const icon = L.divIcon({ className: "cluster", html: short(one.records), iconSize: [size, size] });
  const made = L.marker([one.latitude, one.longitude], { icon, title: named(one) });
  made.on("click", () => open(one).catch(tell));
  made.on("keydown", ({ originalEvent }) => {
    if (![" ", "Enter"].includes(originalEvent.key)) return;
    originalEvent.preventDefault();
    open(one).catch(tell);
  });
  return made;
}

/** @param {number} count */
const short = (count) => new Intl.NumberFormat(undefined, { notation: "compact" }).format(count);

let asking = new AbortController();

/**
 * Return what is in a part of the earth, or on all of it.
 * @param {string} box
 * @returns {Promise<Cluster[]>}
 */
async function seen(box) {
  asking.abort();
  asking = new AbortController();
  const answer = await fetch(place.dataset.places + (box && `&box=${box}`), { signal: asking.signal });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return (await answer.json()).clusters;
}

/** @param {unknown} error */
function tell(error) {
  if (error instanceof Error && error.name !== "AbortError") told.textContent = error.message;
}

/** Show what is in the part of the earth that the window shows. */
async function show() {
  const shown = map.getBounds();
  const box = [
    Math.max(shown.getWest(), -180),
    Math.max(shown.getSouth(), -90),
    Math.min(shown.getEast(), 180),
    Math.min(shown.getNorth(), 90),
  ].map((degrees) => degrees.toFixed(3));
  const clusters = await seen(box.join());
  markers.clearLayers();
  for (const one of clusters) marker(one).addTo(markers);
  const sum = (/** @type {"places" | "records"} */ name) => clusters.reduce((all, one) => all + one[name], 0);
  told.textContent = `${words.here}: ${named({ records: sum("records"), places: sum("places") })}`;
}

async function start() {
  map.setView([39, -96], 3.5);
  const clusters = await seen(place.dataset.box ?? "");
  const found = clusters.map(({ box }) => bounds(box));
  if (found.length) {
    const all = found.reduce((joined, one) => joined.extend(one), L.latLngBounds([]));
    map.fitBounds(all.pad(0.1), { maxZoom: 7, animate: false });
  }
  map.on("moveend", () => show().catch(tell));
  await show();
}

async function draw() {
  const shapes = await (await fetch(/** @type {string} */ (place.dataset.shapes))).json();
  L.geoJSON(shapes, {
    interactive: false,
    attribution: "Natural Earth, U.S. Census Bureau",
    style: { className: "land" },
  }).addTo(map);
}

draw().catch(tell);
start().catch(tell);
