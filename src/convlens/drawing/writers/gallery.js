"use strict";
(() => {
  const button = document.getElementById("lang"), root = document.documentElement;
  button.hidden = false;
  button.onclick = () => { root.lang = root.lang === "zh" ? "en" : "zh"; };
})();
