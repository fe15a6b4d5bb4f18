// Language and appearance: kept in a cookie of this browser, so that the next page is right from its first byte.

import { byId } from "./elements.js";

const YEAR_S = 31_536_000;

function keep(name, value) {
  document.cookie = `${name}=${value};path=/;max-age=${YEAR_S};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
}

export function keepLanguage(language) {
  keep("cryogate-language", language);
  navigator.serviceWorker?.controller?.postMessage("language");
  location.reload();
}

byId("language").addEventListener("change", (event) => keepLanguage(event.target.value));

byId("theme").addEventListener("change", (event) => {
  keep("cryogate-theme", event.target.value);
  document.documentElement.dataset.theme = event.target.value;
});

const menu = document.querySelector(".menu");
document.addEventListener("click", (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});
menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
