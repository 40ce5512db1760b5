// The windows of a layer to scale: all of its input, a corner of it with two windows, and its output.
const LARGE = 150, SMALL = 110, MOST_CELLS = 30;

// One or two axes of numbers; of three the last two. An axis that is not there is one cell wide.
function windowAxes(record) {
  const names = ["size", "out", "kernel", "stride", "dilation", "before", "behind"];
  const axes = record.slice(1).map((values) => Object.fromEntries(values.map((value, at) => [names[at], value])));
  const one = { size: 1, out: 1, kernel: 1, stride: 1, dilation: 1, before: 0, behind: 0 };
  return [axes.length > 1 ? axes[axes.length - 2] : one, axes[axes.length - 1]];
}

// A transposed layer paints windows on its output; every other one reads them from its input.
function windowPart(record) {
  const turned = record[0] === 1, [y, x] = windowAxes(record), ground = turned ? "out" : "size", other = turned ? "size" : "out";
  const reach = (axis) => axis.dilation * (axis.kernel - 1) + 1, sizes = (key) => record.slice(1).map((values) => values[key === "out" ? 1 : 0]).join("×");
  const parts = [corner(y, x, ground, reach, turned), whole(y, x, ground, other, reach)];
  const facts = ["kernel", "stride", "dilation"].map((key, at) => [t(key), record.slice(1).map((values) => values[at + 2]).join("×")]);
  const sides = record.slice(1).map((values) => values.slice(5)), even = sides.every(([before, behind]) => before === behind);
  const pads = sides.map(([before, behind]) => (even ? before : `${before}+${behind}`)).join("×"), padded = sides.flat().some(Boolean);
  const words = [...facts.filter(([, text], at) => at < 2 || /[^1×]/.test(text)), [t(turned ? "cutOff" : "pads"), pads]].map(([name, text]) => `${name} ${text}`).join(", ");
  const several = (turned ? x.size : x.out) > 1, signs = [t(turned ? "paints" : "slides"), several && t("second"), padded && t(turned ? "hatchedCut" : "hatchedPad")];
  const notes = signs.filter(Boolean).join(state.lang === "zh" ? "；" : "; ") + (state.lang === "zh" ? "。" : ". ") + (record.length > 3 ? t("sliceOnly") : "");
  const labels = [t(turned ? "cornerOut" : "cornerIn"), `${t("in")} ${sizes("size")} → ${t("out")} ${sizes("out")}`];
  return el("figure", { class: "windows" },
    ...parts.map((drawn, at) => el("div", {}, drawn, el("span", {}, labels[at]))), el("figcaption", {}, el("b", {}, words), " ", el("span", { class: "quiet" }, notes)));
}

function cornerLength(axis, reach, ground) {
  const far = Math.min(axis[ground] + axis.before + axis.behind, Math.max(reach(axis) + axis.stride + 1, 4));
  return Math.min(far, axis[ground] + axis.before + axis.behind);
}

// The first window with its taps, the second dashed beside it, the padding hatched. Where cells are tiny none is drawn singly.
function corner(y, x, ground, reach, turned) {
  const [rows, columns] = [cornerLength(y, reach, ground), cornerLength(x, reach, ground)], cell = Math.min(18, LARGE / Math.max(rows, columns));
  const tall = rows === 1 ? Math.max(cell, 16) : cell, [w, h] = [columns * cell, rows * tall];
  const drawn = svg("svg", { viewBox: `-2 -2 ${w + 4} ${h + 4}`, width: w + 4, height: h + 4, "aria-hidden": "true" });
  const box = (left, top, right, bottom, name) => drawn.append(svg("rect", { x: left * cell, y: top * tall, width: (right - left) * cell, height: (bottom - top) * tall, class: name }));
  box(0, 0, columns, rows, "outside");
  hatch(drawn, w, h);
  box(Math.min(x.before, columns), Math.min(y.before, rows), Math.min(columns, x.before + x[ground]), Math.min(rows, y.before + y[ground]), "inside");
  if (x.kernel * y.kernel <= 400 && columns <= 4 * MOST_CELLS) for (let i = 0; i < y.kernel; i++) for (let j = 0; j < x.kernel; j++) box(j * x.dilation, i * y.dilation, j * x.dilation + 1, i * y.dilation + 1, "tap");
  else box(0, 0, reach(x), reach(y), "tap");
  if (columns <= MOST_CELLS) drawn.append(svg("path", { class: "grid", d: lines(columns, rows, cell, tall) }));
  box(Math.min(x.before, columns), Math.min(y.before, rows), Math.min(columns, x.before + x[ground]), Math.min(rows, y.before + y[ground]), "edge");
  const steps = turned ? x.size : x.out, second = steps > 1 ? x.stride : 0;
  if (second) box(second, 0, Math.min(columns, second + reach(x)), reach(y), "second");
  box(0, 0, reach(x), reach(y), "first");
  return drawn;
}

function lines(columns, rows, cell, tall) {
  return range(1, columns).map((at) => `M${at * cell} 0V${rows * tall}`).join("") + range(1, rows).map((at) => `M0 ${at * tall}H${columns * cell}`).join("");
}

function hatch(drawn, w, h) {
  let d = "";
  for (let at = 6; at < w + h; at += 6) d += `M${Math.min(at, w)} ${Math.max(0, at - w)}L${Math.max(0, at - h)} ${Math.min(at, h)}`;
  drawn.append(svg("path", { class: "hatching", d }));
}

// Input and output side by side in one scale, one window and the cell that it belongs to.
function whole(y, x, ground, other, reach) {
  const most = Math.max(x.size + (ground === "size" ? x.before + x.behind : 0), y.size, x.out, y.out), scale = SMALL / most, least = (length) => Math.max(length * scale, 3);
  const flat = y.size === 1 && y.out === 1, tall = (length) => (flat ? 14 : least(length)), gap = 34;
  const pad = ground === "size" ? [y.before + y.behind, x.before + x.behind] : [0, 0];
  const [inW, inH, outW, outH] = [least(x.size + pad[1]), tall(y.size + pad[0]), least(x.out), tall(y.out)], h = Math.max(inH, outH), w = inW + gap + outW;
  const drawn = svg("svg", { viewBox: `-2 -2 ${w + 4} ${h + 4}`, width: w + 4, height: h + 4, "aria-hidden": "true" });
  const box = (left, top, width, height, name) => drawn.append(svg("rect", { x: left, y: top, width, height, class: name }));
  const [iy, oy] = [(h - inH) / 2, (h - outH) / 2], reads = ground === "size";
  box(0, iy, inW, inH, "outside");
  if (pad[0] + pad[1]) hatchIn(drawn, 0, iy, inW, inH);
  box(pad[1] ? x.before * scale : 0, iy + (pad[0] ? y.before * scale : 0), least(x.size), flat ? 14 : least(y.size), "inside edge");
  box(inW + gap, oy, outW, outH, "inside edge");
  const windowed = [least(reach(x)), flat ? 14 : least(reach(y))], one = [least(1), flat ? 14 : least(1)];
  const [a, b] = reads ? [windowed, one] : [one, windowed];
  box(0, iy, Math.min(a[0], inW), Math.min(a[1], inH), "first filled");
  box(inW + gap, oy, Math.min(b[0], outW), Math.min(b[1], outH), "first made");
  drawn.append(svg("path", { class: "arrow", d: `M${inW + 7} ${h / 2}H${inW + gap - 8}m-5 -4l5 4l-5 4` }));
  return drawn;
}

function hatchIn(drawn, left, top, w, h) {
  const inner = svg("g", { transform: `translate(${left} ${top})` });
  hatch(inner, w, h);
  drawn.append(inner);
}
