// The rows as they are shown, as a table for another program.
const COPIED = ["number", "name", "kind", "label", "in", "out", "params", "macs", "memory", "seen", "notes"];

function copiedRows() {
  return tableRows().rows.map((row) => ({ ...row, kind: kindWord(row.kind), seen: row.seenText }));
}

const FORMS = {
  // A cell that begins like a formula is a text: a spreadsheet must not compute a name.
  csv: (rows) => {
    const cell = (value) => {
      const text = value === null ? "" : typeof value === "number" ? String(value) : String(value).replace(/^([=+\-@\t\r])/, "'$1");
      return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    return [COPIED.map((key) => t(key)), ...rows.map((row) => COPIED.map((key) => row[key]))].map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  },
  md: (rows) => {
    const cell = (value) => String(value === null ? "?" : value).replace(/[\\`*_[\]<>|#]/g, "\\$&").replace(/[\r\n]/g, " ");
    const line = (cells) => "| " + cells.map(cell).join(" | ") + " |";
    return [line(COPIED.map((key) => t(key))), "|" + COPIED.map((key) => (NUMBERS.has(key) ? "---:|" : "---|")).join(""), ...rows.map((row) => line(COPIED.map((key) => row[key])))].join("\n") + "\n";
  },
  tex: (rows) => {
    const line = (cells) => cells.map((value) => latexText(value === null ? "?" : value)).join(" & ") + " \\\\";
    return ["\\begin{tabular}{" + COPIED.map((key) => (NUMBERS.has(key) ? "r" : "l")).join("") + "}", "\\hline", line(COPIED.map((key) => t(key))), "\\hline", ...rows.map((row) => line(COPIED.map((key) => row[key]))), "\\hline", "\\end{tabular}"].join("\n") + "\n";
  },
  json: (rows) => JSON.stringify(rows.map((row) => Object.fromEntries(COPIED.map((key) => [key, row[key]]))), null, 1) + "\n",
};

const FORM_NAMES = { csv: "CSV", md: "Markdown", tex: "LaTeX", json: "JSON" };

function copyRows(form) {
  const rows = copiedRows();
  copyText(FORMS[form](rows), $("copied"), $("status"), t("copiedNow", { n: rows.length, form: FORM_NAMES[form] }));
}

// Where the browser refuses, the text is shown, selected, in `area`.
async function copyText(text, area, status, done) {
  area.value = text;
  try {
    await navigator.clipboard.writeText(text);
    area.hidden = true;
    status.textContent = done;
  } catch (error) {
    area.hidden = false;
    area.setAttribute("aria-label", t("copy"));
    area.focus();
    area.select();
    status.textContent = t("copyByHand");
  }
}

// Buttons that copy a text of their own, with the place where it is shown if need be.
function copyLine(choices) {
  const area = el("textarea", { class: "copied", hidden: true, readonly: true, rows: "6" }), status = el("span", { class: "quiet", role: "status", "aria-live": "polite" });
  const buttons = choices.map(([name, text]) => el("button", { type: "button", onclick: () => copyText(text(), area, status, t("copiedText", { form: name })) }, name));
  return el("div", { class: "copies" }, t("copy"), " ", ...buttons, " ", status, area);
}
