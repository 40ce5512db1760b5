// A formula with its numbers, as the text has it, as MathML and as LaTeX. What holds words stays a text.
const FORMULA = /^([^:：]+)[:：]\s*((?:floor|ceil|max|[\d,+\-*/=() ])+)$/;
const TOKEN = /\d[\d,]*|floor|ceil|max|[-+*/=(),]/g;
const mathml = (tag, ...children) => {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  made.append(...children);
  return made;
};
const fenced = (node) => mathml("mrow", mathml("mo", "("), node, mathml("mo", ")"));
const BRACKETS = { floor: ["\\left\\lfloor ", " \\right\\rfloor"], ceil: ["\\left\\lceil ", " \\right\\rceil"] };
const SIGNS = { "*": ["⋅", "\\cdot"], "-": ["−", "-"], ",": [",", ","] };

// {math, tex, inner}: inner is what stands in brackets, which a fraction does without.
function parsedFormula(text) {
  const tokens = text.match(TOKEN) || [];
  let at = 0;
  const chain = (part, signs) => {
    let left = part();
    while (signs.includes(tokens[at])) {
      const sign = tokens[at++], right = part(), [shown, tex] = SIGNS[sign] || [sign, sign];
      left = { math: mathml("mrow", left.math, mathml("mo", shown), right.math), tex: `${left.tex} ${tex} ${right.tex}` };
    }
    return left;
  };
  const quotient = () => {
    let left = atom();
    while (tokens[at] === "*" || tokens[at] === "/") {
      const over = tokens[at++] === "/", right = atom();
      if (over) [left.inner, right.inner] = [left.inner || left, right.inner || right];
      left = over ? { math: mathml("mfrac", left.inner.math, right.inner.math), tex: `\\frac{${left.inner.tex}}{${right.inner.tex}}` }
        : { math: mathml("mrow", left.math, mathml("mo", "⋅"), right.math), tex: `${left.tex} \\cdot ${right.tex}` };
    }
    return left;
  };
  const sum = () => chain(quotient, ["+", "-"]), list = () => chain(sum, [","]);
  const atom = () => {
    const token = tokens[at++];
    if (/^\d/.test(token)) return { math: mathml("mn", token), tex: token.replace(/,/g, "{,}") };
    if (token === "-") { const found = atom(); return { math: mathml("mrow", mathml("mo", "−"), found.math), tex: "-" + found.tex }; }
    const name = token !== "(" && token, inner = (name && at++, list());
    if (tokens[at++] !== ")") throw new SyntaxError(text);
    if (!name) return { math: fenced(inner.math.cloneNode(true)), tex: `(${inner.tex})`, inner };
    const [left, right] = BRACKETS[name] || ["\\max\\left(", "\\right)"];
    return { math: mathml("mrow", mathml("mi", name), fenced(inner.math)), tex: left + inner.tex + right };
  };
  const found = chain(sum, ["="]);
  if (at !== tokens.length) throw new SyntaxError(text);
  return found;
}

// Lines that differ in the name of the axis alone stand as one: [name, math or null, tex, text].
function formulaLines(text) {
  const lines = [];
  for (const line of text.split("\n")) {
    const found = FORMULA.exec(line), name = found ? found[1] : "", body = found ? found[2] : line;
    const alike = found && lines.find((one) => one.body === body && one.name.length < 8 && name.length < 2);
    if (alike) { alike.name += " = " + name; continue; }
    let parsed = null;
    try { parsed = found && parsedFormula(body); } catch (error) { parsed = null; }
    lines.push({ name, body, parsed, text: line });
  }
  return lines;
}

function formulaPart(text, card) {
  const lines = formulaLines(text), rows = lines.map(({ name, parsed, text: line }) => {
    if (!parsed) return el("p", { class: "line" }, line);
    const math = mathml("math", mathml("mrow", mathml("mtext", name), mathml("mo", "="), parsed.math));
    for (const [key, value] of [["alttext", line], ["displaystyle", "true"], ["lang", "en"]]) math.setAttribute(key, value);
    return el("div", { class: "line" }, math);
  });
  const plain = el("details", {}, el("summary", {}, t("asText")), el("pre", {}, text));
  const drawn = el("div", { class: "formulas", tabindex: card ? "0" : null, role: "group", "aria-label": t("formulas") }, ...rows);
  return card ? [drawn, plain, copyLine([["LaTeX", () => latexOf(lines)], [t("text"), () => text + "\n"]])] : [drawn];
}

function latexOf(lines) {
  const texts = lines.map(({ name, parsed, text }) => (parsed ? `${name.length < 8 && /^[A-Z =]+$/.test(name) ? name : `\\text{${latexText(name)}}`} &= ${parsed.tex.replace(/ = /g, " \\\\\n  &= ")}` : `&\\text{${latexText(text)}}`));
  return "\\begin{align*}\n" + texts.join(" \\\\\n") + "\n\\end{align*}\n";
}

function latexText(text) {
  return String(text).replace(/[\\{}$&#_%^~]/g, (sign) => ({ "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" }[sign] || "\\" + sign)).replace(/[\r\n]/g, " ");
}
