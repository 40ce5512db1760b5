"use strict";
(() => {
  const TEXTS = {
    en: {play: "Play", pause: "Pause", back: "One step back", on: "One step on", step: "Step", speed: "Steps a second",
         picture: "The layer", other: "中文", keys: "Space plays and pauses, [ and ] step, Home and End go to the ends, + and - change the speed, L changes the language."},
    zh: {play: "播放", pause: "暂停", back: "后退一步", on: "前进一步", step: "步骤", speed: "每秒步数",
         picture: "这一层", other: "English", keys: "空格键播放和暂停，[ 和 ] 单步，Home 和 End 到两端，+ 和 - 改变速度，L 切换语言。"},
  };
  const SECOND = 1000, REST = 2;
  const {steps, lang: first} = JSON.parse(document.getElementById("words").textContent);
  const of = (id) => document.getElementById(id);
  const [play, back, on, slider, speed, other, sum] = ["play", "back", "on", "at", "speed", "lang", "sum"].map(of);
  const last = steps.length - 1;
  let lang = first, at = 0, rest = 0, timer = 0;

  document.documentElement.classList.add("js");
  document.querySelector(".controls").hidden = document.querySelector(".keys").hidden = false;

  function show() {
    // Asked anew each time: on paper there are none, and back on the screen there are others.
    for (const one of document.getAnimations()) { one.pause(); one.currentTime = at * SECOND + 1; }
    slider.value = at;
    slider.setAttribute("aria-valuetext", steps[at]);
    if (!timer) sum.textContent = steps[at];
  }
  function go(to) { at = Math.min(Math.max(to, 0), last); rest = 0; show(); }
  function tick() {
    if (at < last) go(at + 1);
    else if (++rest >= REST) go(0);
  }
  function run(playing) {
    clearInterval(timer);
    timer = playing ? setInterval(tick, SECOND / speed.value) : 0;
    name();
    show();
  }
  function name() {
    const texts = TEXTS[lang];
    document.documentElement.lang = lang;
    play.textContent = timer ? texts.pause : texts.play;
    other.textContent = texts.other;
    other.lang = lang === "zh" ? "en" : "zh";
    for (const one of document.querySelectorAll("[data-text]")) one.textContent = texts[one.dataset.text];
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", texts[one.dataset.label]);
  }
  function turn() { lang = lang === "zh" ? "en" : "zh"; name(); }
  function faster(by) {
    speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), speed.options.length - 1);
    if (timer) run(true);
  }
  function step(by) { run(false); go(at + by); }

  const KEYS = {
    " ": () => run(!timer), "[": () => step(-1), "]": () => step(1), Home: () => { run(false); go(0); },
    End: () => { run(false); go(last); }, "+": () => faster(1), "=": () => faster(1), "-": () => faster(-1), l: turn, L: turn,
  };
  document.addEventListener("keydown", (event) => {
    const own = event.target.closest("button,select");
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS) || (own && event.key === " ")) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  play.onclick = () => run(!timer);
  back.onclick = () => step(-1);
  on.onclick = () => step(1);
  slider.oninput = () => { run(false); go(+slider.value); };
  speed.onchange = () => { if (timer) run(true); };
  other.onclick = turn;
  run(!matchMedia("(prefers-reduced-motion: reduce)").matches);
})();
