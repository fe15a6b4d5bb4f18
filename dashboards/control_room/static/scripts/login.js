// The log-in as a page of its own; then the page that was wanted.

import "./settings.js";
import { send } from "./log_in.js";

send(document.querySelector("main form"), () => location.replace(wanted()));

// Only an address of this gateway: a link must not lead elsewhere.
function wanted() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  const address = new URL(next, location.origin);
  return address.origin === location.origin && next.startsWith("/") && !next.startsWith("//") ? address.href : "/";
}
