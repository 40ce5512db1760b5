// The page as a whole: which run is shown below the curves, the language, the width, paper.
const each = new Chart($("chart"), D.curves), mean = C && C.curves ? new Chart($("chart"), C.curves) : null;

function drawTexts() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.querySelectorAll("[data-t]").forEach((place) => { place.textContent = t(place.dataset.t); });
  $("lang").textContent = t("other");
  $("lang").lang = state.lang === "zh" ? "en" : "zh-CN";
  $("run").replaceChildren(...D.runs.map((one, at) => el("option", { value: at, selected: at === state.run }, `${at + 1} ${clipped(one.label, 60)}`)));
}

function drawCurves() {
  const chart = state.mean ? mean : each;
  if (!chart.record.panels.length) return $("chart").replaceChildren(el("p", {}, t("noSteps")));
  $("each").setAttribute("aria-pressed", String(!state.mean));
  $("mean").setAttribute("aria-pressed", String(state.mean));
  chart.draw(state.width);
  const points = D.curves.axes.length ? Math.max(...Object.values(D.curves.axes[0].places).map((xs) => xs.length)) : 0;
  const told = state.mean ? [t("meanText")] : [D.smoothed > 1 ? t("smoothedText", { n: D.smoothed }) : "", D.runs.length === 1 && D.steps ? t("bandText") : "", D.steps > points ? t("thinnedText", { steps: whole(D.steps), points: whole(points) }) : ""];
  $("thinned").textContent = told.filter(Boolean).join(state.lang === "zh" ? "" : " ");
}

function drawRun() {
  drawHead();
  drawConfusion();
  drawCalibration();
  drawMistakes();
  drawKernels();
  drawGroups();
  drawSettings();
  drawTimes();
  drawAbout();
}

function draw() {
  drawTexts();
  drawCompare();
  drawCurves();
  drawRun();
  reachable();
}

function chooseRun(at, go) {
  state.run = at;
  $("run").value = String(at);
  drawRun();
  reachable();
  if (go) $("chooser").scrollIntoView();
}

function widthOf() {
  return Math.max(260, Math.floor($("chart").getBoundingClientRect().width));
}

function resized(width) {
  if (width === state.width) return;
  state.width = width;
  drawCurves();
  drawCalibration();
  reachable();
}

document.addEventListener("toggle", reachable, true);
$("lang").addEventListener("click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; draw(); });
$("help").addEventListener("click", () => { $("keys").hidden = !$("keys").hidden; $("help").setAttribute("aria-expanded", String(!$("keys").hidden)); });
$("print").addEventListener("click", () => guarded(() => window.print()));
$("run").addEventListener("change", () => chooseRun(Number($("run").value), false));
$("each").addEventListener("click", () => { state.mean = false; drawCurves(); });
$("mean").addEventListener("click", () => { state.mean = true; drawCurves(); });
window.addEventListener("resize", () => resized(widthOf()));
window.addEventListener("beforeprint", () => resized(690));
window.addEventListener("afterprint", () => resized(widthOf()));
window.matchMedia("print").addEventListener("change", (event) => resized(event.matches ? 690 : widthOf()));

// What came of a single run is said first; of several it follows the choice of one.
if (D.runs.length === 1) document.querySelector("main").prepend(document.querySelector(".first"));
$("chooser").hidden = D.runs.length === 1;
$("which-curves").hidden = !mean;
state.width = widthOf();
draw();
