// True against predicted classes: a table to walk through with the arrow keys; each cell is said in words.
function drawConfusion() {
  const found = run().confusion;
  if (!found) return part("confusion", false);
  const pairs = found.pairs.length ? [el("h3", {}, t("worstPairs")), el("ul", {}, ...found.words[state.lang].map((text) => el("li", {}, clipped(text, 300))))] : [el("p", {}, t("noMistakes"))];
  if (!found.counts) return part("confusion", true, el("p", { class: "quiet" }, t("manyClasses")), el("img", { class: "heat", src: found.picture, alt: t("heatAlt") }), ...pairs, classTable(found));
  const cell = el("p", { id: "cell", class: "quiet", role: "status" }, t("cellHint"));
  part("confusion", true, el("div", { class: "scroll" }, matrix(found, cell)), cell, ...pairs, el("details", {}, el("summary", {}, t("byClass")), classTable(found)));
}

function classTable(found) {
  return el("div", { class: "wide" }, table([t("class"), ">" + t("examples"), ">" + t("recall"), ">" + t("precision"), ">F1"], found.classes.map(([true_, , recall, precision, f1], at) => [named(found.names[at], 40), whole(true_), share(recall), share(precision), share(f1)])));
}

// Head of a column from bottom to top; Chinese is read from top to bottom, its characters upright.
function standing(text, shown) {
  return el("span", /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/.test(text) ? { class: "upright" } : {}, shown);
}

function matrix(found, told) {
  const names = found.names, sums = found.classes.map((row) => row[0]), cells = [];
  const head = el("thead", {}, el("tr", {}, el("td", { class: "corner" }, t("corner")), ...names.map((name) => el("th", { scope: "col" }, standing(name, named(name, 18)))), el("th", { scope: "col" }, standing(t("recall"), t("recall")))));
  const rows = found.counts.map((row, at) => {
    const line = row.map((count, column) => one(count, at, column));
    cells.push(line);
    return el("tr", {}, el("th", { scope: "row" }, named(names[at], 24)), ...line, el("td", { class: "of" }, share(found.classes[at][2])));
  });
  const foot = el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, t("precision")), ...found.classes.map((row) => el("td", { class: "of" }, share(row[3]))), el("td", { class: "of right" }, share(found.accuracy))));

  function one(count, row, column) {
    const of = sums[row] ? count / sums[row] : 0, kind = row === column ? "right" : count ? "wrong" : "zero";
    const strength = (row === column ? 0.12 + 0.4 * of : count ? 0.08 + 0.6 * Math.sqrt(of) : 0).toFixed(2);
    const made = el("td", { class: kind, style: `--share:${strength}`, tabindex: "-1", "aria-label": text(count, row, column, of) }, count ? String(count) : "·");
    made.addEventListener("focus", () => choose(row, column));
    made.addEventListener("click", () => made.focus());
    return made;
  }

  function text(count, row, column, of) {
    const places = { n: whole(count), true: clipped(names[row], 40), predicted: clipped(names[column], 40), share: share(of) };
    return t(row === column ? "cellRight" : "cellWrong", places);
  }

  function choose(row, column) {
    cells[state.cell[0]][state.cell[1]].tabIndex = -1;
    state.cell = [row, column];
    cells[row][column].tabIndex = 0;
    told.textContent = cells[row][column].getAttribute("aria-label");
    markMistakes(row, column);
  }

  const grid = el("table", { class: "matrix", role: "grid", "aria-labelledby": "h-confusion" }, head, el("tbody", {}, ...rows), foot);
  grid.addEventListener("keydown", (event) => {
    const [row, column] = state.cell, last = cells.length - 1;
    const to = { ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1], Home: [row, 0], End: [row, last], PageUp: [0, column], PageDown: [last, column] }[event.key];
    if (!to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    cells[Math.min(Math.max(to[0], 0), last)][Math.min(Math.max(to[1], 0), last)].focus();
  });
  state.cell = state.cell.map((at) => Math.min(at, cells.length - 1));
  cells[state.cell[0]][state.cell[1]].tabIndex = 0;
  return grid;
}
