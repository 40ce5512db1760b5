// What every page uses, which also has a `state` with its language: its data, words in two languages, elements whose texts are only ever texts, numbers.
const D = JSON.parse(document.getElementById("data").textContent);
const WORDS = JSON.parse(document.getElementById("words-data").textContent);
const $ = (id) => document.getElementById(id);

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

const range = (first, stop) => Array.from({ length: stop - first }, (_, at) => first + at);

// Where a page is a guest (an iframe without its own origin), the address and its history may not be touched.
function guarded(action) {
  try { return action(); } catch (error) { return undefined; }
}
