// The network as blocks in wrapped rows, with the cost of each under it. Used for the network and for a second one.
const LEVEL = 14, GUTTER = 76, EDGE = 22, MEASURES = ["params", "macs", "memory", "field"];

class Strip {
  constructor(place, side, choose) {
    this.place = place;
    this.layers = side.layers;
    this.items = side.strip.items.map((values, id) => {
      const item = Object.fromEntries(side.strip.keys.map((key, at) => [key, values[at]]));
      return Object.assign(item, { id, children: [], key: item.key || item.name });
    });
    this.items.forEach((item) => { if (item.parent >= 0) this.items[item.parent].children.push(item); });
    this.first = side.strip.open;
    this.open = new Set(this.first);
    this.choose = choose;
    this.marks = new Map();
    this.down = false;
    place.addEventListener("keydown", (event) => this.key(event));
  }

  cut() {
    const found = [], visit = (item) => { if (this.open.has(item.id)) item.children.forEach(visit); else found.push(item); };
    this.items.filter((item) => item.parent < 0).forEach(visit);
    return found;
  }

  rows(cut, width) {
    const rows = [];
    let start = 0, x = GUTTER;
    cut.forEach((item, at) => {
      if (at > start && (this.down || x + item.column > width - EDGE)) {
        rows.push({ first: start, stop: at });
        [start, x] = [at, GUTTER];
      }
      x += item.column;
    });
    return cut.length ? [...rows, { first: start, stop: cut.length }] : [];
  }

  draw(width) {
    const cut = (this.shown = this.cut()), rows = this.rows(cut, width), edges = edgesOf(this.layers, cut);
    const arcs = arcsOf(edges, rows), direct = new Set(edges.map((edge) => edge.join()));
    const costs = cut.map((item) => this.costs(item));
    const most = MEASURES.map((key, at) => Math.max(1, ...costs.map((cost) => Number(cost[at] || 0))));
    this.buttons = [];
    this.drawn = (this.drawn || 0) + 1;
    this.place.replaceChildren(...rows.map((row, number) => this.row(cut, row, arcs.rows[number], direct, costs, most, width)));
    this.leftOut = arcs.leftOut;
    this.pieces = arcs.rows.some((row) => row.some((arc) => arc.number));
    this.select(this.at);
  }

  costs(item) {
    const layers = this.layers.slice(item.first, item.stop);
    return [...MEASURES.slice(0, 3).map((key) => summed(layers, key)), layers[layers.length - 1].field];
  }

  row(cut, row, arcs, direct, costs, most, width) {
    const high = Math.max(...range(row.first, row.stop).map((at) => cut[at].height));
    const levels = Math.max(0, ...arcs.map((arc) => arc.level + 1)), sky = levels * LEVEL + 12, base = sky + 6 + high;
    let x = GUTTER;
    const lefts = {};
    const columns = range(row.first, row.stop).map((at) => {
      lefts[at] = x;
      x += cut[at].column;
      return this.block(cut[at], at, base, costs[at], most);
    });
    const lines = svg("svg", { class: "lines", width, height: base + 4, "aria-hidden": "true" });
    const geometry = { cut, row, lefts, base, sky, width, lines };
    arcs.forEach((arc) => drawArc(geometry, arc));
    range(row.first, row.stop).forEach((at) => { if (direct.has([at - 1, at].join())) drawFlow(geometry, at); });
    const gutter = el("div", { class: "gutter", "aria-hidden": "true", style: `padding-top:${base + 49}px` },
      ...MEASURES.map((key) => el("span", {}, t(key === "field" ? "seen" : key))));
    return el("div", { class: "row" }, gutter, ...columns, lines);
  }

  block(item, at, base, costs, most) {
    const main = this.layers[item.main], [letter, colour] = D.kinds[main.kind], last = this.layers[item.stop - 1];
    const folded = item.children.length > 0, mark = this.mark(item);
    const box = el("span", { class: "box" + (main.hatched ? " hatch" : "") + (item.times > 1 ? " sheets" : ""),
      style: `width:${item.width}px;height:${item.height}px;--kind:${colour}` },
    el("span", { class: "letter", "aria-hidden": "true" }, letter));
    const what = !folded ? item.what : item.times > 1 ? t("parts", { times: item.times, layers: layersText((item.stop - item.first) / item.times) }) : layersText(item.stop - item.first);
    const bars = MEASURES.map((key, number) => {
      const text = key === "field" ? fieldText(last) : measured(key, costs[number]);
      const share = key === "field" && text === t("whole") ? 1 : Number(costs[number] || 0) / most[number];
      return el("span", { class: "bar", style: `--share:${(100 * share).toFixed(1)}%` }, el("span", { class: "hear" }, t(key === "field" ? "seen" : key) + " "), text);
    });
    const button = el("button", { type: "button", class: "block" + (mark ? " " + mark[0] : ""), tabindex: "-1", style: `width:${item.column}px`, title: clipped(item.key, 300),
      "aria-expanded": folded ? "false" : null, "aria-pressed": "false", onclick: () => this.click(item) },
    el("span", { class: "zone", style: `height:${base}px` }, box),
    el("span", { class: "name" }, el("bdi", {}, item.name)), el("span", { class: "small" }, mark ? el("b", {}, mark[1] + " ") : "", el("bdi", {}, what)), el("span", { class: "small" }, item.shape), ...bars);
    this.buttons[at] = button;
    return button;
  }

  // The state of the layers in a block where two networks are compared: [class, sign].
  mark(item) {
    const found = range(item.first, item.stop).map((at) => this.marks.get(at)).filter(Boolean);
    return found.find(([kind]) => kind !== "changed") || found[0];
  }

  blockAt(layer) {
    return this.shown.findIndex((item) => item.first <= layer && layer < item.stop);
  }

  select(layer) {
    this.at = layer;
    if (!this.shown) return;
    const here = layer === undefined || layer < 0 ? -1 : this.blockAt(layer);
    this.buttons.forEach((button) => { button.setAttribute("aria-pressed", "false"); button.tabIndex = -1; });
    if (here >= 0) this.buttons[here].setAttribute("aria-pressed", "true");
    if (this.buttons.length) this.buttons[Math.max(here, 0)].tabIndex = 0;
    this.here = here;
  }

  click(item) {
    const again = this.at !== undefined && item.first <= this.at && this.at < item.stop;
    if (item.children.length && again) this.unfold(item);
    else this.choose(item.stop - 1, !item.children.length);
    this.focus();
  }

  unfold(item) {
    this.open.add(item.id);
    this.choose(item.first, false);
    this.changed();
  }

  // Folds the smallest opened block around a layer; false where there is none.
  fold(layer) {
    const around = this.items.filter((item) => this.open.has(item.id) && item.first <= layer && layer < item.stop);
    if (!around.length) return false;
    this.open.delete(around[around.length - 1].id);
    this.changed();
    this.focus();
    return true;
  }

  focus() {
    const button = this.buttons[Math.max(this.here, 0)];
    if (button) button.focus({ preventScroll: false });
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const here = Math.max(this.here, 0), item = this.shown[here];
    const to = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: this.shown.length - 1 }[event.key];
    if (to !== undefined) {
      const next = this.shown[Math.min(Math.max(to, 0), this.shown.length - 1)];
      this.choose(next.stop - 1, null);
      this.focus();
    } else if (event.key === "Enter" && item.children.length) {
      this.unfold(item);
      this.focus();
    } else if (event.key === "Enter") {
      this.choose(item.stop - 1, true);
      $("card").focus();
    } else if (event.key === "Escape" && !state.card) {
      if (!this.fold(this.at)) return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function middle({ cut, lefts }, at) {
  return lefts[at] + cut[at].column / 2;
}

function drawFlow(g, at) {
  const y = g.base - 9, right = middle(g, at) - g.cut[at].width / 2;
  const left = at === g.row.first ? GUTTER - 6 : middle(g, at - 1) + g.cut[at - 1].width / 2;
  g.lines.append(svg("path", { d: `M${left} ${y}H${right - 5}` }), svg("path", { class: "tip", d: `M${right - 6} ${y - 3}L${right} ${y}L${right - 6} ${y + 3}Z` }));
}

function drawArc(g, arc) {
  const y = g.sky - 6 - arc.level * LEVEL, top = (at) => g.base - g.cut[at].height - 3;
  const label = (x, anchor) => g.lines.append(svg("text", { x, y: y + 4, "text-anchor": anchor }, `(${arc.number})`));
  let path;
  if (arc.start === null) {
    label(GUTTER - 12, "end");
    path = `M${GUTTER - 8} ${y}`;
  } else {
    const x = middle(g, arc.start) + 5;
    path = `M${x} ${top(arc.start)}V${y + 4}Q${x} ${y} ${x + 4} ${y}`;
  }
  if (arc.stop === null) {
    label(g.width - EDGE + 2, "start");
    path += `H${g.width - EDGE}`;
  } else {
    const x = middle(g, arc.stop) - 5, end = top(arc.stop);
    path += `H${x - 4}Q${x} ${y} ${x} ${y + 4}V${end - 4}`;
    g.lines.append(svg("path", { class: "tip", d: `M${x - 3} ${end - 5}L${x} ${end}L${x + 3} ${end - 5}Z` }));
  }
  g.lines.append(svg("path", { d: path }));
}
