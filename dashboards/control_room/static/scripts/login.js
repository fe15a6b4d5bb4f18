// The log-in as a page of its own; then the page that was wanted.

import "./settings.js";
import { offerProvider, send } from "./log_in.js";

const form = document.querySelector("main form");
send(form, () => location.replace(wanted()));
const { pathname, search } = new URL(wanted(), location.origin);
offerProvider(form, pathname + search);

// Only an address of this gateway: a link must not lead elsewhere.
function wanted() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const address = new URL(next, location.origin);
  return address.origin === location.origin && next.startsWith("/") && !next.startsWith("//") ? address.href : "/";
}
