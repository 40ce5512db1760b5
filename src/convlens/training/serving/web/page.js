const state = { lang: D.lang, answer: null, name: "", failed: "", asking: 0, busy: false };
const text = D.kind === "text";

// The server has no other name for it than the address of this page.
async function ask(body, name) {
  const number = ++state.asking;
  Object.assign(state, { busy: true, failed: "" });
  draw();
  const found = await asked(body);
  if (number !== state.asking) return;
  Object.assign(state, { busy: false, failed: found.error || "", answer: found.error ? null : found, name: name });
  draw();
}

async function asked(body) {
  if (body.size > D.most) return { error: t("tooLarge", { most: D.most / 1048576 }) };
  try {
    const reply = await fetch("predict?lang=" + state.lang, { method: "POST", body: body, headers: { "Content-Type": "application/octet-stream" } });
    return await reply.json();
  } catch (error) {
    return { error: t("gone") };
  }
}

function askFile(file) {
  if (file && !text) ask(file, file.name);
}

function shown(share) {
  return (100 * share).toFixed(1) + " %";
}

function draw() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  $("lang").textContent = state.lang === "zh" ? "English" : "中文";
  $("title").textContent = D.name;
  const names = D.classes.slice(0, 12).join(state.lang === "zh" ? "、" : ", ") + (D.count > 12 ? " …" : "");
  const accuracy = D.accuracy === null ? "" : " " + t("accuracy", { share: shown(D.accuracy) });
  $("facts").textContent = t("facts", { network: D.network, data: D.data, count: D.count, names: names }) + accuracy;
  $("drop-text").textContent = t(D.kind === "sound" ? "dropSound" : "dropPicture");
  $("error").hidden = !state.failed;
  $("error").textContent = state.failed;
  $("ask").setAttribute("aria-busy", String(state.busy));
  const best = state.answer && state.answer.classes[0];
  $("status").textContent = state.busy ? t("busy") : best ? t("answer", { name: best.name, share: shown(best.probability) }) : "";
  $("found").hidden = !state.answer;
  if (state.answer) drawAnswer(state.answer);
}

function drawAnswer(found) {
  $("classes").replaceChildren(...found.classes.map(classRow));
  $("left").textContent = found.left_out ? t("left", { count: found.left_out }) : "";
  $("s-seen").hidden = !found.seen;
  $("seen-text").textContent = t("seenText", { shape: found.shape.join("x"), name: clipped(state.name, 60) });
  $("seen").replaceChildren(...(found.seen ? [el("img", { src: found.seen, alt: t("seen") })] : []));
  $("s-words").hidden = !found.words.length;
  $("words").replaceChildren(...found.words.map(wordOf), found.unread ? t("unread", { count: found.unread }) : "");
  $("s-layers").hidden = !found.layers.length;
  $("layers").replaceChildren(...found.layers.flatMap(layerOf));
}

function classRow(one) {
  const bar = el("div", { class: "share" });
  bar.style.width = 100 * one.probability + "%";
  return el("tr", {}, el("th", { scope: "row" }, named(one.name)), el("td", { class: "number" }, shown(one.probability)), el("td", { "aria-hidden": "true" }, bar));
}

// The stronger the line below a word, the more of the answer goes without it.
function wordOf(one) {
  const made = el("span", { class: one.known ? "word" : "word unknown" }, el("bdi", {}, clipped(one.text, 40)), el("small", {}, one.known ? (100 * one.weight).toFixed(1) : t("unknown")));
  made.style.borderBottomColor = one.weight > 0 ? "color-mix(in srgb, var(--accent) " + Math.min(100, 100 * one.weight + 5) + "%, transparent)" : "transparent";
  return made;
}

function layerOf(layer) {
  const [channels, ...size] = layer.shape;
  const head = t("layer", { name: clipped(layer.layer, 60), count: channels, size: size.join("x"), most: layer.most });
  const tiles = layer.tiles.map((uri, at) => el("img", { src: uri, alt: t("channel", { number: at }), title: t("channel", { number: at }) }));
  const more = channels - layer.tiles.length;
  return [el("h3", {}, head), el("div", { class: size.length === 1 ? "tiles wide" : "tiles" }, ...tiles), more > 0 ? el("p", { class: "quiet" }, t("moreChannels", { count: more })) : ""];
}

$("lang").addEventListener("click", () => { state.lang = state.lang === "zh" ? "en" : "zh"; draw(); });
$("drop").hidden = text;
$("typed").hidden = !text;
$("file").accept = D.kind === "sound" ? ".wav,audio/wav" : "image/*";
$("file").addEventListener("change", () => askFile($("file").files[0]));
$("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(new Blob([$("text").value]), "");
});
$("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("typed").requestSubmit();
});
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    $("drop").classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop") askFile(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => askFile(event.clipboardData.files[0]));
draw();
