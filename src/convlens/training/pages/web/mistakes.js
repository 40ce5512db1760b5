// The mistakes of which the network was surest, as pictures or sentences; and the kernels of the first layer.
let faults = [];

function drawMistakes() {
  const found = run().mistakes;
  if (!found.length) return part("mistakes", false);
  faults = found.map((one) => ({ pair: one.pair, figure: faultPart(one) }));
  part("mistakes", true, el("div", { class: "faults" + (found[0].text ? " texts" : "") }, ...faults.map((one) => one.figure)));
}

function faultPart(one) {
  const words = { true: clipped(one.true, 60), predicted: clipped(one.predicted, 60), share: share(one.probability) };
  const shown = one.text ? el("blockquote", {}, clipped(one.text, 600)) : one.picture ? el("img", { src: one.picture, width: one.size[0], height: one.size[1], alt: t("mistakeAlt", { ...words, name: clipped(one.name, 80) }) }) : el("p", { class: "quiet" }, t("noPicture"));
  return el("figure", {}, shown, el("figcaption", {}, el("div", {}, t("trueIs") + " ", el("b", {}, named(one.true, 60))), el("div", {}, t("saidIs") + " ", named(one.predicted, 60), " " + share(one.probability) + " %"), one.name ? el("div", { class: "quiet" }, named(one.name, 60)) : ""));
}

function markMistakes(row, column) {
  for (const { pair, figure } of faults) figure.classList.toggle("same", pair[0] === row && pair[1] === column);
}

function drawKernels() {
  const found = run().kernels;
  if (!found) return part("kernels", false);
  const [width, height] = found.size, times = Math.max(1, Math.min(12, Math.floor(460 / Math.max(width, height))));
  const scale = found.colours ? el("p", { class: "quiet" }, t("kernelColours")) : el("p", {}, "-" + four(found.largest) + " ", el("span", { class: "scale", role: "img", "aria-label": t("kernelScale") }), " +" + four(found.largest));
  part("kernels", true, el("p", {}, t("kernelText", { name: clipped(found.name, 60), shape: found.shape, n: found.shown, of: found.of })),
    el("img", { class: "sheet", src: found.picture, width: width * times, height: height * times, alt: t("kernelAlt", { n: found.shown, name: clipped(found.name, 60) }) }), scale);
}

function drawGroups() {
  const found = run().groups;
  if (!found.length) return part("groups", false);
  part("groups", true, el("p", { class: "quiet" }, t("groupsText")), table([t("group"), ">" + t("accuracyPercent")], found.map(([name, value]) => [named(name, 60), el("span", {}, share(value))])));
  [...$("by-group").querySelectorAll("tbody tr")].forEach((row, at) => { row.lastChild.className = "num gauge"; row.lastChild.style.setProperty("--share", share(Math.max(0, Math.min(1, found[at][1]))) + "%"); });
}
