// Pictures of a study: differences with their intervals, a heat map, importance, parallel coordinates.
const state = { lang: D.lang, width: 0, measure: 0 };
const mean = (values) => { const known = values.filter((value) => value !== null); return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null; };
function deviation(values) {
  const known = values.filter((value) => value !== null), middle = mean(known);
  return known.length > 1 ? Math.sqrt(known.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (known.length - 1)) : null;
}
const fixed = (value, measure) => (value === null ? "?" : value.toFixed(measure.digits));
const signed = (value, measure) => (value === null ? "?" : (value > 0 ? "+" : "") + fixed(value, measure));
const titled = (measure) => measure.name[state.lang] + (measure.unit ? ", " + measure.unit : "");
const names = () => D.variants.map((one) => one[state.lang]);
const fit = (text, room) => clipped(text, Math.max(8, Math.floor(room / 7.2)));

function effectsPicture(measure) {
  const width = Math.max(300, state.width), left = Math.min(250, Math.floor(width * 0.36)), right = 24, row = 26, top = 8;
  const rows = names().slice(1).map((label, at) => ({ label, found: measure.against[at] }));
  const known = rows.flatMap(({ found }) => [found[0], found[1], found[2]]).filter((value) => value !== null);
  const edge = Math.max(...rows.map(({ found }) => Math.abs(found[0] || 0)), 1e-12), most = Math.min(Math.max(...known.map(Math.abs), edge), edge * 6) || 1;
  const x = (value) => left + ((Math.max(-most, Math.min(most, value)) + most) / (2 * most)) * (width - left - right), height = top + rows.length * row + 34;
  const told = rows.map(({ label, found }) => label + " " + signed(found[0], measure)).join(", ");
  const picture = svg("svg", { class: "picture", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": titled(measure) + ": " + told });
  picture.append(svg("path", { class: "zero", d: `M${x(0)} ${top}V${top + rows.length * row}` }));
  rows.forEach(({ label, found }, at) => {
    const y = top + at * row + row / 2, [difference, low, high, , , better] = found, kind = better > 0 ? "up" : better < 0 ? "down" : "none";
    picture.append(svg("text", { x: left - 10, y: y + 4, "text-anchor": "end" }, fit(label, left) + (better > 0 ? " +" : better < 0 ? " −" : "")));
    const group = svg("g", { class: "effect " + kind });
    if (difference === null) picture.append(svg("text", { class: "small", x: x(0) + 8, y: y + 4 }, "?"));
    else {
      if (low !== null) group.append(svg("path", { d: `M${x(low).toFixed(1)} ${y}H${x(high).toFixed(1)}` }));
      group.append(svg("circle", { cx: x(difference).toFixed(1), cy: y, r: 5 }));
      picture.append(group);
    }
  });
  const base = top + rows.length * row;
  picture.append(svg("path", { class: "axis", d: `M${left} ${base}H${width - right}` }));
  for (const value of niceTicks(-most, most, Math.max(2, Math.floor((width - left) / 110)))) picture.append(svg("path", { class: "axis", d: `M${x(value)} ${base}v4` }), svg("text", { class: "small", x: x(value), y: base + 17, "text-anchor": "middle" }, numberText(value)));
  return picture;
}

function heatTable(measure) {
  const g = D.grid, means = measure.values.map(mean), known = g.cells.flat().map((at) => means[at]).filter((value) => value !== null);
  const low = Math.min(...known), span = Math.max(...known) - low || 1;
  const cell = (at) => { const value = means[at], good = value === null ? 0 : measure.good > 0 ? (value - low) / span : 1 - (value - low) / span, spread = deviation(measure.values[at]);
    return el("td", { style: `--share:${(0.05 + 0.55 * good).toFixed(3)}`, class: at === 0 ? "own" : null }, value === null ? "?" : fixed(value, measure), spread === null ? "" : el("div", { class: "quiet" }, "± " + fixed(spread, measure))); };
  const head = el("tr", {}, el("th", { scope: "col" }, `${g.rows[0]} ↓ ${g.columns[0]} →`), ...g.columns[1].map((text) => el("th", { scope: "col" }, text)));
  return el("table", { class: "cells" }, el("thead", {}, head), el("tbody", {}, ...g.cells.map((row, at) => el("tr", {}, el("th", { scope: "row" }, g.rows[1][at]), ...row.map(cell)))));
}

function importancePicture() {
  const entries = Object.entries(D.importances), width = Math.max(300, Math.min(state.width, 720)), left = Math.min(190, Math.floor(width * 0.4)), height = entries.length * 26 + 8;
  const picture = svg("svg", { class: "picture", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": entries.map(([name, share]) => `${name} ${(100 * share).toFixed(0)} %`).join(", ") });
  entries.forEach(([name, share], at) => picture.append(svg("text", { x: left - 10, y: at * 26 + 19, "text-anchor": "end" }, fit(name, left)), svg("rect", { class: "bar-fill", x: left, y: at * 26 + 6, width: Math.max(1, share * (width - left - 60)), height: 18 }), svg("text", { x: left + share * (width - left - 60) + 6, y: at * 26 + 19 }, (100 * share).toFixed(0) + " %")));
  return picture;
}

function parallelPicture() {
  const axes = [...D.axes, { name: t("accuracy"), log: false, words: null, values: D.trials.map(([, value]) => 100 * value) }], width = Math.max(state.width, 150 * axes.length), height = 300, top = 40, bottom = 24, side = 60;
  const scales = axes.map((axis) => { const put = (value) => (axis.log ? Math.log10(value) : value), low = Math.min(...axis.values.map(put)), span = Math.max(...axis.values.map(put)) - low; return { axis, y: (value) => height - bottom - (span ? (put(value) - low) / span : 0.5) * (height - top - bottom) }; });
  const x = (at) => side + (at * (width - 2 * side)) / Math.max(axes.length - 1, 1), values = D.trials.map(([, value]) => value), best = Math.max(...values), worst = Math.min(...values);
  const picture = svg("svg", { class: "picture", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("parallel") + ": " + axes.map((axis) => axis.name).join(", ") });
  const lines = svg("g", { class: "lines" });
  D.trials.map((trial, at) => at).reverse().forEach((at) => { const share = best > worst ? (values[at] - worst) / (best - worst) : 1; lines.append(svg("path", { class: at === 0 ? "top" : "", style: `stroke:var(--c0);stroke-opacity:${(at === 0 ? 1 : 0.1 + 0.55 * share ** 2).toFixed(2)}`, d: "M" + scales.map((scale, place) => `${x(place).toFixed(1)} ${scale.y(scale.axis.values[at]).toFixed(1)}`).join("L") })); });
  picture.append(lines);
  scales.forEach(({ axis, y }, at) => {
    const ends = axis.words ? axis.words.map((text, place) => [place, text]) : [...new Set([Math.min(...axis.values), Math.max(...axis.values)])].map((value) => [value, numberText(Number(value.toPrecision(4)))]);
    picture.append(svg("path", { class: "axis", d: `M${x(at)} ${top}V${height - bottom}` }), svg("text", { x: at === 0 ? 4 : at === scales.length - 1 ? width - 4 : x(at), y: 16, "text-anchor": at === 0 ? "start" : at === scales.length - 1 ? "end" : "middle" }, fit(axis.name, 190)));
    ends.forEach(([value, text]) => picture.append(svg("text", { class: "small", x: x(at) + 6, y: y(value) + (axis.words ? 4 : y(value) < height / 2 ? -6 : 16) }, fit(text, 110))));
  });
  return picture;
}
