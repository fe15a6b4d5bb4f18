// A roster as a form for the usual case - people who take turns - and as text for everything else (docs/people.md).

import { newKey, post } from "./api.js";
import { element } from "./elements.js";
import { choices, field, openForm } from "./forms.js";
import { bothNames } from "./people_names.js";
import { t } from "./words.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const SEVEN = 7;
const quoted = (text) => JSON.stringify(String(text));
const list = (names) => `[${names.map(quoted).join(", ")}]`;

export function addRoster(people, sites, start) {
  const key = newKey();
  const order = element("textarea", { name: "people", required: true, rows: 4, placeholder: "li.na\nwang.wei" });
  return openForm({
    title: t("Add a roster"), button: t("Save"),
    fields: [
      field(t("Name"), "name", { required: true, placeholder: "night", pattern: "[a-z0-9][a-z0-9._\\-]*" }),
      choices(t("Sites"), "sites", sites.map((one) => [one.site, one.name || one.site]), sites.length === 1 ? [sites[0].site] : []),
      element("label", {}, element("span", {}, t("People in the order of their turns, one a line")), order, element("span", { class: "quiet" }, people.map((one) => `${one.id} (${bothNames(one)})`).join(", ") || t("Nobody is entered yet: enter people first."))),
      field(t("First day"), "start", { kind: "date", value: start, required: true }),
      field(t("A turn lasts (days)"), "period_days", { kind: "number", min: 1, max: 366, value: SEVEN, required: true }),
      field(t("Hand-over at"), "hand_over", { kind: "time", value: "08:00", required: true }),
      field(t("Only at these hours"), "hours", { placeholder: "20:00-08:00" }),
    ],
    act: (values, data) => post(`/rosters/${encodeURIComponent(values.name.trim())}`, { toml: tomlOfForm(values, data) }, { key }),
  });
}

function tomlOfForm({ people, start, period_days: period, hand_over: at, hours }, data) {
  const names = people.split(/[\n,]/).map((one) => one.trim()).filter(Boolean);
  const sites = data.getAll("sites");
  return [...(sites.length ? [`sites = ${list(sites)}`] : []), "", "[[rotations]]", `people = ${list(names)}`, `start = ${start}`, `period_days = ${period}`, `hand_over = ${quoted(at)}`, ...(hours.trim() ? [`hours = ${quoted(hours.trim())}`] : [])].join("\n");
}

// One that is there, as its file: what is changed replaces it from now on.
export function asText(roster) {
  const key = newKey();
  return openForm({
    title: t("Change the roster {name}", { name: roster.roster }), wide: true, button: t("Save"), text: t("As a file of cryogate roster set has it; docs/people.md explains each line. It replaces the roster from now on, as a whole."),
    fields: [element("label", {}, element("span", {}, t("The roster")), element("textarea", { name: "toml", class: "toml", required: true, spellcheck: "false" }, tomlOf(roster)))],
    act: ({ toml }) => post(`/rosters/${encodeURIComponent(roster.roster)}`, { toml }, { key }),
  });
}

function tomlOf(one) {
  const lines = [`sites = ${list(one.sites)}`, `risks = ${list(one.risks)}`, `time_zone = ${quoted(one.time_zone)}`, `deputies = ${list(one.deputies)}`, `everybody = ${list(one.everybody)}`].filter((line) => !line.endsWith("[]"));
  for (const turn of one.rotations) {
    lines.push("", "[[rotations]]", `people = ${list(turn.people)}`, `start = ${turn.start}`, `period_days = ${turn.period_days}`, `hand_over = ${quoted(turn.hand_over)}`);
    if (DAYS.includes(turn.weekday)) lines.push(`weekday = ${quoted(turn.weekday)}`);
    if (turn.hours) lines.push(`hours = ${quoted(turn.hours)}`);
    if (turn.weekdays.length) lines.push(`weekdays = ${list(turn.weekdays)}`);
  }
  for (const team of one.teams) lines.push("", "[[teams]]", `name = ${quoted(team.team)}`, `people = ${list(team.people)}`);
  for (const day of one.holidays) lines.push("", "[[holidays]]", `name = ${quoted(day.name)}`, `first = ${day.first}`, `last = ${day.last}`, `people = ${list(day.people)}`);
  return lines.join("\n");
}
