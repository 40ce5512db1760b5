// The playground, which this file carries packed, over the page: opened on the layer, at a size at which every number is seen.
const FRESH = 'id="start">{}<', LEAVE = "convlens:leave";
let unpacked = null;

function trialPart(layer, trial) {
  if (!$("packed")) return [];
  const note = trial.shapes ? t("scaled", { shapes: trial.shapes }) : t("ownSize");
  return [el("p", { class: "trial" }, el("button", { type: "button", id: "try", onclick: () => openTrial(layer, trial, note) }, t("openTrial")), " ", el("span", { class: "quiet" }, note))];
}

async function playground() {
  if (unpacked === null) {
    const bytes = Uint8Array.from(atob($("packed").textContent.trim()), (letter) => letter.charCodeAt(0));
    unpacked = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
  }
  return unpacked;
}

async function openTrial(layer, trial, note) {
  const room = $("trial"), settings = JSON.stringify({ ...trial.settings, lang: state.lang }).replace(/</g, "\\u003c");
  let text = "";
  try { text = await playground(); } catch (error) { return $("try").replaceWith(t("tooOld")); }
  text = text.replace(FRESH, () => FRESH.replace("{}", () => settings));
  const frame = el("iframe", { title: t("openTrial"), sandbox: "allow-scripts allow-downloads", srcdoc: text, onload: () => frame.focus() });
  room.replaceChildren(el("div", { class: "bar" }, el("h2", { id: "h-trial" }, t("cardOf"), " ", named(layer.name, 80), " ", el("span", { class: "quiet" }, note)), el("button", { type: "button", class: "close", onclick: () => room.close() }, t("back") + " (Esc)")), frame);
  room.showModal();
}

$("trial").addEventListener("close", () => { $("trial").replaceChildren(); if ($("try")) $("try").focus(); });
window.addEventListener("message", (event) => {
  const frame = $("trial").querySelector("iframe");
  if (frame && event.source === frame.contentWindow && event.data === LEAVE) $("trial").close();
});
