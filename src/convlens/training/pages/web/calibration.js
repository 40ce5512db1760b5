// How often the network is right when it says how sure it is: a bar for each bin of confidence, the distance to the diagonal hatched.
const RELIABLE = { left: 46, right: 10, top: 10, size: 260, gap: 24, counts: 56, bottom: 36 };

function drawCalibration() {
  const found = run().calibration;
  if (!found) return part("calibration", false);
  const side = Math.max(180, Math.min(RELIABLE.size, state.width - 80));
  const rows = found.bins.filter((bin) => bin[2]).map(([low, high, count, confidence, accuracy]) => [share(low, 0) + "–" + share(high, 0), whole(count), share(confidence), share(accuracy)]);
  part("calibration", true, el("p", {}, t("calibrationText", { ece: share(found.expected), mce: share(found.largest), sure: share(found.confidence), right: share(found.accuracy) })), reliability(found, side),
    el("p", { class: "quiet" }, t("calibrationSigns")), el("details", {}, el("summary", {}, t("asTable")), el("div", { class: "wide" }, table([t("confidence"), ">" + t("examples"), ">" + t("meanConfidence"), ">" + t("accuracyPercent")], rows))));
}

function reliability(found, side) {
  const { left, top, gap, counts } = RELIABLE, wide = side * 1.3, height = top + side + gap + counts + RELIABLE.bottom, width = left + wide + RELIABLE.right;
  const x = (value) => left + value * wide, y = (value) => top + side * (1 - value), most = Math.max(...found.bins.map((bin) => bin[2]), 1), base = top + side + gap + counts;
  const picture = svg("svg", { class: "reliability", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("calibrationAlt", { ece: share(found.expected) }) });
  const hatching = svg("pattern", { id: "hatching", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { d: "M0 0V6", stroke: "var(--c1)", "stroke-width": 2.4 }));
  picture.append(svg("defs", {}, hatching));
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    picture.append(svg("path", { class: "grid", d: `M${left} ${y(value)}h${wide}` }), svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(100 * value)), svg("text", { x: x(value), y: base + 15, "text-anchor": "middle" }, String(100 * value)));
  }
  for (const [low, high, count, confidence, accuracy] of found.bins.filter((bin) => bin[2])) {
    const from = x(low) + 1, thick = x(high) - x(low) - 2, [under, over] = [Math.min(confidence, accuracy), Math.max(confidence, accuracy)];
    picture.append(svg("rect", { class: "hit", x: from, y: y(accuracy), width: thick, height: Math.max(0, y(0) - y(accuracy)) }), svg("rect", { class: "gap", x: from, y: y(over), width: thick, height: Math.max(0.5, y(under) - y(over)) }),
      svg("rect", { class: "count", x: from, y: base - Math.max(1, counts * count / most), width: thick, height: Math.max(1, counts * count / most) }));
  }
  picture.append(svg("path", { class: "even", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }), svg("path", { class: "axis", d: `M${left} ${y(0)}h${wide}M${left} ${base}h${wide}` }),
    svg("text", { x: x(0.5), y: base + 31, "text-anchor": "middle" }, t("confidence")), svg("text", { x: left - 6, y: base - counts + 8, "text-anchor": "end" }, short(most)));
  return picture;
}
