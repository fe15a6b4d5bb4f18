// The contents of the set-up: each page with how it stands there.

import { all, get } from "./api.js";
import { badge, byId, setText } from "./elements.js";
import { levelOf, levelWord, worstLevel } from "./findings.js";
import { ifAllowed } from "./forms.js";
import { ready } from "./page.js";
import { t, tn } from "./words.js";

await ready;
for (const show of [health, sources, people, rosters, accounts]) show().catch(() => {}); // the page itself says why

async function health() {
  const found = await ifAllowed(get("/doctor"));
  if (found === null) return;
  const level = worstLevel(found.findings);
  byId("of-health").append(badge(levelOf(level), level ? levelWord(level) : t("all is well")), ` ${tn("one finding", "{n} findings", found.findings.length)}`);
}

async function sources() {
  const found = await ifAllowed(get("/status"));
  if (found === null) return;
  byId("begin").hidden = found.sources.length > 0;
  const up = found.sources.filter((one) => one.state === "up").length;
  setText(byId("of-sources"), t("{up} of {n} sources are up", { up, n: found.sources.length }));
}

async function people() {
  const found = await ifAllowed(all("/people"));
  if (found === null) return;
  const unreached = found.items.filter((one) => !one.ways.length).length;
  setText(byId("of-people"), `${tn("one person", "{n} people", found.items.length)}${unreached ? `; ${t("{n} cannot be reached", { n: unreached })}` : ""}`);
}

async function rosters() {
  const found = await ifAllowed(get("/duty"));
  if (found === null) return;
  const holes = found.sites.reduce((sum, one) => sum + one.holes.length, 0);
  setText(byId("of-rosters"), found.sites.length ? tn("one hole in the coming week", "{n} holes in the coming week", holes) : t("no roster yet"));
}

async function accounts() {
  const found = await get("/sessions");
  setText(byId("of-accounts"), tn("you are logged in once", "you are logged in {n} times", found.sessions.length));
}
