// Shown by the service worker in the place of a page that could not be fetched: tries again by itself.

import { byId } from "./elements.js";
import "./settings.js";

const EVERY_MS = 3000;
const isItself = location.pathname === "/offline";

byId("try").addEventListener("click", () => (isItself ? location.assign("/") : location.reload()));
if (!isItself) setInterval(look, EVERY_MS);

async function look() {
  try {
    const answer = await fetch("/api/v1/alive", { cache: "no-store", signal: AbortSignal.timeout(EVERY_MS) });
    if (answer.ok) location.reload();
  } catch {
    // still none
  }
}
