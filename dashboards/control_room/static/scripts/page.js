// What every page does once somebody is logged in: header, clock, state of the link. Import `ready` first:
//   import { ready } from "./page.js";  const { account, sites } = await ready;

import { all, get, logInWith, remove, session } from "./api.js";
import { logIn, tellProblem } from "./dialogs.js";
import { byId, setShape, setText } from "./elements.js";
import { on, state } from "./live.js";
import "./notice.js";
import "./scan.js";
import "./settings.js";
import { asDate, clockTime, isToday, dayTime, utc } from "./time.js";
import { t } from "./words.js";

const SEVERITIES = ["critical", "major", "minor", "warning"];
const LINKS = {
  live: ["fine", () => t("Live")],
  lost: ["unknown", () => t("Connection lost")],
  stopped: ["unknown", () => t("The gateway does not run")],
  closed: ["unknown", () => t("Logged out")],
  unknown: ["wait", () => t("Connecting")],
};
export let zone = ""; // the time zone of the site
logInWith(logIn);
export const ready = begin();

navigator.serviceWorker?.register("/service-worker.js").catch(() => {}); // refused where the certificate is not trusted

async function begin() {
  on("link", showLink);
  on("alarm", () => countSoon());
  on("reset", () => countSoon());
  showClock();
  setInterval(showClock, 1000);
  showLink();
  const [who, sites] = await Promise.all([session(), all("/sites")]);
  zone = sites.items.length === 1 ? sites.items[0].time_zone : "";
  setText(byId("site"), sites.items.length === 1 ? sites.items[0].name || sites.items[0].site : "");
  showWho(who);
  countSoon(0);
  return { ...who, sites: sites.items };
}

function showWho(who) {
  setText(byId("who"), who.account);
  setText(byId("who-more"), who.roles.join(", "));
  const button = byId("log-out");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await remove("/session");
      sessionStorage.clear(); // what was typed and not sent yet
      location.assign("/login");
    } catch (problem) {
      tellProblem(problem);
    }
  });
}

function showClock() {
  const now = new Date();
  const clock = byId("clock");
  clock.dateTime = now.toISOString();
  clock.title = dayTime(now, zone);
  const small = clock.querySelector("small") ?? clock.appendChild(document.createElement("small"));
  if (clock.firstChild === small) clock.insertBefore(document.createTextNode(""), small);
  clock.firstChild.data = `${clockTime(now, zone)} `;
  setText(small, `${utc(now).slice(11, 16)} UTC`);
}

function showLink() {
  const [shape, words] = LINKS[state.link];
  const link = byId("link");
  setShape(link.firstElementChild, shape);
  setText(link.lastElementChild, words());
  const lost = byId("lost");
  lost.hidden = state.link === "live" || state.link === "unknown";
  if (!lost.hidden) setText(lost, lostWords(words()));
  if (state.link === "closed") logIn();
}

function lostWords(what) {
  const at = asDate(state.asOf);
  if (at === null) return t("{what}. Nothing is known now.", { what });
  const time = isToday(at, zone) ? clockTime(at, zone) : dayTime(at, zone);
  return t("{what}. Data as of {time}; what is so now is unknown. This page goes on by itself.", { what, time });
}

let counting = 0;
function countSoon(after = 500) {
  clearTimeout(counting);
  counting = setTimeout(count, after);
}

// How many alarms need somebody, in the colour of the worst.
async function count() {
  try {
    const { items, next } = await get("/alarms?limit=100");
    const shown = byId("alarm-count");
    shown.hidden = items.length === 0;
    setText(shown, next === null ? String(items.length) : `${items.length}+`);
    shown.dataset.severity = SEVERITIES.find((one) => items.some((alarm) => alarm.severity === one)) ?? "";
    shown.title = t("alarms that need somebody");
  } catch (problem) {
    if (problem.status !== 403) countSoon(5000);
  }
}
