// Curves over one horizontal axis, in panels below one another: what `convlens.pageparts.series.Chart` holds. A reader chooses the
// axis, makes a panel logarithmic, hides a curve, and reads the values at one place off, with the mouse or with the slider.
const CURVES = { left: 54, right: 26, top: 8, bottom: 6, axis: 34, colours: 6, dots: 40 };
const DASHES = ["", "7 4", "2 3"];

class Chart {
  constructor(place, record) {
    Object.assign(this, { place, record, axis: 0, log: new Set(), off: new Set(), at: null, width: 0 });
    this.slider = el("input", { type: "range", min: "0", step: "1", oninput: () => this.read(Number(this.slider.value)) });
    this.where = el("output", {});
  }

  // A name is the same in both languages, or has one for each.
  say(text) { return typeof text === "string" ? text : text[state.lang]; }

  places(series) { return this.record.axes[this.axis].places[series.x] || []; }

  // All places at which something can be read, in order.
  stops() {
    const all = Object.values(this.record.axes[this.axis].places).flat().filter((x) => x !== null);
    return [...new Set(all)].sort((a, b) => a - b);
  }

  draw(width) {
    this.width = width;
    this.xs = this.stops();
    this.end = Math.max(...this.xs, 0) || 1;
    this.cursors = [];
    const chooser = this.record.axes.length > 1 ? el("label", {}, t("axis") + " ", el("select", { onchange: (event) => { this.axis = Number(event.target.value); this.at = null; this.draw(this.width); this.place.querySelector("select").focus(); } },
      ...this.record.axes.map((axis, at) => el("option", { value: at, selected: at === this.axis }, this.say(axis.label))))) : "";
    this.slider.max = String(Math.max(this.xs.length - 1, 0));
    const panels = this.record.panels.map((panel, at) => this.panel(panel, at, at === this.record.panels.length - 1));
    this.place.replaceChildren(el("div", { class: "tools" }, chooser, el("label", { class: "reader" }, t("readAt") + " ", this.slider), this.where), ...panels);
    this.read(this.at === null ? this.xs.length - 1 : Math.min(this.at, this.xs.length - 1));
  }

  x(value) { return CURVES.left + (value / this.end) * (this.width - CURVES.left - CURVES.right); }

  // One panel: its heading with a key to the curves, then the picture.
  panel(panel, at, last) {
    const log = panel.log && this.log.has(at), shown = panel.series.filter((series) => !this.off.has(series));
    const scale = new Scale(shown, log, panel.height - CURVES.top - CURVES.bottom, CURVES.top);
    const height = panel.height + (last ? CURVES.axis : 0), clip = `${this.place.id}-clip${at}`;
    const picture = svg("svg", { class: "curves", width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: "img", "aria-label": this.say(panel.title) + ": " + shown.map((series) => this.say(series.label)).join(", ") });
    picture.append(svg("clipPath", { id: clip }, svg("rect", { x: CURVES.left, y: CURVES.top - 3, width: this.width - CURVES.left - CURVES.right + 3, height: panel.height - CURVES.top - CURVES.bottom + 6 })));
    this.frame(picture, scale, panel, last);
    const drawn = svg("g", { "clip-path": `url(#${clip})` });
    shown.filter((series) => series.low).forEach((series) => drawn.append(this.band(series, scale)));
    shown.forEach((series) => drawn.append(...this.curve(series, scale)));
    picture.append(drawn, ...this.ends(shown, scale));
    const cursor = svg("g", { class: "cursor" });
    picture.append(cursor);
    this.listen(picture);
    const key = panel.series.map((series) => this.key(series, at));
    this.cursors.push({ cursor, panel, scale, key });
    const logs = panel.log ? el("button", { type: "button", "aria-pressed": String(log), onclick: () => this.toggle(this.log, at, `[data-log="${at}"]`), "data-log": at }, t("logarithm")) : "";
    return el("figure", { class: "panel" }, el("figcaption", {}, el("b", {}, this.say(panel.title) + (panel.unit ? ", " + panel.unit : "")), ...key.map((one) => one.button), logs), picture);
  }

  toggle(set, what, focus) {
    if (set.has(what)) set.delete(what); else set.add(what);
    this.draw(this.width);
    const again = this.place.querySelector(focus);
    if (again) again.focus();
  }

  // A curve's sign, name and value; pressed while it is shown.
  key(series, panel) {
    const number = this.record.panels[panel].series.indexOf(series), name = `${panel}-${number}`, value = el("span", { class: "value" });
    const sign = svg("svg", { width: 26, height: 12, "aria-hidden": "true" }, ...(series.form === "faint" ? [svg("path", { d: "M1 2H25V10H1Z", class: "band", style: this.colour(series, "fill") })] : []), svg("path", { d: "M1 6H25", ...this.stroke(series) }));
    const button = el("button", { type: "button", class: "key", "aria-pressed": String(!this.off.has(series)), "data-key": name, onclick: () => this.toggle(this.off, series, `[data-key="${name}"]`) }, sign, this.marked(series), el("bdi", {}, clipped(this.say(series.label), 60)), " ", value);
    return { series, button, value };
  }

  colour(series, what) { return `${what}:var(--c${series.colour % CURVES.colours})`; }

  stroke(series) {
    const dash = series.form === "dashed" ? DASHES[1] : DASHES[series.colour >= CURVES.colours ? 2 : 0];
    return { class: "line " + series.form, style: this.colour(series, "stroke"), ...(dash ? { "stroke-dasharray": dash } : {}) };
  }

  // Where colours tell several things of one kind apart, each has its number too.
  marked(series) {
    const same = this.record.panels.flatMap((panel) => panel.series).filter((one) => one.form === series.form);
    const several = this.record.panels.some((panel) => panel.series.filter((one) => one.form === series.form).length > 1);
    return several && same.length > 1 ? el("b", { class: "mark" }, String(series.colour + 1)) : "";
  }

  frame(picture, scale, panel, last) {
    for (const [value, text] of scale.ticks()) {
      const y = scale.y(value);
      picture.append(svg("path", { class: "grid", d: `M${CURVES.left} ${y.toFixed(1)}H${this.width - CURVES.right}` }), svg("text", { x: CURVES.left - 7, y: (y + 4).toFixed(1), "text-anchor": "end" }, text));
    }
    const base = panel.height - CURVES.bottom;
    picture.append(svg("path", { class: "axis", d: `M${CURVES.left} ${base}H${this.width - CURVES.right}` }));
    const whole = this.xs.every(Number.isInteger); // there is no half step
    for (const value of niceTicks(0, this.end, Math.max(2, Math.floor(this.width / 110))).filter((value) => !whole || Number.isInteger(value))) {
      const x = this.x(value).toFixed(1);
      picture.append(svg("path", { class: "axis", d: `M${x} ${base}v4` }));
      if (last) picture.append(svg("text", { x, y: base + 17, "text-anchor": "middle" }, grouped(numberText(value))));
    }
    if (last) picture.append(svg("text", { x: (CURVES.left + this.width - CURVES.right) / 2, y: base + 33, "text-anchor": "middle" }, this.say(this.record.axes[this.axis].label)));
  }

  points(series, values, scale) {
    const xs = this.places(series);
    return values.map((value, at) => (value === null || xs[at] === null || xs[at] === undefined || (scale.log && value <= 0) ? null : [this.x(xs[at]), scale.y(value)]));
  }

  curve(series, scale) {
    const points = this.points(series, series.y, scale);
    const made = [svg("path", { d: pathOf(points), ...this.stroke(series) })];
    const known = points.filter(Boolean);
    if (series.form !== "faint" && known.length <= CURVES.dots) for (const [x, y] of known) made.push(svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.6, style: this.colour(series, "fill") }));
    return made;
  }

  band(series, scale) {
    const high = this.points(series, series.high, scale), low = this.points(series, series.low, scale);
    const pieces = [];
    let piece = [];
    high.forEach((point, at) => { if (point && low[at]) piece.push([point, low[at]]); else { pieces.push(piece); piece = []; } });
    pieces.push(piece);
    const d = pieces.filter((one) => one.length).map((one) => "M" + one.map(([a]) => spot(a)).join("L") + "L" + one.map(([, b]) => spot(b)).reverse().join("L") + "Z").join("");
    return svg("path", { d, class: "band", style: this.colour(series, "fill") + ";" + this.colour(series, "stroke") });
  }

  // The number of a curve behind its last point; those that would touch are moved apart, inside the panel.
  ends(shown, scale) {
    const marks = shown.filter((series) => this.marked(series) && series.form !== "dashed").map((series) => ({ series, point: this.points(series, series.y, scale).filter(Boolean).pop() })).filter((one) => one.point).sort((a, b) => a.point[1] - b.point[1]);
    const ys = marks.map(({ point }) => Math.min(Math.max(point[1] + 4, scale.top + 8), scale.top + scale.height));
    for (let at = 1; at < ys.length; at++) ys[at] = Math.max(ys[at], ys[at - 1] + 10);
    const over = ys.length ? ys[ys.length - 1] - scale.top - scale.height : 0;
    if (over > 0) for (let at = ys.length - 1, most = scale.top + scale.height; at >= 0; at--, most -= 10) ys[at] = Math.min(ys[at], most);
    return marks.map(({ series, point }, at) => svg("text", { class: "mark", x: (point[0] + 6).toFixed(1), y: ys[at].toFixed(1), style: this.colour(series, "fill") }, String(series.colour + 1)));
  }

  listen(picture) {
    const to = (event) => {
      const box = picture.getBoundingClientRect(), scaled = ((event.clientX - box.left) / box.width) * this.width;
      this.read(nearest(this.xs, ((scaled - CURVES.left) / (this.width - CURVES.left - CURVES.right)) * this.end));
    };
    picture.addEventListener("pointermove", to);
    picture.addEventListener("pointerdown", to);
  }

  // The values of all curves at one place, or at their own place that is nearest to it.
  read(at) {
    this.at = at;
    const x = this.xs[at], told = [];
    if (x === undefined) return;
    for (const { cursor, panel, scale, key } of this.cursors) {
      cursor.replaceChildren(svg("path", { d: `M${this.x(x).toFixed(1)} ${CURVES.top}V${panel.height - CURVES.bottom}` }));
      for (const { series, value } of key) {
        const found = nearest(this.places(series), x), y = series.y[found], text = y === null || y === undefined ? "-" : panel.unit === "%" ? y.toFixed(1) + " %" : numberText(y);
        value.textContent = text;
        if (this.off.has(series)) continue;
        told.push(this.say(series.label) + " " + text);
        const point = this.points(series, series.y, scale)[found];
        if (point) cursor.append(svg("circle", { cx: point[0].toFixed(1), cy: Math.max(point[1], CURVES.top).toFixed(1), r: 4, style: this.colour(series, "fill") }));
      }
    }
    const here = this.say(this.record.axes[this.axis].label) + " " + grouped(numberText(x));
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", here + ": " + told.join(", "));
    this.where.textContent = here;
  }
}

// A vertical axis: a few wild values, of a band or of a loss that ran away, do not flatten the rest.
class Scale {
  constructor(series, log, height, top) {
    const known = (values) => values.filter((value) => value !== null && (!log || value > 0)).sort((a, b) => a - b);
    const tamed = (values, always) => {
      if (!values.length) return [];
      const high = values[Math.ceil(values.length * 0.98) - 1], most = values[values.length - 1];
      return [always ? values[0] : values[Math.floor(values.length * 0.01)], always && most - values[0] <= 20 * (high - values[0]) ? most : high];
    };
    const all = series.flatMap((one) => [...tamed(known([...one.y]), true), ...tamed(known([...(one.low || []), ...(one.high || [])]), false)]);
    let low = Math.min(...all), high = Math.max(...all);
    if (!all.length) [low, high] = log ? [0.1, 1] : [0, 1];
    if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
    else if (!log) {
      const room = 0.04 * (high - low), near = low >= 0 && low < 0.35 * high;
      [low, high] = [near ? 0 : low - room, high + room];
    }
    Object.assign(this, { log, low, high, height, top });
  }

  y(value) {
    const of = this.log ? Math.log : Number;
    return this.top + this.height * (1 - (of(value) - of(this.low)) / (of(this.high) - of(this.low)));
  }

  ticks() {
    const most = Math.max(2, Math.floor(this.height / 38));
    if (!this.log) return niceTicks(this.low, this.high, most).map((value) => [value, numberText(value)]);
    const found = [];
    for (let power = Math.floor(Math.log10(this.low)); power <= Math.log10(this.high); power++) for (const factor of [1, 2, 5]) found.push(factor * 10 ** power);
    const inside = found.filter((value) => value >= this.low * 0.999 && value <= this.high * 1.001), tens = inside.filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
    const chosen = inside.length <= most + 1 || !tens.length ? inside : tens;
    const each = Math.ceil(chosen.length / (most + 1));
    return chosen.filter((value, at) => at % each === 0).map((value) => [value, numberText(value)]);
  }
}

function niceTicks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough * (1 - 1e-9));
  const first = Math.ceil(low / step - 1e-9), count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 50)) }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function numberText(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  return String(Number(value.toPrecision(size >= 1000 ? 7 : 4)));
}

const spot = ([x, y]) => x.toFixed(1) + " " + Math.max(-9999, Math.min(9999, y)).toFixed(1);

// A null is a gap; a point between two gaps is a short stroke.
function pathOf(points) {
  let open = false;
  return points.map((point) => { const d = point ? (open ? "L" : "M") + spot(point) + (open ? "" : "h.01") : ""; open = Boolean(point); return d; }).join("");
}

function nearest(places, x) {
  let best = 0;
  places.forEach((place, at) => { if (place !== null && (places[best] === null || Math.abs(place - x) < Math.abs(places[best] - x))) best = at; });
  return best;
}
