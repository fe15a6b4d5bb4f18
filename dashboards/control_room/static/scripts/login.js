// The log-in as a page of its own; then the page that was wanted.

import "./settings.js";
import { get } from "./api.js";
import { byId } from "./elements.js";
import { send } from "./log_in.js";
import { language } from "./words.js";

send(document.querySelector("main form"), () => location.replace(wanted()));

offerProvider().catch(() => {}); // then account and password are there still

// The way by the provider of the organization, where there is one.
async function offerProvider() {
  const { openid } = await get("/openid", { open: true });
  if (openid === null) return;
  const link = byId("provider").firstElementChild;
  link.textContent = openid.label[language === "en" ? "en" : "zh"];
  const { pathname, search } = new URL(wanted(), location.origin);
  link.href = `${openid.begin}?path=${encodeURIComponent(pathname + search)}`;
  byId("provider").hidden = false;
}

// Only an address of this gateway: a link must not lead elsewhere.
function wanted() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const address = new URL(next, location.origin);
  return address.origin === location.origin && next.startsWith("/") && !next.startsWith("//") ? address.href : "/";
}
