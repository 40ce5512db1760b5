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
  json: (rows) => JSON.stringify(rows.map((row) => Object.fromEntries(COPIED.map((key) => [key, row[key]]))), null, 1) + "\n",
};

async function copyRows(form) {
  const rows = copiedRows(), text = FORMS[form](rows), area = $("copied");
  area.value = text;
  try {
    await navigator.clipboard.writeText(text);
    area.hidden = true;
    $("status").textContent = t("copiedNow", { n: rows.length, form: form === "md" ? "Markdown" : form.toUpperCase() });
  } catch (error) {
    area.hidden = false;
    area.setAttribute("aria-label", t("copy"));
    area.focus();
    area.select();
    $("status").textContent = t("copyByHand");
  }
}
