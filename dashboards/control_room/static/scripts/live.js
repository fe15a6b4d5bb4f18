// What happens, for this page: on("values" | "alarm" | "gateway" | "reset" | "link", do).
//
// state.link: "unknown" at first, then "live", "lost" (no sign of life for 3 s), "stopped" (the gateway does not run),
// "closed" (nobody is logged in). Whatever is not "live": every value is of state.asOf, and nothing is fine.

import { forgetSession } from "./api.js";

const heard = new Map();
const page = document.documentElement;
export const state = { link: "unknown", asOf: null, running: true };
export const values = new Map(); // channel: its row, with `at`: when this browser heard it
export const past = new Map(); // channel: [[ms, value], ...] for a trend
const port = connect();
const LOST_MS = 3500; // the hub itself may be gone
let hub = "unknown";
let seen = 0;

export function on(kind, act) {
  heard.set(kind, [...(heard.get(kind) ?? []), act]);
}

// After a log-in: everything is asked for anew, also in other tabs.
export function again() {
  forgetSession();
  port.postMessage({ kind: "again" });
}

export const isLive = () => state.link === "live";

// Seconds since a value was read, as this browser counts.
export const ageOf = (row) => (row.age_s === null ? null : row.age_s + (Date.now() - row.at) / 1000);

function connect() {
  const { port1, port2 } = new MessageChannel();
  if (typeof SharedWorker === "function") {
    const worker = new SharedWorker(page.dataset.worker, { type: "module", name: "cryogate" });
    worker.port.onmessage = ({ data }) => hear(data);
    return worker.port;
  }
  import("./live_hub.js").then(({ Hub }) => new Hub().attach(port2));
  port1.onmessage = ({ data }) => hear(data);
  return port1;
}

addEventListener("pagehide", () => port.postMessage({ kind: "bye" }));
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // its port was given up
});
setInterval(() => settle(), 500);

function hear(message) {
  if (message.seen) seen = message.seen;
  if (message.kind === "link") hub = message.state;
  if (message.kind === "gateway") setGateway(message.data);
  if (message.kind === "values") {
    for (const row of message.values) values.set(row.channel, row);
    for (const [channel, rows] of message.past ?? []) past.set(channel, rows);
    if (!message.past) message.values.forEach(remember);
  }
  if (message.kind === "reset") {
    values.clear();
    past.clear();
  }
  settle();
  tell(message.kind, message);
}

function setGateway(data) {
  state.running = data.running;
  state.stoppedAt = data.at ?? null;
}

// Older readings of a channel, from before this page was opened: [[ms, value], ...].
export function rememberBefore(channel, rows) {
  const known = past.get(channel) ?? [];
  past.set(channel, [...rows.filter(([time]) => !known.length || time < known[0][0]), ...known]);
}

function remember(row) {
  if (row.value === null || row.unknown) return;
  const rows = past.get(row.channel) ?? [];
  const time = row.at - 1000 * (row.age_s ?? 0);
  if (!rows.length || time - rows.at(-1)[0] >= 5000) rows.push([time, row.value]);
  if (rows.length > 120) rows.shift();
  past.set(row.channel, rows);
}

function settle() {
  let link = hub;
  if (link === "live" && Date.now() - seen > LOST_MS) link = "lost";
  if (link === "live" && !state.running) link = "stopped";
  state.asOf = link === "live" ? null : link === "stopped" ? state.stoppedAt : seen ? new Date(seen) : null;
  if (link === state.link) return;
  state.link = link;
  page.dataset.link = link;
  tell("link", state);
}

function tell(kind, message) {
  for (const act of heard.get(kind) ?? []) act(message);
}
