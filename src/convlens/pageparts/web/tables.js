// Tables, from texts and elements.
// Heads and rows as a table; a column whose head begins with ">" holds numbers.
function table(heads, rows, attributes) {
  const numbers = heads.map((head) => head[0] === ">"), names = heads.map((head) => head.replace(/^>/, ""));
  const cell = (content, at, tag, scope) => el(tag, { scope, class: numbers[at] ? "num" : null }, ...(Array.isArray(content) ? content : [content]));
  return el("table", attributes || {}, el("thead", {}, el("tr", {}, ...names.map((name, at) => cell(name, at, "th", "col")))), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((content, at) => cell(content, at, at ? "td" : "th", at ? null : "row"))))));
}

// What scrolls sideways can be reached and scrolled with the keyboard.
function reachable() {
  for (const place of document.querySelectorAll(".wide, .scroll")) {
    const scrolls = place.scrollWidth > place.clientWidth;
    for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": t("scrolls") })) {
      if (scrolls) place.setAttribute(name, value); else place.removeAttribute(name);
    }
  }
}
