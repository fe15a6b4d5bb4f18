// The hand-over of a shift: what is open, what happened, notes; stated by who gives, signed by both.

import { all, get, newKey, post } from "./api.js";
import { tellProblem, toast } from "./dialogs.js";
import { byId, element, setText } from "./elements.js";
import { ifAllowed, inOneLine, inWords, whenSent } from "./forms.js";
import { lastHandOver } from "./hand_over_last.js";
import { countsOf, openAlarm, storyOf } from "./hand_over_words.js";
import { on } from "./live.js";
import { ready, zone } from "./page.js";
import { bothNames, nameOf } from "./people_names.js";
import { dayTime, duration, utc } from "./time.js";
import { t, tn } from "./words.js";

const SHOWN = 40; // of what happened, the newest
const SOON_MS = 2000;
const DRAFT = "cryogate-hand-over";
const who = await ready;
const form = byId("give");
let people = [];
let story = [];
let key = newKey();
let reading = 0;

begin().catch(tellProblem);

async function begin() {
  chooseSites();
  people = (await ifAllowed(all("/people")))?.items ?? [];
  offerPeople();
  keepDraft();
  await read();
  await offerNext();
  byId("where").addEventListener("change", () => again());
  byId("since").addEventListener("change", () => again());
  byId("print").addEventListener("click", () => print());
  byId("more").addEventListener("click", () => showStory(story.length));
  on("alarm", soon);
  on("reset", soon);
}

function chooseSites() {
  const every = who.sites.length !== 1 && who.assets === null ? [element("option", { value: "" }, t("all sites"))] : [];
  byId("where").append(...every, ...who.sites.map((one) => element("option", { value: one.site }, one.name || one.site)));
}

function again() {
  return Promise.all([read(), offerNext()]).catch(tellProblem);
}

function soon() {
  clearTimeout(reading);
  reading = setTimeout(() => read().catch(() => {}), SOON_MS);
}

async function read() {
  const site = byId("where").value;
  const hours = Number(byId("since").value);
  const since = hours ? new Date(Date.now() - hours * 3_600_000).toISOString() : "";
  const found = await get(`/handover?${new URLSearchParams({ ...(site && { site }), ...(since && { since }) })}`);
  const [alarms, said] = await Promise.all([get("/alarms?limit=1000"), statements(found.since)]);
  const priorities = new Map(alarms.items.map((one) => [one.id, one]));
  setText(byId("span"), spanOf(found));
  setText(byId("open-count"), found.open.length ? tn("one alarm", "{n} alarms", found.open.length) : "");
  byId("open").replaceChildren(...(found.open.length ? found.open.map((one) => openAlarm({ ...one, ...priorities.get(one.id) }, people, zone)) : [nothing(t("Nothing is open. Hand over with a note, so that the next one knows you looked."))]));
  byId("counts").replaceChildren(...countsOf(found.counts));
  story = storyOf(found.changes, said, zone);
  showStory(SHOWN);
  await lastHandOver(byId("last"), found.last, { people, who, zone, signed: read });
}

// Who sees only some sites sees what is there; nobody needs it for a hand-over.
async function statements(since) {
  const found = await ifAllowed(get(`/statements?${new URLSearchParams({ since, limit: 200 })}`));
  return (found?.items ?? []).filter((one) => one.actor === "person" && one.kind !== "account");
}

function spanOf({ since, known_at: knownAt }) {
  const from = t("From {time} ({utc}), {long} back", { time: dayTime(since, zone), utc: utc(since), long: duration((Date.now() - new Date(since)) / 1000) });
  return knownAt ? `${from}. ${t("No gateway runs: known up to {time}.", { time: dayTime(knownAt, zone) })}` : from;
}

function showStory(most) {
  const newest = [...story].reverse();
  byId("changes").replaceChildren(...(newest.length ? newest.slice(0, most).map((one) => one.made) : [nothing(t("Nothing happened since then."))]));
  const more = byId("more");
  more.hidden = newest.length <= most;
  setText(more, t("Show all {n}", { n: newest.length }));
}

function nothing(words) {
  return element("li", { class: "quiet" }, words);
}

function offerPeople() {
  const others = people.filter((one) => one.id !== who.account && !one.has_left);
  form.elements.to.replaceChildren(element("option", { value: "" }, others.length ? t("choose a person") : t("nobody else is entered yet")),
    ...others.map((one) => element("option", { value: one.id }, `${bothNames(one)} (${one.id})`)));
  const may = who.roles.some((one) => one === "operator" || one === "quality");
  form.hidden = !may;
  byId("may-not").hidden = may;
}

// Who is on duty now, or next, is whom one hands over to.
async function offerNext() {
  const found = await ifAllowed(get("/duty"));
  const site = byId("where").value || (who.sites.length === 1 ? who.sites[0].site : "");
  const row = found?.sites.find((one) => one.site === site) ?? (found?.sites.length === 1 ? found.sites[0] : undefined);
  const next = row ? [...row.on_duty, ...row.deputies].filter((id) => id !== who.account) : [];
  const hint = byId("next");
  hint.hidden = next.length === 0;
  if (!next.length) return;
  const named = next.map((id) => nameOf(people.find((one) => one.id === id) ?? { id }));
  setText(hint, t("On duty and next by the roster: {names}", { names: named.join(", ") }));
  if (!form.elements.to.value) form.elements.to.value = next[0];
}

// What was typed outlives a reload of this tab.
function keepDraft() {
  form.elements.notes.value = sessionStorage.getItem(DRAFT) ?? "";
  form.elements.notes.addEventListener("input", () => sessionStorage.setItem(DRAFT, form.elements.notes.value));
}

whenSent(form, form.querySelector(".problem"), async ({ to, notes }) => {
  const site = byId("where").value;
  const done = await post("/handovers", { to, notes: inOneLine(notes), ...(site && { site }) }, { key });
  key = newKey();
  form.elements.notes.value = "";
  sessionStorage.removeItem(DRAFT);
  byId("since").value = "";
  toast([t("Handed over to {name}.", { name: nameOf(people.find((one) => one.id === to) ?? { id: to }) }), ...(done.remarks ?? [])].join(" "));
  await read().catch((problem) => toast(inWords(problem), "critical"));
});
