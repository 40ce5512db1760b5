// What every part of the page uses: its state, small tables, numbers as this page writes them; then the head of a run.
const state = { lang: D.lang, run: 0, mean: false, width: 0, cell: [0, 0] };
const run = () => D.runs[state.run];

const share = (value, digits) => (value === null || value === undefined ? "?" : (100 * value).toFixed(digits === undefined ? 1 : digits));
const four = (value) => (value === null || value === undefined ? "?" : numberText(value));
const whole = (value) => (value === null || value === undefined ? "?" : grouped(value));

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "?";
  if (seconds < 59.95) return t("secondsText", { s: seconds.toFixed(seconds >= 1 ? 1 : 2) });
  const all = Math.round(seconds), minutes = Math.floor(all / 60);
  return minutes < 60 ? t("minutesText", { m: minutes, s: all % 60 }) : t("hoursText", { h: Math.floor(minutes / 60), m: minutes % 60 });
}

function part(id, shown, ...children) {
  const section = $("s-" + id);
  if (section) section.hidden = !shown;
  $(id === "groups" ? "by-group" : id).replaceChildren(...children.filter((child) => child !== ""));
}

function drawHead() {
  const r = run(), f = r.figures;
  $("title").textContent = D.runs.length === 1 ? clipped(r.title, 120) : t("several", { n: D.runs.length });
  $("facts").replaceChildren(...(D.runs.length === 1 ? [named(r.network || "?", 60), " · ", named(r.data || "?", 60), r.about.input ? " · " + r.about.input : ""] : []));
  $("verdict").replaceChildren(...r.verdict[state.lang].map((text) => el("p", {}, text)));
  const rows = [["accuracy", f.accuracy !== null && share(f.accuracy) + " %", f.macro !== null && t("macro", { n: share(f.macro) })], ["loss", f.loss !== null && four(f.loss)],
    ["params", f.params !== null && short(f.params), f.params !== null && whole(f.params)], ["macs", f.macs !== null && short(f.macs), f.macs !== null && whole(f.macs)],
    ["time", f.seconds !== null && duration(f.seconds), f.cpu !== null && t("cpu", { n: duration(f.cpu) })], ["speed", f.rate !== null && whole(Math.round(f.rate))], ["peak", f.peak !== null && bytes(f.peak)], ["ece", f.ece !== null && share(f.ece)]];
  $("totals").replaceChildren(...rows.filter(([, value]) => value).map(([key, value, small]) => el("div", {}, el("dt", {}, t(key)), el("dd", {}, value, small ? el("small", {}, small) : ""))));
  const cut = r.cut ? [el("p", { class: "cut" }, t("cut", { done: f.done, wanted: f.wanted }) + " ", el("code", {}, clipped(r.resume, 400)))] : [];
  $("remarks").replaceChildren(...cut, ...[...r.remarks[state.lang], ...r.said[state.lang]].map((text) => el("p", { class: "remark" }, clipped(text, 600))), ...publishedPart(r));
}

// What others reached on the same test set, with the run in its place.
function publishedPart(r) {
  if (!r.published.length || r.figures.accuracy === null) return [];
  const own = [r.network, 100 * r.figures.accuracy, r.figures.params === null ? "" : short(r.figures.params), ""], rows = [...r.published, own].sort((a, b) => b[1] - a[1]);
  const line = (row) => [row === own ? el("b", {}, named(row[0] || "?", 40), " ← " + t("thisRun")) : row[0], row[1].toFixed(1), row[2] || "-", row[3] || t("measured")];
  return [el("details", {}, el("summary", {}, t("published")), el("div", { class: "wide" }, table([t("network"), ">" + t("accuracyPercent"), ">" + t("params"), t("source")], rows.map(line), { class: "narrow" })))];
}
