// A second network: its strip under the first, what changed in words, the totals of both.
const C = D.compare;
let second = null;

function startCompare() {
  if (!C) return;
  $("compare").hidden = false;
  const there = new Map(C.pairs), back = new Map(C.pairs.map(([a, b]) => [b, a]));
  second = new Strip($("strip2"), C, (at) => {
    second.select(at);
    if (back.has(at)) choose(back.get(at), null, "second");
  });
  second.changed = () => second.draw(state.width);
  second.pairOf = (at) => there.get(at);
  C.added.forEach((at) => second.marks.set(at, ["added", "+"]));
  C.removed.forEach((at) => strip.marks.set(at, ["removed", "-"]));
  C.changed.forEach(([a, b]) => { strip.marks.set(a, ["changed", "~"]); second.marks.set(b, ["changed", "~"]); });
}

function drawCompare() {
  if (!C) return;
  $("marks").replaceChildren(el("b", {}, named(D.model)), " → ", el("b", {}, named(C.model)), C.same ? ". " + t("sameAll") : `. ${t("markChanged")}, ${t("markRemoved")}, ${t("markAdded")}`);
  const [head, ...rows] = C.totals[state.lang];
  $("difference").replaceChildren(el("thead", {}, el("tr", {}, ...head.map((text, at) => el(at ? "th" : "td", at ? { scope: "col" } : {}, text)))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((text, at) => el(at ? "td" : "th", at ? {} : { scope: "row" }, text))))));
  const line = (one) => el("li", {}, layerLink(one.at), one.name === D.layers[one.at].name ? "" : el("span", {}, " → ", named(one.name)), ": " + one.words[state.lang]);
  const edited = C.changes.filter((one) => one.edited), moved = C.changes.filter((one) => !one.edited), rest = C.changed.length - C.changes.length;
  const more = rest > 0 ? [el("li", {}, t("moreChanges", { n: rest }))] : [];
  const block = (key, found) => (found.length ? [el("h3", {}, t(key)), ...found] : []);
  const names = (key, found, link) => block(key, found.length ? [el("p", { class: "links" }, ...found.slice(0, 40).map(link), found.length > 40 ? " " + t("moreChanges", { n: found.length - 40 }) : "")] : []);
  $("changes").replaceChildren(...block("changedLayers", edited.length ? [el("ul", {}, ...edited.map(line))] : []),
    ...names("removedLayers", C.removed, layerLink), ...names("addedLayers", C.added, (at) => el("span", { class: "item" }, named(C.layers[at].name, 60), " ")),
    ...(moved.length + more.length ? [el("details", {}, el("summary", {}, t("movedLayers", { n: moved.length + Math.max(rest, 0) })), el("ul", {}, ...moved.map(line), ...more))] : []),
    ...block("newFindings", C.new.map((one) => findingPart(one, false))), ...block("goneFindings", C.gone.map((one) => findingPart(one, false))));
}
