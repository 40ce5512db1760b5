// Several runs: final figures, over seeds with their spread; what is not the same in them.
const C = D.comparison;
const LESS = new Set(["loss", "ece"]);
const heading = (key) => ">" + t(key === "seconds" ? "time" : key);

function drawCompare() {
  if (!C) return;
  $("compare").hidden = false;
  const seeds = C.groups.some((group) => group.runs.length > 1), keys = ["accuracy", "loss", "ece", "seconds"];
  const written = { accuracy: (value) => share(value) + " %", loss: four, ece: (value) => share(value), seconds: duration };
  const best = (key, values) => { const known = values.filter((value) => value !== null); return known.length > 1 ? (LESS.has(key) ? Math.min(...known) : Math.max(...known)) : NaN; };
  const cell = (key, value, top) => (value === top ? el("span", { class: "best" }, written[key](value), " ← " + t("best")) : value === null ? "-" : written[key](value));
  // A time depends on what else the machine did: none of them is called the best.
  const tops = Object.fromEntries(keys.map((key) => [key, key === "seconds" ? NaN : best(key, D.runs.map((r) => r.figures[key]))]));
  const lines = D.runs.map((r, at) => [[el("b", { class: "mark" }, String(at + 1)), " ", el("button", { type: "button", class: "link", onclick: () => chooseRun(at, true) }, named(r.label, 60))], ...keys.map((key) => cell(key, r.figures[key], tops[key])), r.figures.params === null ? "?" : short(r.figures.params), r.figures.macs === null ? "?" : short(r.figures.macs), `${r.figures.done} / ${r.figures.wanted}`]);
  const runs = table([t("run"), ...[...keys, "params", "macs", "epochs"].map(heading)], lines);
  const mean = (key, found) => (!found ? "-" : found[2] === null ? written[key](found[1]) : [written[key](found[1]), " ± ", key === "accuracy" || key === "ece" ? share(found[2]) : four(found[2]), el("div", { class: "quiet" }, `${written[key](found[3])} … ${written[key](found[4])}`)]);
  const grouped_ = seeds ? [el("h3", {}, t("overSeeds")), table([t("sameSettings"), ">" + t("runsOf"), ...keys.map(heading)], C.groups.map((group) => [named(group.label, 80), String(group.runs.length), ...keys.map((key) => mean(key, group[key]))])), el("p", { class: "quiet" }, t("spreadText"))] : [];
  $("groups").replaceChildren(runs, ...grouped_);
  const rows = C.differing.map(([name, values]) => [el("code", {}, name), ...values.map((value) => clipped(value || "-", 40))]);
  $("differing").replaceChildren(el("h3", {}, t("differing")), rows.length ? table([t("setting"), ...D.runs.map((r, at) => `${at + 1} ${clipped(r.label, 30)}`)], rows) : el("p", {}, t("nothingDiffers")));
}
