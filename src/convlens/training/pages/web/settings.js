// The settings that were chosen, each beside its default and the reason for that; the others on request.
function drawSettings() {
  const values = run().values, rows = D.settings.map((one, at) => ({ ...one, value: values[at] }));
  const changed = rows.filter((one) => one.value !== one.default), rest = rows.filter((one) => one.value === one.default);
  const line = (one) => [el("code", {}, one.name), el("b", {}, clipped(one.value, 60)), one.default, one.meaning[state.lang], el("span", { class: "why" }, one.reason[state.lang])];
  const heads = ["setting", "value", "default", "meaning", "reason"].map((key) => t(key));
  $("settings").replaceChildren(el("p", { class: changed.length ? "quiet" : "" }, t(changed.length ? "changedSettings" : "allDefaults", { n: changed.length })), changed.length ? table(heads, changed.map(line), { class: "setting" }) : "",
    el("details", {}, el("summary", {}, t("otherSettings", { n: rest.length })), table([heads[0], heads[1], heads[3], heads[4]], rest.map((one) => line(one).filter((_, at) => at !== 2)), { class: "setting" })));
}
