// One row a layer, or one a block of the strip: sorted, filtered, walked through with the arrow keys.
const COLUMNS = ["number", "name", "kind", "label", "in", "out", "params", "macs", "memory", "seen", "notes"];
const NUMBERS = new Set(["number", "params", "macs", "memory", "seen"]);
const FIRST_ROWS = 1500, AT_ONCE = 200;
const totals = { params: summed(D.layers.filter((layer) => layer.params !== null), "params"), macs: summed(D.layers.filter((layer) => layer.macs !== null), "macs") };
const findingsAt = new Map();
D.findings.forEach((finding, number) => finding.at.forEach((at) => findingsAt.set(at, [...(findingsAt.get(at) || []), number])));
let rowElements = new Map(), made = { of: "", rows: new Map() };

function layerRow(layer, at) {
  const found = findingsAt.get(at) || [], marks = [...new Set(found.map((number) => D.findings[number].code))];
  if (exceeds(layer)) marks.push(t("seen") + " > " + t("in"));
  if ("lost" in layer) marks.push(t("seen") + " ?");
  return { at, select: at, number: at + 1, name: layer.name, kind: layer.kind, label: layer.label, in: layer.in, out: layer.out, params: layer.params, macs: layer.macs, memory: layer.memory,
    seen: layer.field, seenText: fieldText(layer), notes: marks.join(", ") };
}

function blockRow(item) {
  const layers = D.layers.slice(item.first, item.stop), last = layers[layers.length - 1];
  if (item.stop - item.first === 1) return layerRow(last, item.first);
  const codes = new Set(range(item.first, item.stop).flatMap((at) => (findingsAt.get(at) || []).map((number) => D.findings[number].code)));
  return { ...layerRow(last, item.stop - 1), number: item.first + 1, name: item.key, kind: D.layers[item.main].kind, label: item.times > 1 ? t("parts", { times: item.times, layers: layersText((item.stop - item.first) / item.times) }) : layersText(layers.length),
    in: layers[0].in, params: summed(layers, "params"), macs: summed(layers, "macs"), memory: summed(layers, "memory"), notes: [...codes].join(", "), first: item.first };
}

function tableRows() {
  const all = state.blocks ? strip.shown.map(blockRow) : D.layers.map(layerRow), wanted = state.filter.trim().toLowerCase();
  const rows = wanted ? all.filter((row) => [row.name, row.label, kindWord(row.kind), row.out, row.notes].some((text) => text.toLowerCase().includes(wanted))) : all;
  if (state.sort) {
    const { key, up } = state.sort, value = (row) => (NUMBERS.has(key) ? (row[key] === null ? -1 : Number(row[key])) : String(row[key]));
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.number - b.number);
    rows.sort((a, b) => (up ? order(a, b) : order(b, a)));
  }
  return { rows, all: all.length };
}

function drawTable() {
  const { rows, all } = tableRows(), shown = state.all ? rows : rows.slice(0, FIRST_ROWS);
  const head = el("thead", {}, el("tr", {}, ...COLUMNS.map(headCell))), body = el("tbody");
  rowElements = new Map();
  $("table").replaceChildren(head, body);
  $("status").textContent = rows.length === all ? t("shownAll", { n: all }) : rows.length ? t("shown", { n: rows.length, all }) : t("nothing");
  $("more").replaceChildren(...(shown.length < rows.length ? [el("button", { type: "button", onclick: () => { state.all = true; drawTable(); } }, t("showAll", { n: rows.length }))] : []));
  append(body, shown.slice(0, AT_ONCE));
  clearTimeout(later.timer);
  later = { rows: shown.slice(AT_ONCE), body };
  if (later.rows.length) later.timer = setTimeout(appendRest, 20);
}

let later = { rows: [] };

// What does not fit on a screen anyway follows when the page is seen.
function appendRest() {
  clearTimeout(later.timer);
  if (later.rows.length) append(later.body, later.rows.splice(0));
}

function append(body, rows) {
  const made = rows.map(elementOf);
  rows.forEach((row, number) => { for (let at = row.first === undefined ? row.at : row.first; at <= row.at; at++) rowElements.set(at, made[number]); });
  body.append(...made);
  selectRow();
}

// A row is made once for each language and stays when the table is sorted or filtered.
function elementOf(row) {
  const of = state.lang + (state.blocks ? strip.drawn : "");
  if (made.of !== of) made = { of, rows: new Map() };
  if (!made.rows.has(row.at)) made.rows.set(row.at, bodyRow(row));
  return made.rows.get(row.at);
}

let waiting = 0, selected = [];

// Someone who is still typing does not wait for a table of a thousand rows.
function filterSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => { state.filter = $("filter").value; drawTable(); }, 90);
}

function headCell(key) {
  const sorted = state.sort && state.sort.key === key, way = sorted ? (state.sort.up ? "ascending" : "descending") : "none";
  return el("th", { scope: "col", class: "c-" + key, "aria-sort": way }, el("button", { type: "button", onclick: () => sortBy(key) }, t(key), el("span", { "aria-hidden": "true" }, sorted ? (state.sort.up ? " ▲" : " ▼") : "")));
}

// Numbers from the largest first; a third click gives the order of the network back.
function sortBy(key) {
  const first = !NUMBERS.has(key) || key === "number";
  if (!state.sort || state.sort.key !== key) state.sort = { key, up: first };
  else state.sort = state.sort.up === first ? { key, up: !first } : null;
  drawTable();
  const button = document.querySelector(`#table th.c-${key} button`);
  if (button) button.focus();
}

function bodyRow(row) {
  const [letter, colour] = D.kinds[row.kind], share = (key) => (row[key] && totals[key] ? el("span", { class: "share", title: t("share", { share: percent(row[key], totals[key]) }) }, percent(row[key], totals[key]) + " %") : "");
  const cells = {
    number: [String(row.number)], name: [named(row.name, 60)], kind: [el("span", { class: "chip", style: `--kind:${colour}`, "aria-hidden": "true" }, letter), el("span", { class: "hear" }, kindWord(row.kind))],
    label: [named(row.label, 90)], in: [row.in], out: [row.out], params: [...exactAndBrief(row.params), " ", share("params")], macs: [...exactAndBrief(row.macs), " ", share("macs")],
    memory: [row.memory === null ? "?" : bytes(row.memory)], seen: [row.seenText], notes: [row.notes],
  };
  const line = el("tr", { tabindex: "-1", "aria-selected": "false", "data-at": row.select }, ...COLUMNS.map((key) => el(key === "name" ? "th" : "td", { class: "c-" + key, scope: key === "name" ? "row" : null }, ...cells[key])));
  line.addEventListener("click", () => choose(row.select, true));
  return line;
}

// Every digit where there is room, three of them on a telephone.
function exactAndBrief(value) {
  return Number(value) < 1e5 ? [grouped(value)] : [el("span", { class: "full" }, grouped(value)), el("span", { class: "brief", "aria-hidden": "true" }, short(value))];
}

function selectRow() {
  const table = $("table");
  for (const old of selected) { old.setAttribute("aria-selected", "false"); old.tabIndex = -1; }
  const row = rowElements.get(state.at) || null;
  if (row) row.setAttribute("aria-selected", "true");
  const reached = row || table.querySelector("tbody tr");
  if (reached) reached.tabIndex = 0;
  selected = reached ? [reached] : [];
}

function tableKey(event) {
  const row = event.target.closest("tbody tr");
  if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
  appendRest();
  const rows = [...row.parentNode.children], here = rows.indexOf(row);
  const to = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, PageDown: here + 10, PageUp: here - 10, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    const next = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    choose(Number(next.dataset.at), null);
    next.focus();
  } else if (event.key === "Enter") {
    choose(Number(row.dataset.at), true);
    $("card").focus();
  } else return;
  event.preventDefault();
}
