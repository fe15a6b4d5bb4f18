// The log-in as a page of its own; then the page that was wanted.

import "./settings.js";
import { get } from "./api.js";
import { send } from "./log_in.js";
import { language } from "./words.js";

const form = document.querySelector("main form");
send(form, () => location.replace(wanted()));
offer();

// The provider of the organization, where there is one: it leads back to the page that was wanted.
async function offer() {
  const { openid } = await get("/openid", { open: true }).catch(() => ({ openid: null })); // nobody answers: the form says so
  if (openid === null) return;
  const { pathname, search } = new URL(wanted(), location.origin);
  const way = form.querySelector(".provider");
  way.href = `${openid.begin}?path=${encodeURIComponent(pathname + search)}`;
  way.textContent = language.startsWith("zh") ? openid.label.zh : openid.label.en;
  way.hidden = false;
}

// Only an address of this gateway: a link must not lead elsewhere.
function wanted() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const address = new URL(next, location.origin);
  return address.origin === location.origin && next.startsWith("/") && !next.startsWith("//") ? address.href : "/";
}
