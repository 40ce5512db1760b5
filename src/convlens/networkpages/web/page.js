// The page as a whole: one selection for strip, table, card and field; language; keys; the link; paper.
const strip = new Strip($("strip"), D, (at, card) => choose(at, card, "strip"));
strip.changed = () => { drawStrip(); if (state.blocks) drawTable(); drawCard(); };

// `card` true opens the card, null leaves it as it is, false closes it.
function choose(at, card, from) {
  state.at = Math.min(Math.max(at, 0), D.layers.length - 1);
  if (card !== null) state.card = card;
  state.from = from || "table";
  strip.select(state.at);
  if (second && from !== "second") second.select(second.pairOf(state.at));
  selectRow();
  drawField();
  drawCard();
  guarded(() => history.replaceState(null, "", "#layer=" + encodeURIComponent(linkName(state.at))));
}

// A layer in the address: its name, or its place where the name is too long for one.
function linkName(at) {
  return D.layers[at].name.length < 200 ? D.layers[at].name : "#" + (at + 1);
}

function linked() {
  const text = guarded(() => decodeURIComponent((/[#&]layer=([^&]*)/.exec(location.hash) || ["", ""])[1])) || "";
  const at = text[0] === "#" ? Number(text.slice(1)) - 1 : D.layers.findIndex((layer) => layer.name === text);
  return at >= 0 && at < D.layers.length ? at : -1;
}

function drawStrip() {
  strip.down = state.down;
  strip.draw(state.width);
  if (second) { second.down = state.down; second.draw(state.width); }
  const opened = strip.items.filter((item) => strip.open.has(item.id));
  const chips = opened.slice(0, 12).map((item) => el("button", { type: "button", onclick: () => { strip.open.delete(item.id); strip.changed(); } }, named(item.key, 30), " ×"));
  $("opened").replaceChildren(...(chips.length ? [t("opened") + " ", ...chips] : []));
  $("fold").hidden = !opened.length || (opened.length === strip.first.length && strip.first.every((id) => strip.open.has(id)));
  $("down").setAttribute("aria-pressed", String(Boolean(state.down)));
  drawLegend();
}

function drawLegend() {
  const used = new Set(strip.shown.map((item) => D.layers[item.main].kind));
  $("legend").replaceChildren(...Object.entries(D.kinds).filter(([kind]) => used.has(kind)).map(([kind, [letter, colour]]) => el("span", {}, el("span", { class: "chip", style: `--kind:${colour}`, "aria-hidden": "true" }, letter), " " + kindWord(kind))));
  const signs = [t("signs")];
  if (strip.shown.some((item) => D.layers[item.main].hatched)) signs.push(t("hatched"));
  if (strip.shown.some((item) => item.times > 1)) signs.push(t("sheets"));
  if (strip.pieces) signs.push(t("pieces"));
  if (strip.leftOut) signs.push(t("leftOut", { n: strip.leftOut }));
  $("signs").textContent = signs.join(" ");
}

function drawTexts() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-t]").forEach((place) => { place.textContent = t(place.dataset.t); });
  $("lang").textContent = t("other");
  $("lang").lang = state.lang === "zh" ? "en" : "zh-CN";
  $("title").textContent = clipped(D.model, 120);
  $("facts").replaceChildren(t("in") + " ", ...D.inputs.flatMap((input, at) => [at ? ", " : "", named(input.name, 40), " " + input.shape]));
  $("error").hidden = !D.error;
  $("error").textContent = D.error;
  $("spoken").textContent = D.spoken[state.lang].join(state.lang === "zh" ? "" : " ");
  const widest = D.layers.reduce((best, layer, at) => (layer.field !== null && fieldText(layer) !== t("whole") && (best < 0 || layer.field > D.layers[best].field) ? at : best), -1);
  const rows = [...D.notes[state.lang], [t("depth"), t("depthText", { n: D.depth })]];
  if (widest >= 0) rows.push([t("largest"), t("largestText", { n: D.layers[widest].field, node: clipped(D.layers[widest].name, 60) })]);
  const notes = new Map(), stop = state.lang === "zh" ? "。" : ". ";
  for (const [name, text] of rows) notes.set(name, [...(notes.get(name) || []), text]);
  // What has several lines takes a row of its own, below the others.
  $("totals").replaceChildren(...[...notes].sort(([, a], [, b]) => (a.length > 2) - (b.length > 2)).map(([name, texts]) => el("div", { class: texts.length > 2 ? "several" : null }, el("dt", {}, name), ...texts.map((text) => el("dd", {}, clipped(text, 400))))));
  $("foot").replaceChildren(t("made", { date: D.made, versions: D.versions }) + stop, t("flops") + stop, ...(D.command ? [t("command") + ": ", el("code", {}, clipped(D.command, 600))] : []));
}

function draw() {
  drawTexts();
  drawStrip();
  drawCompare();
  drawTable();
  drawField();
  drawCard();
  drawFindings();
}

function widthOf() {
  return Math.max(260, Math.floor($("strip").getBoundingClientRect().width));
}

function resized() {
  const width = state.paper ? 690 : widthOf();
  if (width === state.width) return;
  state.width = width;
  drawStrip();
}

function paper(on) {
  if (Boolean(state.paper) === on) return;
  state.paper = on;
  appendRest();
  resized();
  drawAppendix(on);
}

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) { event.preventDefault(); $("filter").focus(); }
  else if (event.key === "Escape" && event.target === $("filter") && $("filter").value) { $("filter").value = state.filter = ""; drawTable(); }
  else if (event.key === "Escape" && state.card) closeCard();
  else if (!typing && event.target === document.body && (event.key === "ArrowRight" || event.key === "ArrowLeft")) choose(state.at + (event.key === "ArrowRight" ? 1 : -1), null);
});
$("table").addEventListener("keydown", tableKey);
$("filter").addEventListener("input", filterSoon);
$("blocks").addEventListener("change", () => { state.blocks = $("blocks").checked; drawTable(); });
document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copyRows(button.dataset.copy)));
$("lang").addEventListener("click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; draw(); });
$("help").addEventListener("click", () => { $("keys").hidden = !$("keys").hidden; $("help").setAttribute("aria-expanded", String(!$("keys").hidden)); });
$("print").addEventListener("click", () => guarded(() => window.print()));
$("fold").addEventListener("click", () => { strip.open = new Set(strip.first); strip.changed(); });
$("down").addEventListener("click", () => { state.down = !state.down; drawStrip(); });
window.addEventListener("resize", resized);
window.addEventListener("hashchange", () => { const at = linked(); if (at >= 0 && at !== state.at) choose(at, true); });
window.addEventListener("beforeprint", () => paper(true));
window.addEventListener("afterprint", () => paper(false));
window.matchMedia("print").addEventListener("change", (event) => paper(event.matches));

// The layer that is selected at first: one whose field is large enough to be seen and small enough to be understood.
function telling() {
  const space = Math.max(1, ...D.inputs.flatMap((input) => input.space));
  const found = D.layers.findIndex((layer) => layer.kind === "conv" && layer.seen !== undefined && !layer.whole && layer.field * 6 >= space);
  return found >= 0 ? found : Math.max(0, D.layers.findIndex((layer) => layer.kind === "conv"));
}

startCompare();
state.width = widthOf();
draw();
if (D.layers.length) {
  const at = linked();
  choose(at >= 0 ? at : telling(), at >= 0);
}
