// What every part of the page uses: its data, words in two languages, elements whose texts are only ever texts, numbers.
const D = JSON.parse(document.getElementById("data").textContent);
const WORDS = JSON.parse(document.getElementById("words-data").textContent);
const state = { lang: D.lang, at: -1, card: false, blocks: false, filter: "", sort: null, all: false, width: 0 };
const $ = (id) => document.getElementById(id);

// What the data leave out because it follows: a shape that is the one before, axes that are those of the shape.
for (const { layers } of [D, D.compare || { layers: [] }]) {
  for (const layer of layers) {
    if (layer.in === undefined) layer.in = layers[layer.from[0]].out;
    if (!layer.dims) layer.dims = /^\d/.test(layer.out) ? layer.out.split(",")[0].split("x").map(Number) : [];
  }
}

function t(key, places) {
  return WORDS[state.lang][key].replace(/\{(\w+)\}/g, (all, name) => (places && name in places ? String(places[name]) : all));
}

// An element; a string among its children becomes a text, never markup.
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// A name that a file or a person chose: in its own direction, never so long that nothing else is seen, broken at its dots.
function named(text, most) {
  const parts = clipped(text, most || 60).split(/(?<=[./])/);
  return el("bdi", {}, ...parts.flatMap((part, at) => (at ? [el("wbr"), part] : [part])));
}

function clipped(text, most) {
  const characters = Array.from(text);
  return characters.length <= most ? text : characters.slice(0, Math.ceil(most / 2)).join("") + "…" + characters.slice(-Math.floor(most / 2)).join("");
}

function grouped(value) {
  return value === null || value === undefined ? "?" : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

// Whole numbers all the way, as in Python: 9,995 is 10.0 k, which a division would miss.
function scaled(number, steps, unit) {
  const count = BigInt(number), ratio = steps[steps.length - 1][0];
  for (const [step, prefix] of steps) {
    if (2n * ratio * count >= (2n * ratio - 1n) * step) return threeDigits(count, step) + " " + prefix;
  }
  return (count + " " + unit).trim();
}

function threeDigits(count, step) {
  const [hundredths, tenths, whole] = [100n, 10n, 1n].map((n) => (2n * n * count + step) / (2n * step));
  if (hundredths < 1000n) return hundredths / 100n + "." + String(hundredths % 100n).padStart(2, "0");
  return tenths < 1000n ? tenths / 10n + "." + (tenths % 10n) : String(whole);
}

const DECIMAL = [[10n ** 18n, "E"], [10n ** 15n, "P"], [10n ** 12n, "T"], [10n ** 9n, "G"], [10n ** 6n, "M"], [1000n, "k"]];
const BINARY = [[2n ** 40n, "TiB"], [2n ** 30n, "GiB"], [2n ** 20n, "MiB"], [1024n, "KiB"]];
const short = (count) => scaled(count, DECIMAL, "");
const bytes = (count) => scaled(count, BINARY, "B");

function percent(part, whole) {
  if (!part || !whole) return "0";
  const tenths = (2000n * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole));
  return tenths / 10n + "." + (tenths % 10n);
}

// Sums over layers; null as soon as one of them is not known.
function summed(layers, key) {
  if (layers.some((layer) => layer[key] === null)) return null;
  const sum = layers.reduce((before, layer) => before + BigInt(layer[key]), 0n);
  return sum > BigInt(Number.MAX_SAFE_INTEGER) ? String(sum) : Number(sum);
}

const range = (first, stop) => Array.from({ length: stop - first }, (_, at) => first + at);

function measured(key, value) {
  if (value === null || value === undefined) return "?";
  return key === "memory" ? bytes(value) : key === "field" ? String(value) : short(value);
}

// The field of a layer as a cell: a size, the whole input, "-" where it sees no picture, "?" where it cannot be told.
function fieldText(layer) {
  if (layer.whole) return t("whole");
  return layer.field !== null ? String(layer.field) : "lost" in layer || !layer.out ? t("unknownField") : t("none");
}

function exceeds(layer) {
  if (layer.seen === undefined) return false;
  const field = D.fields[layer.seen], space = D.inputs[field.input].space;
  return field.axes.some((axis, at) => !axis.whole && axis.size > space[at]);
}

function kindWord(kind) {
  return t(kind === "other" ? "otherKind" : kind);
}

function layersText(count) {
  return count === 1 ? t("layer") : t("layers", { n: count });
}

// Where a page is a guest (an iframe without its own origin), the address and its history may not be touched.
function guarded(action) {
  try { return action(); } catch (error) { return undefined; }
}
