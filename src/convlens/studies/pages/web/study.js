// The page as a whole: a study, or a search.
const chart = new Chart($("chart"), D.curves), study = D.kind === "study";

function drawTexts() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-t]").forEach((place) => { place.textContent = t(place.dataset.t); });
  $("lang").textContent = t("other");
  $("lang").lang = state.lang === "zh" ? "en" : "zh-CN";
  $("title").textContent = clipped(D.about ? D.about.title[state.lang] : D.name, 120);
  $("facts").replaceChildren(named(D.network || "?", 80), " · ", named(D.data || "?", 80));
  $("foot").textContent = t("made", { date: D.made });
}

function drawClaim() {
  $("claim").hidden = !D.about;
  if (!D.about) return;
  const rows = [["claimed", D.about.claim[state.lang]], ["source", D.about.source], ["verdict", el("span", { class: "verdict" }, D.about.verdict[state.lang])]];
  $("claims").replaceChildren(...rows.flatMap(([key, text]) => [el("dt", {}, t(key)), el("dd", {}, text)]));
  $("measured").replaceChildren(...D.about.measured[state.lang].map((text) => el("li", {}, text)));
}

function drawFound() {
  if (study) return $("words").replaceChildren(...D.verdicts[state.lang].summary.map((text, at) => el("p", { class: at ? null : "best" }, text)));
  const top = D.trials[0], [, pruned, failed] = D.counts, values = D.best ? Object.entries(D.best).map(([name, value]) => `${name}=${value}`).join(" ") : "";
  $("words").replaceChildren(el("p", { class: "best" }, top ? t("bestTrial", { n: D.counts[0], number: top[0], accuracy: (100 * top[1]).toFixed(2), values, pruned, failed }) : t("noTrial")));
}

function drawPictures() {
  $("s-effects").hidden = !study || !D.measures.length;
  $("s-grid").hidden = !study || !D.grid || !D.measures.length;
  $("s-importance").hidden = study || !Object.keys(D.importances).length;
  $("s-parallel").hidden = study || D.trials.length < 2;
  if (!$("s-effects").hidden) {
    $("measure").replaceChildren(...D.measures.map((one, at) => el("option", { value: at, selected: at === state.measure }, titled(one))));
    const measure = D.measures[state.measure], lines = names().slice(1).map((label, at) => { const found = measure.against[at]; return [named(label, 60), signed(found[0], measure), found[1] === null ? t("tooFew") : t("interval", { low: signed(found[1], measure), high: signed(found[2], measure) }), found[3] === null ? "-" : found[3] < 0.001 ? "<0.001" : found[3].toFixed(3)]; });
    $("effects").replaceChildren(effectsPicture(measure), el("div", { class: "wide" }, table([t("variant"), ">" + t("difference"), ">95 %", ">p"], lines)));
  }
  if (!$("s-grid").hidden) $("grid").replaceChildren(el("p", {}, titled(D.measures[state.measure])), heatTable(D.measures[state.measure]), el("p", { class: "quiet" }, t("baselineOwn")));
  if (!$("s-importance").hidden) $("importance").replaceChildren(importancePicture());
  if (!$("s-parallel").hidden) $("parallel").replaceChildren(parallelPicture());
}

function drawTable() {
  if (!study) {
    const line = ([number, value], at) => [String(number), (100 * value).toFixed(2), ...D.axes.map((axis) => (axis.words ? axis.words[axis.values[at]] : numberText(axis.values[at])))];
    return $("table").replaceChildren(table([t("trial"), ">" + t("accuracy"), ...D.axes.map((axis) => ">" + axis.name)], D.trials.slice(0, 100).map(line)));
  }
  const states = ([done, diverged, hopeless, waiting]) => [t("stateText", { done }), diverged ? t("diverged", { n: diverged }) : "", hopeless ? t("hopeless", { n: hopeless }) : "", waiting ? t("waiting", { n: waiting }) : ""].filter(Boolean).join(", ");
  const figure = (measure, at) => { const middle = mean(measure.values[at]), spread = deviation(measure.values[at]), sign = at ? measure.against[at - 1][5] : 0; return middle === null ? "-" : [fixed(middle, measure) + (spread === null || measure.exact ? "" : " ± " + fixed(spread, measure)), sign ? el("b", {}, sign > 0 ? " +" : " −") : ""]; };
  $("table").replaceChildren(table([t("variant"), t("state"), ...D.measures.map((one) => ">" + titled(one))], names().map((label, at) => [named(label, 60), states(D.states[at]), ...D.measures.map((one) => figure(one, at))])));
  $("table-text").textContent = t("tableStudy", { seeds: D.seeds.join(", ") });
}

function drawAbout() {
  $("settings").replaceChildren(D.settings.length ? table(["setting", "value", "default", "meaning"].map((key) => t(key)), D.settings.map(([name, value, usual, meaning]) => [el("code", {}, name), el("b", {}, clipped(value, 60)), usual, meaning[state.lang]])) : el("p", {}, t("allDefaults")));
  const list = (record) => Object.entries(record).map(([name, value]) => `${name} ${value}`).join(", ");
  const rows = [["network", D.network], ["data", D.data], ["partsOf", list(D.parts)], ["machine", list(D.machine)], ["versions", list(D.versions)], ["command", D.command]].filter(([, text]) => text);
  $("about").replaceChildren(...rows.flatMap(([key, text]) => [el("dt", {}, t(key)), el("dd", {}, key === "command" ? el("code", { class: "command" }, text) : text)]));
}

function draw() {
  drawTexts();
  drawClaim();
  drawFound();
  drawPictures();
  if (D.curves.panels.length) chart.draw(state.width);
  $("curves-text").textContent = t(study ? "curvesStudy" : "curvesSearch");
  drawTable();
  drawAbout();
  reachable();
}

const widthOf = () => Math.max(260, Math.floor($("chart").getBoundingClientRect().width));
function resized(width) { if (width !== state.width) { state.width = width; draw(); } }

$("lang").addEventListener("click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; draw(); });
$("print").addEventListener("click", () => guarded(() => window.print()));
$("measure").addEventListener("change", () => { state.measure = Number($("measure").value); drawPictures(); reachable(); $("measure").focus(); });
window.addEventListener("resize", () => resized(widthOf()));
window.addEventListener("beforeprint", () => resized(690));
window.addEventListener("afterprint", () => resized(widthOf()));
window.matchMedia("print").addEventListener("change", (event) => resized(event.matches ? 690 : widthOf()));
state.width = widthOf();
draw();
