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

// A name that a file or a person chose: in its own direction, and never so long that nothing else is seen.
function named(text, most) {
  return el("bdi", {}, clipped(text, most || 60));
}

function clipped(text, most) {
  const characters = Array.from(text);
  return characters.length <= most ? text : characters.slice(0, Math.ceil(most / 2)).join("") + "…" + characters.slice(-Math.floor(most / 2)).join("");
}

function grouped(value) {
  return value === null || value === undefined ? "?" : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function scaled(count, steps, unit) {
  const ratio = steps[steps.length - 1][0];
  for (const [step, prefix] of steps) {
    if (2 * ratio * count >= (2 * ratio - 1) * step) return threeDigits(count / step) + " " + prefix;
  }
  return (count + " " + unit).trim();
}

function threeDigits(value) {
  const rounded = (digits) => Math.floor(value * 10 ** digits + 0.5);
  if (rounded(2) < 1000) return (rounded(2) / 100).toFixed(2);
  return rounded(1) < 1000 ? (rounded(1) / 10).toFixed(1) : String(rounded(0));
}

const DECIMAL = [[1e18, "E"], [1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const BINARY = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];
const short = (count) => scaled(count, DECIMAL, "");
const bytes = (count) => scaled(count, BINARY, "B");

function percent(part, whole) {
  if (!part || !whole) return "0";
  return (Math.floor((2000 * part + whole) / (2 * whole)) / 10).toFixed(1);
}

// Sums over layers; null as soon as one of them is not known.
function summed(layers, key) {
  return layers.some((layer) => layer[key] === null) ? null : layers.reduce((sum, layer) => sum + Number(layer[key]), 0);
}

const range = (first, stop) => Array.from({ length: stop - first }, (_, at) => first + at);

function measured(key, value) {
  if (value === null || value === undefined) return "?";
  return key === "memory" ? bytes(Number(value)) : key === "field" ? String(value) : short(Number(value));
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
