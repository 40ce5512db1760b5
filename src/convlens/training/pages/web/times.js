// Time and memory, epoch by epoch; where it ran; how to make it again.
function drawTimes() {
  const r = run(), f = r.figures;
  if (!r.epochs.length) return $("times").replaceChildren(el("p", {}, t("noEpochs")));
  const rows = r.epochs.map(([epoch, trainLoss, trainAccuracy, loss, accuracy, seconds, cpu, rate, peak]) => [whole(epoch), four(trainLoss), share(trainAccuracy), four(loss), share(accuracy), duration(seconds), duration(cpu), rate === null ? "?" : whole(Math.round(rate)), peak === null ? "?" : bytes(Math.round(peak))]);
  const heads = [t("epoch"), ...["trainLoss", "trainAccuracy", "validationLoss", "validationAccuracy", "wall", "cpuTime", "speed", "peak"].map((key) => ">" + t(key))];
  const made = table(heads, rows), few = r.epochs.length <= 12;
  const text = [t("timesText", { steps: whole(f.steps), time: duration(f.seconds) })];
  if (f.cpu !== null) text.push(t("timesCpu", { cpu: duration(f.cpu) }));
  if (f.testSeconds !== null) text.push(t("timesTest", { time: duration(f.testSeconds) }));
  $("times").replaceChildren(el("p", {}, text.join(state.lang === "zh" ? "" : " ")), few ? made : el("details", {}, el("summary", {}, t("everyEpoch", { n: r.epochs.length })), made));
}

function drawAbout() {
  const r = run(), a = r.about, parts = Object.entries(a.parts).map(([name, count]) => `${clipped(partWord(name), 40)} ${whole(count)}`);
  const table_ = (values) => Object.entries(values).map(([name, value]) => clipped((name ? name + " " : "") + value, 120)).join(", ");
  const rows = [["run", r.name], ["network", r.network], ["data", r.data], ["partsOf", parts.join(", ")], ["classes", a.classes ? whole(a.classes) : ""], ["input", a.input], ["started", a.started], ["versions", table_(a.versions)], ["machine", table_(a.machine)], ["fingerprint", a.fingerprint]];
  $("about").replaceChildren(...rows.filter(([, text]) => text).flatMap(([key, text]) => [el("dt", {}, t(key)), el("dd", {}, named(text, 700))]));
  $("commands").replaceChildren(...(r.command ? [el("h3", {}, t("again")), command(r.command)] : []), ...(r.cut ? [el("h3", {}, t("resume")), command(r.resume)] : []));
  $("foot").textContent = t("made", { date: D.made });
}

function partWord(name) {
  return ["train", "validation", "test"].includes(name) ? t(name + "Part") : name;
}

function command(text) {
  const code = el("pre", {}, clipped(text, 2000)), button = el("button", { type: "button" }, t("copy"));
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = t("copied"); } catch (error) {
      guarded(() => window.getSelection().selectAllChildren(code));
      button.textContent = t("copyByHand");
    }
  });
  return el("div", { class: "command" }, code, button);
}
