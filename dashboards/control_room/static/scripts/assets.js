// All assets as a table by name: for whoever looks for one, reads by ear, or prints.

import { tellProblem } from "./dialogs.js";
import { badge, byId, element, setText } from "./elements.js";
import * as fleet from "./fleet.js";
import { ageOf, isLive, on } from "./live.js";
import { ready } from "./page.js";
import { kindWord, unitWord, word } from "./states.js";
import { insideWords } from "./tile.js";
import { duration } from "./time.js";
import { collator, measured, t } from "./words.js";

const SLOWLY_MS = 30_000;
const form = byId("filters");
const rows = new Map(); // by asset: its row and what changes in it

form.addEventListener("submit", (event) => event.preventDefault());
form.elements.q.value = new URLSearchParams(location.search).get("q") ?? "";
form.elements.q.addEventListener("input", find);
on("values", ({ values }) => values.forEach((row) => show(fleet.take(row))));
on("link", () => fleet.assets.forEach(show));
on("reset", () => begin().catch(tellProblem));
begin().catch(tellProblem);
setInterval(() => slowly(), SLOWLY_MS);
setInterval(() => fleet.assets.forEach(show), 1000);

async function begin() {
  await fleet.load(await ready);
  const names = [...fleet.assets.values()].sort((a, b) => collator.compare(a.name || a.asset, b.name || b.asset));
  byId("rows").replaceChildren(...names.map(rowOf));
  fleet.assets.forEach(show);
  find();
  await slowly();
}

async function slowly() {
  await Promise.allSettled([fleet.loadContents(), fleet.loadTimesLeft()]);
  fleet.assets.forEach(show);
}

function rowOf(asset) {
  const parts = { state: element("td"), value: element("td", { class: "number" }), inside: element("td"), left: element("td"), age: element("td") };
  const name = element("a", { href: `/assets/${encodeURIComponent(asset.asset)}` }, asset.name || asset.asset);
  const site = fleet.sites.get(asset.site)?.name || asset.site;
  const row = element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, site), element("td", {}, kindWord(asset.kind)), parts.state, parts.value, parts.inside, parts.left, parts.age);
  rows.set(asset.asset, { row, parts });
  return row;
}

function show(asset) {
  const made = asset && rows.get(asset.asset);
  if (!made) return;
  const { row, parts } = made;
  const { main, state } = fleet.condition(asset);
  if (row.dataset.state !== state) {
    row.dataset.state = state;
    parts.state.replaceChildren(badge(state, word(state)));
  }
  const left = isLive() ? fleet.soonest(asset) : null;
  const age = main === null ? null : ageOf(main);
  setText(parts.value, main === null || main.value === null ? "–" : `${measured(main.value)} ${unitWord(main.unit)}`);
  setText(parts.inside, insideWords(asset.inside));
  setText(parts.left, left === null ? "–" : t("at least {time}", { time: duration(left.lowest_s) }));
  setText(parts.age, age === null ? t("no data yet") : t("{age} ago", { age: duration(age) }));
}

function find() {
  const wanted = form.elements.q.value.trim().toLocaleLowerCase();
  for (const asset of fleet.assets.values()) {
    const text = [asset.asset, asset.name, kindWord(asset.kind), fleet.sites.get(asset.site)?.name, ...(asset.inside?.products ?? [])].join(" ").toLocaleLowerCase();
    rows.get(asset.asset).row.hidden = !text.includes(wanted);
  }
  history.replaceState(null, "", wanted ? `?q=${encodeURIComponent(wanted)}` : location.pathname);
}
