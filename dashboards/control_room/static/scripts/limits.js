// Limits: versions of a profile side by side, and what other limits would have found on the readings of the journal.

import { get, post } from "./api.js";
import { tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { cell, fill, whenSent } from "./forms.js";
import { ready, zone } from "./page.js";
import { profileToml, rows as rowsOf } from "./profiles.js";
import { propose, showProposals } from "./proposals.js";
import { isLive, on } from "./live.js";
import { unitWord, word } from "./states.js";
import { dayTime, timeElement } from "./time.js";
import { measured, t } from "./words.js";

const LONG_MS = 600_000; // a preview reads the journal
const SHOWN = 500;
const EFFECTS = {
  appears: ["warning", () => t("appears")], vanishes: ["off", () => t("vanishes")], changes: ["minor", () => t("changes")], stays: ["fine", () => t("stays")],
};
const who = await ready;
const form = byId("try");
let profiles = [];

begin().catch(tellProblem);
on("link", () => { // the gateway may have started anew, with another version
  if (isLive()) look().catch(tellProblem);
});

async function begin() {
  await look();
  byId("propose").hidden = !who.actions.includes("profile.propose");
  byId("propose").addEventListener("click", () => propose(form.elements.toml.value, who).catch(tellProblem));
  const choice = byId("profile");
  choice.append(...profiles.map((one) => element("option", { value: one.profile }, one.profile)));
  const wanted = new URLSearchParams(location.search).get("profile");
  if (profiles.some((one) => one.profile === wanted)) choice.value = wanted;
  choice.addEventListener("change", () => {
    show();
    form.elements.toml.value = text();
  });
  show();
  form.elements.toml.value = text();
  byId("print").addEventListener("click", () => print());
  byId("copy").addEventListener("click", async () => {
    form.elements.toml.select();
    await navigator.clipboard?.writeText(form.elements.toml.value);
    toast(t("Copied"));
  });
}

function show() {
  const profile = profiles.find((one) => one.profile === byId("profile").value);
  const [head, body] = [byId("versions").tHead, byId("versions").tBodies[0]];
  if (!profile) {
    body.replaceChildren(element("tr", {}, element("td", {}, t("No profile is configured: no channel has limits. [[profiles.NAME]] in the configuration makes one; docs/screening.md."))));
    return;
  }
  head.replaceChildren(element("tr", {}, element("th", { scope: "col" }, t("Rule")), ...profile.versions.map((one) => element("th", { scope: "col" }, t("version {version}", { version: one.version }), element("div", {}, one.valid_from ? t("from {time}", { time: dayTime(one.valid_from, zone) }) : t("from the beginning"))))));
  body.replaceChildren(...rowsOf(profile.versions).map(({ name, values }) => element("tr", {}, element("th", { scope: "row" }, name), ...values.map((value, k) => cell(k && value !== values[k - 1] ? element("span", { class: "differs" }, value || t("none")) : value || "–")))));
}

// What was typed stays when the versions are shown again.
async function look() {
  profiles = (await get("/profiles")).items;
  await showProposals(who);
  if (byId("profile").options.length) show();
}

function text() {
  const profile = profiles.find((one) => one.profile === byId("profile").value);
  return profile ? profileToml(profile) : "";
}

whenSent(form, form.querySelector(".problem"), async ({ toml, days }) => {
  const progress = byId("progress");
  progress.hidden = false;
  try {
    showEffects(await post(`/profiles/preview?days=${days}`, { toml }, { within: LONG_MS }));
  } finally {
    progress.hidden = true;
  }
});

function showEffects(found) {
  const count = (effect) => found.filter((one) => one.effect === effect).length;
  byId("effects").hidden = false;
  byId("sums").replaceChildren(...Object.entries(EFFECTS).map(([effect, [state, words]]) => badge(state, `${words()}: ${count(effect)}`)));
  const rank = Object.keys(EFFECTS);
  const sorted = [...found].sort((a, b) => rank.indexOf(a.effect) - rank.indexOf(b.effect)).slice(0, SHOWN);
  fill(byId("found"), sorted.map(effectRow), t("Neither today's limits nor the other ones found anything in this time."));
  byId("effects").scrollIntoView({ block: "nearest" });
}

function effectRow({ effect, present, proposed }) {
  const [state, words] = EFFECTS[effect];
  const either = present ?? proposed;
  return element("tr", {}, cell(badge(state, words())), element("th", { scope: "row" }, `${either.channel}: ${either.rule}`), cell(sideOf(present)), cell(sideOf(proposed)));
}

function sideOf(one) {
  if (one === null) return t("nothing");
  const until = one.cleared ?? one.end;
  return [word(one.severity), ", ", timeElement(one.start, zone), " – ", until ? timeElement(until, zone) : t("goes on"), `, ${t("worst {value}", { value: `${measured(one.extreme)} ${unitWord(one.unit)}` })}`];
}
