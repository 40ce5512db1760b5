// What every part of the page of a network uses: its state, its layers with all that follows from others, its figures as texts.
const state = { lang: D.lang, at: -1, card: false, blocks: false, filter: "", sort: null, all: false, width: 0 };

// What the data leave out because it follows: a shape that is the one before, axes that are those of the shape.
for (const { layers } of [D, D.compare || { layers: [] }]) {
  for (const layer of layers) {
    if (layer.in === undefined) layer.in = layers[layer.from[0]].out;
    if (!layer.dims) layer.dims = /^\d/.test(layer.out) ? layer.out.split(",")[0].split("x").map(Number) : [];
  }
}

// Sums over layers; null as soon as one of them is not known.
function summed(layers, key) {
  if (layers.some((layer) => layer[key] === null)) return null;
  const sum = layers.reduce((before, layer) => before + BigInt(layer[key]), 0n);
  return sum > BigInt(Number.MAX_SAFE_INTEGER) ? String(sum) : Number(sum);
}

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
