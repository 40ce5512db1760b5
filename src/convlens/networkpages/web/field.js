// The input picture with the receptive field of one output cell: its box in light, all else darkened.
const own = { picture: D.picture, cell: null };

// What one output index reads along one axis of the input, [low, high], as the axis maps of Python say it; null for nothing.
function hull(map, index) {
  if (map.finite && (index < 0 || index >= map.period)) return null;
  const turns = Math.floor(index / map.period), found = map.hulls[index - turns * map.period];
  return found && found.map((end) => end + turns * map.advance);
}

// Per spatial axis of the input: [low, high] or null where the place is not known.
function reads(field, dims, cell) {
  const space = D.inputs[field.input].space;
  return field.axes.map((axis, at) => {
    if (axis.whole && !axis.map) return [0, space[at] - 1];
    if (!axis.map) return null;
    return hull(axis.map, axis.map.axis === null ? 0 : cell[axis.map.axis] || 0);
  });
}

// The axes of the output by which the place on the input is chosen.
function movingAxes(field) {
  return [...new Set(field.axes.filter((axis) => axis.map && axis.map.axis !== null).map((axis) => axis.map.axis))];
}

function centreCell(layer) {
  return layer.dims.map((size) => Math.floor((size - 1) / 2));
}

function drawField() {
  const layer = D.layers[state.at], place = $("field");
  if (!layer) return place.replaceChildren(el("p", {}, t("selectFirst")));
  if (layer.seen === undefined) {
    const words = "lost" in layer ? t("unknownAt", { node: clipped(D.layers[layer.lost].name, 80) }) : t("noImage");
    return place.replaceChildren(el("p", {}, el("b", {}, named(layer.name)), " ", words));
  }
  if (!own.cell || own.layer !== state.at) Object.assign(own, { cell: centreCell(layer), layer: state.at });
  const field = D.fields[layer.seen];
  const words = el("div", { "aria-live": "polite" });
  const frame = el("div", { class: field.axes.length === 1 ? "frame flat" : "frame" });
  place.replaceChildren(el("p", {}, el("b", {}, named(layer.name))), frame, el("div", { class: "told" }, sliders(field, layer, () => redraw()), words, chooser()));
  const redraw = () => {
    frame.replaceChildren(...pictures(field, layer));
    words.replaceChildren(...fieldWords(field, layer));
  };
  redraw();
}

// One or two axes of the input as a picture; of three the last two.
function pictures(field, layer) {
  const space = D.inputs[field.input].space, found = reads(field, layer.dims, own.cell);
  if (!space.length || space.length > 3) return [];
  const [w, x] = [space[space.length - 1], found[found.length - 1]];
  const flat = space.length === 1, h = flat ? Math.max(1, Math.round(w / 8)) : space[space.length - 2], y = flat ? [0, h - 1] : found[found.length - 2];
  const over = x && y ? Math.max(0, -x[0], -y[0], x[1] - w + 1, y[1] - h + 1) : 0;
  const margin = Math.min(over, Math.max(w, h) * 0.35) + Math.max(w, h) * 0.02;
  const box = [-margin, -margin, w + 2 * margin, h + 2 * margin];
  const drawn = svg("svg", { viewBox: box.join(" "), role: "img", "aria-label": t("pictureOf"), class: "input" });
  drawn.append(svg("title", {}, t("pictureOf")));
  drawn.append(svg("rect", { x: box[0], y: box[1], width: box[2], height: box[3], class: "padding" }));
  drawn.append(own.picture ? svg("image", { href: own.picture, x: 0, y: 0, width: w, height: h, preserveAspectRatio: "none" }) : flat ? testSignal(w, h) : testPicture(w, h));
  const outside = `M${box[0]} ${box[1]}h${box[2]}v${box[3]}h${-box[2]}Z`;
  if (x && y) {
    const hole = `M${x[0]} ${y[0]}h${x[1] - x[0] + 1}v${y[1] - y[0] + 1}h${-(x[1] - x[0] + 1)}Z`;
    drawn.append(svg("path", { d: outside + hole, class: "dark", "fill-rule": "evenodd" }), svg("path", { d: hole, class: "halo" }), svg("path", { d: hole, class: "seen" }));
  }
  drawn.append(svg("path", { d: `M0 0h${w}v${h}h${-w}Z`, class: "border" }));
  drawn.addEventListener("click", (event) => pick(event, drawn, field, layer));
  return [drawn];
}

// The cell whose field has its middle nearest to where the picture was clicked.
function pick(event, drawn, field, layer) {
  const at = drawn.createSVGPoint();
  [at.x, at.y] = [event.clientX, event.clientY];
  const point = at.matrixTransform(drawn.getScreenCTM().inverse()), wanted = [point.y, point.x].slice(-Math.min(field.axes.length, 2));
  const axes = field.axes.slice(-wanted.length);
  axes.forEach((axis, number) => {
    if (!axis.map || axis.map.axis === null) return;
    let best = [Infinity, 0];
    for (let index = 0; index < Math.min(layer.dims[axis.map.axis], 4096); index++) {
      const found = hull(axis.map, index);
      const far = found ? Math.abs((found[0] + found[1] + 1) / 2 - wanted[number]) : Infinity;
      if (far < best[0]) best = [far, index];
    }
    own.cell[axis.map.axis] = best[1];
  });
  drawField();
}

function sliders(field, layer, redraw) {
  const axes = movingAxes(field).filter((axis) => layer.dims[axis] > 1), names = field.axes.length === 3 ? ["depthAxis", "row", "column"] : field.axes.length === 1 ? ["position"] : ["row", "column"];
  const rows = axes.map((axis) => {
    const of = field.axes.findIndex((one) => one.map && one.map.axis === axis);
    const shown = el("output", {}, String(own.cell[axis]));
    const input = el("input", { type: "range", min: "0", max: String(layer.dims[axis] - 1), value: String(own.cell[axis]), oninput: (event) => {
      own.cell[axis] = Number(event.target.value);
      shown.textContent = event.target.value;
      redraw();
    } });
    return el("label", { class: "slide" }, el("span", {}, t(names[of])), input, shown);
  });
  return el("div", {}, ...rows);
}

function fieldWords(field, layer) {
  const found = reads(field, layer.dims, own.cell), space = D.inputs[field.input].space, size = space.join("×");
  const known = found.every(Boolean), moving = movingAxes(field);
  const places = known ? boxPlaces(found) : {};
  const cell = moving.length ? t("cell", { cell: moving.map((axis) => own.cell[axis]).join(", "), out: moving.map((axis) => layer.dims[axis]).join("×") }) + " " : "";
  const sentence = known && space.length <= 3 ? cell + t(["", "box1", "box", "box3"][space.length], { ...places, size }) : "";
  const outside = known && found.some(([low, high], at) => low < 0 || high >= space[at]);
  const rows = [[t("sizeIs"), field.axes.map((axis) => axis.size).join("×")], [t("jump"), field.axes.map((axis) => axis.stride === null ? "-" : axis.stride).join("×")],
    [t("start"), field.axes.map((axis) => axis.padding === null ? "-" : -axis.padding).join(", ")], [t("status"), statusOf(field)]];
  return [el("p", {}, sentence + (outside ? " " + t("outside") : "")), el("dl", { class: "pairs" }, ...rows.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
    el("p", {}, field.words[state.lang] + (state.lang === "zh" ? "。" : ".")), exceeds(layer) ? el("p", { class: "flag" }, "! " + t("exceeds")) : ""].filter(Boolean);
}

function boxPlaces(found) {
  const [column, row, slice] = [...found].reverse();
  return { left: column[0], right: column[1], top: row && row[0], bottom: row && row[1], front: slice && slice[0], back: slice && slice[1] };
}

function statusOf(field) {
  const whole = field.axes.find((axis) => axis.whole), varies = field.axes.find((axis) => axis.size !== axis.least), gaps = field.axes.find((axis) => axis.support < axis.size);
  if (whole) return t("wholeThrough", { node: clipped(whole.whole, 60) });
  const text = varies ? t("varies", varies) : field.axes.every((axis) => axis.map) ? t("exact") : t("noPlace");
  return gaps && !varies ? text + "; " + t("gaps", gaps) : text;
}

function chooser() {
  const file = el("input", { type: "file", accept: "image/*", onchange: (event) => {
    const chosen = event.target.files[0];
    if (!chosen) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => { own.picture = reader.result; drawField(); });
    reader.readAsDataURL(chosen);
  } });
  const space = D.inputs[0].space.join("×");
  return el("div", { class: "chooser" }, el("label", {}, t("picture") + " ", file), own.picture ? el("button", { type: "button", onclick: () => { own.picture = ""; drawField(); } }, t("reset")) : "",
    el("p", { class: "quiet" }, own.picture ? t("fitted", { size: space }) : ""));
}

// A picture with large and small things in it, so that a field can be judged: a house, a tree, a sun, bricks, letters.
function testPicture(w, h) {
  const part = (tag, attributes, ...children) => svg(tag, attributes, ...children);
  const made = part("svg", { x: 0, y: 0, width: w, height: h, viewBox: "0 0 100 100", preserveAspectRatio: "none" });
  made.append(part("rect", { width: 100, height: 100, fill: "#9fd3f0" }), part("circle", { cx: 80, cy: 18, r: 9, fill: "#ffd34d" }), part("path", { d: "M0 68Q25 50 55 66T100 60V100H0Z", fill: "#6aa84f" }),
    part("path", { d: "M0 80Q40 70 100 84V100H0Z", fill: "#4e8a3a" }), part("rect", { x: 22, y: 46, width: 30, height: 30, fill: "#e8d9bd" }), part("path", { d: "M18 47L37 28L56 47Z", fill: "#a8482f" }),
    part("rect", { x: 32, y: 60, width: 9, height: 16, fill: "#6b4a2b" }), part("rect", { x: 26, y: 51, width: 7, height: 7, fill: "#3f6d94" }), part("rect", { x: 42, y: 51, width: 7, height: 7, fill: "#3f6d94" }),
    part("rect", { x: 72, y: 52, width: 4, height: 22, fill: "#6b4a2b" }), part("circle", { cx: 74, cy: 46, r: 10, fill: "#2f6b2f" }));
  for (let at = 0; at < 9; at++) made.append(part("rect", { x: 4 + at * 10.5, y: 88, width: 5, height: 5, fill: at % 2 ? "#fff" : "#222" }));
  return made;
}

// Of an input with one axis: a signal, slow and fast, loud and quiet.
function testSignal(w, h) {
  const level = (at) => Math.sin(at / 11) * (0.35 + 0.3 * Math.sin(at / 47)) + 0.3 * Math.sin(at / 2.3) * Math.max(0, Math.sin(at / 31 + 2));
  const made = svg("svg", { x: 0, y: 0, width: w, height: h, viewBox: "0 0 400 100", preserveAspectRatio: "none" });
  made.append(svg("rect", { width: 400, height: 100, fill: "#dcebf7" }), svg("path", { d: "M" + range(0, 401).map((at) => `${at} ${(50 - 48 * level(at)).toFixed(1)}`).join("L"), fill: "none", stroke: "#1f4e79", "stroke-width": 2, "vector-effect": "non-scaling-stroke" }));
  return made;
}
