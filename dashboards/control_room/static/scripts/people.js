// People who can be called: their names in two scripts, ways in order, a test call; added and changed by administrators.

import { all, get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, cell, fill, ifAllowed } from "./forms.js";
import { personForm } from "./person_form.js";
import { ready } from "./page.js";
import { nameOf } from "./people_names.js";
import { priorityWord } from "./states.js";
import { t } from "./words.js";

const TEST_MS = 120_000; // each way has its own patience
const who = await ready;
const mayChange = who.roles.includes("administrator");
const mayTest = who.roles.some((one) => one === "operator" || one === "administrator");
let notifiers = [];

byId("add").hidden = !mayChange;
byId("add").addEventListener("click", () => change(null));
begin().catch(tellProblem);

async function begin() {
  notifiers = ((await ifAllowed(get("/status")).catch(() => null))?.notifiers ?? []).map((one) => one.name);
  await read();
}

async function read() {
  const found = await ifAllowed(all("/people"));
  fill(byId("people"), (found?.items ?? []).map(row), found === null ? t("Not for your account.") : t("Nobody is entered yet: nobody can be called. Add a person, then a roster."));
}

function row(person) {
  const other = [person.name_en, person.name_zh].filter((one) => one && one !== nameOf(person));
  const name = element("th", { scope: "row" }, nameOf(person), ...other.map((one) => element("div", {}, one)), element("div", { class: "quiet" }, person.id));
  const ways = person.ways.length ? [element("ol", {}, ...person.ways.map((one) => element("li", {}, wayOf(one))))] : [badge("minor", t("cannot be reached"))];
  const buttons = [
    ...(mayTest && person.ways.length ? [action(t("Test call"), (button) => test(person, button))] : []),
    ...(mayChange ? [action(t("Change"), () => change(person)), action(t("Has left"), () => leave(person))] : []),
  ];
  return element("tr", {}, name, cell(ways), cell(person.on_site.join(", ")), element("td", { class: "actions no-print" }, element("div", { class: "row" }, ...buttons)));
}

function wayOf({ notifier, address, from_priority: from, quiet, unless }) {
  const parts = [`${notifier} ${address}`];
  if (from !== "low") parts.push(t("from priority {priority} on", { priority: priorityWord(from) }));
  if (quiet) parts.push(t("quiet {hours} unless {priority}", { hours: quiet, priority: priorityWord(unless) }));
  return parts.join(", ");
}

async function change(person) {
  const said = await personForm(person, { notifiers, sites: who.sites });
  if (said === null) return;
  toast([t("{name} is entered.", { name: said.person }), ...(said.told ?? [])].join(" "));
  await read().catch(tellProblem);
}

async function leave(person) {
  const reason = await ask({ title: t("{name} has left", { name: nameOf(person) }), text: t("Is called no more and takes no turn. An account is locked in the same step. The name stays in the record; who is entered again is back."), button: t("Has left") });
  if (reason === null) return;
  await post(`/people/${encodeURIComponent(person.id)}/leave`, {}, { key: newKey() }).then(read).catch(tellProblem);
}

async function test(person, button) {
  const agreed = await ask({ title: t("Test call to {name}", { name: nameOf(person) }), text: t("Each way gets a message that says TEST, also in quiet hours."), button: t("Test call") });
  if (agreed === null) return;
  button.disabled = true;
  try {
    const made = await post(`/people/${encodeURIComponent(person.id)}/test`, {}, { within: TEST_MS });
    for (const one of made) toast(`${one.notifier} ${one.address}: ${one.outcome} ${one.answer}`, one.outcome === "delivered" ? "fine" : "major");
  } catch (problem) {
    tellProblem(problem);
  }
  button.disabled = false;
}
