// In the playground, where it is a guest of the report: Esc leaves, unless something in there waits for it: a field, a help text,
// a cell that is held.
addEventListener("keydown", (event) => {
  const waits = document.querySelector("dialog[open], td.pin") || event.target.matches("select, textarea, input:not([type=range], [type=checkbox])");
  if (event.key === "Escape" && !waits) parent.postMessage("convlens:leave", "*");
}, true);
