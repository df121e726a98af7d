// Writes the shapes of the map as GeoJSON, from the atlases of npm: the states of the United States, and the
// other countries, which need less detail. Used by `make assets`: node shapes.mjs FILE
import { readFileSync, writeFileSync } from "node:fs";
import { feature } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

const UNITED_STATES = "840";
const ANTARCTICA = "010"; // reaches the pole, where this projection has no end
const KEPT_POINTS = 0.15; // the share of the points of the states' borders and shores
const DIGITS = { states: 2, countries: 1 }; // decimals of a degree

const atlas = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}`, import.meta.url), "utf8"));

/** Return coordinates with fewer decimals, without positions that fall together and rings without an area. */
function rounded(coordinates, digits) {
  if (typeof coordinates[0] === "number") return coordinates.map((degrees) => Number(degrees.toFixed(digits)));
  const parts = coordinates.map((part) => rounded(part, digits));
  if (typeof parts[0]?.[0] !== "number") return parts.filter((part) => part.length > 0);
  const line = parts.filter((at, i) => i === 0 || at.join() !== parts[i - 1].join());
  return line.length > 3 ? line : [];
}

const shape = (digits) => (one) => ({
  type: one.geometry.type,
  coordinates: rounded(one.geometry.coordinates, digits),
});

const detailed = presimplify(atlas("us-atlas/states-10m.json"));
const states = simplify(detailed, quantile(detailed, KEPT_POINTS));
const world = atlas("world-atlas/countries-110m.json");
const countries = feature(world, world.objects.countries).features.filter(
  ({ id }) => id !== UNITED_STATES && id !== ANTARCTICA,
);
const geometries = [
  ...countries.map(shape(DIGITS.countries)),
  ...feature(states, states.objects.states).features.map(shape(DIGITS.states)),
];
writeFileSync(process.argv[2], JSON.stringify({ type: "GeometryCollection", geometries }));
