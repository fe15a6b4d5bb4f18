// Rosters: the week of a site with its holes, who is on duty now, stand-ins, and the rosters themselves.

import { all, get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element, setText } from "./elements.js";
import { dayAfter, today } from "./days.js";
import { action, cell, field, fill, ifAllowed, openForm } from "./forms.js";
import { ready, zone } from "./page.js";
import { bothNames, nameOf } from "./people_names.js";
import { addRoster, asText } from "./roster_form.js";
import { holesOf, showWeek } from "./roster_week.js";
import { dayTime } from "./time.js";
import { t } from "./words.js";

const who = await ready;
const maySet = who.roles.some((one) => one === "operator" || one === "administrator");
let people = [];
let monday = null;

byId("place").append(...who.sites.map((one) => element("option", { value: one.site }, one.name || one.site)));
byId("place").addEventListener("change", () => week().catch(tellProblem));
for (const [id, days] of [["before", -7], ["after", 7]]) byId(id).addEventListener("click", () => turn(dayAfter(monday, days)));
byId("now").addEventListener("click", () => turn(null));
byId("print").addEventListener("click", () => print());
byId("add").hidden = !maySet;
byId("stand-in").hidden = !maySet;
byId("add").addEventListener("click", () => set(addRoster(people, who.sites, today(zoneOf()))));
byId("stand-in").addEventListener("click", standIn);
begin().catch(tellProblem);

async function begin() {
  people = (await ifAllowed(all("/people")))?.items ?? [];
  await Promise.all([week(), list()]);
}

function zoneOf() {
  return who.sites.find((one) => one.site === byId("place").value)?.time_zone ?? zone;
}
function named(id) {
  return nameOf(people.find((one) => one.id === id) ?? { id });
}

function turn(day) {
  monday = day;
  week().catch(tellProblem);
}

async function week() {
  const site = byId("place").value;
  if (!site) return;
  const [found, duty] = await Promise.all([ifAllowed(get(`/rosters/week?${new URLSearchParams({ site, ...(monday && { day: monday }) })}`)), ifAllowed(get("/duty"))]);
  if (found === null) return;
  monday = found.week;
  const row = duty?.sites.find((one) => one.site === site);
  byId("week").hidden = !row; // without a roster nothing is missing yet
  showWeek(byId("week"), found, { named, me: who.account });
  showDuty(row);
  const holes = row ? holesOf(found.shifts) : 0;
  byId("holes").replaceChildren(row ? (holes ? badge("major", t("There are times in this week when nobody is on duty: an alarm would reach nobody.")) : badge("fine", t("Somebody is on duty all week."))) : "");
}

function showDuty(row) {
  if (!row) return byId("duty").replaceChildren(element("span", { class: "quiet" }, t("No roster covers this site yet. Add one: then the gateway knows whom to call.")));
  const now = row.on_duty.length ? t("On duty now: {names}", { names: row.on_duty.map(named).join(", ") }) : "";
  const next = row.deputies.length ? t("next: {names}", { names: row.deputies.map(named).join(", ") }) : "";
  const until = row.until ? t("until {time}", { time: dayTime(row.until, zoneOf()) }) : "";
  const lacking = row.coverage.why_not;
  return byId("duty").replaceChildren(now ? element("b", {}, now) : badge("critical", t("nobody is on duty now")), element("span", {}, [until, next].filter(Boolean).join(" · ")), ...(lacking ? [badge("minor", t("not covered")), element("span", { class: "quiet", lang: "en" }, lacking)] : []));
}

async function list() {
  const found = await ifAllowed(all("/rosters"));
  fill(byId("rosters"), (found?.items ?? []).map(rosterRow), found === null ? t("Not for your account.") : t("No roster yet. Enter people first, then add a roster."));
}

function rosterRow(one) {
  const turns = one.rotations.map((turn) => element("li", {}, `${turn.people.map((id) => (id.startsWith("@") ? id : named(id))).join(" → ")}, ${t("every {n} d at {time}", { n: turn.period_days, time: turn.hand_over })}${turn.hours ? `, ${turn.hours}` : ""}`));
  const buttons = maySet ? [action(t("Change"), () => set(asText(one))), action(t("End"), () => end(one.roster))] : [];
  return element("tr", {}, element("th", { scope: "row" }, one.roster), cell(one.sites.join(", ") || t("all sites")), cell(one.state === "ended" ? t("ended") : element("ul", { class: "plain" }, ...turns)), cell(one.holidays.map((day) => `${day.name} ${day.first} – ${day.last}`).join("; ")), element("td", { class: "actions no-print" }, element("div", { class: "row" }, ...buttons)));
}

// `asked`: the promise of a form.
async function set(asked) {
  const done = await asked;
  if (done === null) return;
  const nobody = done.nobody_now ?? [];
  toast([t("The roster {name} is set.", { name: done.roster }), ...(done.told ?? [])].join(" "), nobody.length ? "major" : "fine");
  await Promise.all([week(), list()]).catch(tellProblem);
}

async function end(roster) {
  const agreed = await ask({ title: t("End the roster {name}", { name: roster }), text: t("From now on nobody is on duty by it. It can be set again."), button: t("End") });
  if (agreed === null) return;
  await post(`/rosters/${encodeURIComponent(roster)}/end`, {}, { key: newKey() }).then(() => Promise.all([week(), list()])).catch(tellProblem);
}

async function standIn() {
  const key = newKey();
  const names = people.map((one) => [one.id, bothNames(one)]);
  const done = await openForm({
    title: t("Somebody stands in"), button: t("Save"),
    fields: [field(t("Instead of"), "instead_of", { kind: "select", options: names, required: true }), field(t("Stands in"), "person", { kind: "select", options: names, required: true }),
      field(t("From; empty: now"), "from", { kind: "datetime-local" }), field(t("Until"), "until", { kind: "datetime-local", required: true })],
    act: ({ person, instead_of, from, until }) => post("/stand-ins", { person, instead_of, until: spoken(until), ...(from && { from: spoken(from) }) }, { key }),
  });
  if (!done) return;
  toast(t("{name} stands in.", { name: named(done.person) }));
  await week().catch(tellProblem);
}

// A time of the clock there.
function spoken(wall) {
  return wall.replace("T", " ");
}
