// What is known of one layer: its formulas with its numbers, its code, what it reads, what is wrong with it.
const usersOf = D.layers.map(() => []);
D.layers.forEach((layer, at) => layer.from.forEach((source) => usersOf[source].push(at)));
const WITH_WINDOWS = new Set(["conv", "transposed", "pool"]);

function drawCard() {
  const place = $("card"), layer = D.layers[state.at];
  place.hidden = !state.card || !layer;
  if (place.hidden) return place.replaceChildren();
  const close = el("button", { type: "button", class: "close", onclick: closeCard }, t("close") + " (Esc)");
  place.replaceChildren(el("div", { class: "bar" }, el("h2", { id: "h-card" }, t("cardOf"), " ", named(layer.name, 120)), close), ...cardParts(state.at, true));
}

function cardParts(at, links) {
  const layer = D.layers[at], card = layer.card === undefined ? null : D.cards[layer.card];
  const parts = [el("p", { class: "code" }, el("span", { class: "quiet" }, t("pytorch") + ": "), el("code", {}, clipped(layer.label, 1000)))];
  parts.push(el("p", {}, el("span", { class: "quiet" }, t("shapes") + ": "), layer.in || "-", " → ", layer.out || "?"));
  if (card && card.window) parts.push(windowPart(card.window));
  if (card && card.formulas[state.lang]) parts.push(...formulaPart(card.formulas[state.lang], links));
  else parts.push(el("p", {}, layer.out ? t("noFormula") : t("brokenHere")));
  if (links && card && card.trial) parts.push(...trialPart(layer, card.trial));
  if (card) parts.push(...card.unread[state.lang].map((text) => el("p", {}, text)));
  if (exceeds(layer)) parts.push(el("p", { class: "flag" }, "! " + t("exceeds")));
  parts.push(...(findingsAt.get(at) || []).map((number) => findingPart(D.findings[number], false)));
  if (links) parts.push(linkLine("inputsFrom", layer.from, "nothingRead"), linkLine("outputsTo", usersOf[at], "nothingElse"), ...folded(at), ...playLine(layer));
  return parts;
}

function linkLine(key, places, none) {
  const links = places.slice(0, 12).map((at) => layerLink(at));
  return el("p", { class: "links" }, el("span", { class: "quiet" }, t(key) + ": "), ...(links.length ? links : [t(none)]), places.length > 12 ? " …" : "");
}

function layerLink(at) {
  return el("button", { type: "button", class: "link", onclick: () => { choose(at, true); $("card").focus(); } }, named(D.layers[at].name, 60));
}

// The folded block of the strip in which the layer stands.
function folded(at) {
  const item = strip.shown[strip.blockAt(at)];
  if (!item || !item.children.length) return [];
  return [el("p", {}, el("button", { type: "button", onclick: () => { strip.open.add(item.id); strip.changed(); } }, t("openBlock", { name: clipped(item.key, 60) })))];
}

// The layer's own page, where every number of it can be seen. Only plain calls, so that nothing else gets into a shell.
function playLine(layer) {
  if (!WITH_WINDOWS.has(layer.kind) || !/^[\w .,()='"-]+$/.test(layer.label) || layer.label.includes("'") || layer.in.includes(",")) return [];
  return [el("p", { class: "code" }, el("span", { class: "quiet" }, t("play")), el("code", {}, `convlens draw '${layer.label}' --input ${layer.in} --playground`))];
}

function findingPart(finding, links) {
  const sign = { error: "✖", warn: "▲", info: "ⓘ" }[finding.severity];
  const fixes = finding.fixes[state.lang].slice(0, 3).map((text) => el("p", { class: "fix" }, t("fix", { text })));
  const at = links ? finding.at.slice(0, 8).map(layerLink) : [];
  return el("div", { class: "finding " + finding.severity }, el("p", {}, el("b", {}, `${sign} ${t(finding.severity)} ${finding.code}`), " ", el("span", { class: "quiet" }, finding.name), " ", ...at), el("p", {}, finding.words[state.lang]), ...fixes);
}

function drawFindings() {
  const place = $("findings"), count = D.findings.length;
  place.replaceChildren(el("p", {}, count === 0 ? t("noFindings") : count === 1 ? t("oneFinding") : t("someFindings", { n: count })), ...D.findings.slice(0, 200).map((finding) => findingPart(finding, true)));
}

function closeCard() {
  state.card = false;
  drawCard();
  const row = rowElements.get(state.at);
  (state.from === "strip" || !row ? strip.buttons[Math.max(strip.here, 0)] : row).focus();
}

// All cards, one after the other, for paper.
function drawAppendix(on) {
  $("appendix").hidden = !on;
  $("cards").replaceChildren(...(on ? D.layers.map((layer, at) => el("article", {}, el("h3", {}, `${at + 1} `, named(layer.name, 120)), ...cardParts(at, false), fieldLine(layer))) : []));
}

function fieldLine(layer) {
  const words = layer.seen === undefined ? ("lost" in layer ? t("unknownField") : t("noImage")) : D.fields[layer.seen].words[state.lang];
  return el("p", {}, el("span", { class: "quiet" }, t("field") + ": "), words);
}
