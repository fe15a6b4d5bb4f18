// Accounts of others, for administrators: made with roles and sites, locked, reset. A one-time link is shown once.

import { all, get, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, cell, choices, field, fill, ifAllowed, openForm, showOnce } from "./forms.js";
import { ready } from "./page.js";
import { bothNames, nameOf } from "./people_names.js";
import { t } from "./words.js";

const ROLES = {
  "viewer": () => t("viewer: looks, changes nothing"), "operator": () => t("operator: alarms, contents, hand-over"), "quality": () => t("quality: approves, signs, audit trail"),
  "qualified-person": () => t("qualified person: decides about product"), "supply-chain": () => t("supply chain: shipments, contents"), "administrator": () => t("administrator: people, accounts, gateway"), "inspector": () => t("inspector: looks for a limited time, each look is recorded"),
};
const roleWord = (role) => (ROLES[role]?.() ?? role).split(/[:：]/)[0];
const who = await ready;
let people = [];
byId("add").addEventListener("click", () => add().catch(tellProblem));
read().catch(tellProblem);

async function read() {
  const found = await ifAllowed(get("/accounts"));
  byId("others").hidden = found === null;
  if (found === null) return;
  people = (await ifAllowed(all("/people")))?.items ?? [];
  fill(byId("accounts"), found.accounts.map(row), t("Nobody has an account yet."));
}

function row(one) {
  const person = people.find((other) => other.id === one.account);
  const buttons = one.account === who.account ? [t("you; another administrator changes your rights")] : [
    action(t("Rights"), () => rights(one)),
    one.locked ? action(t("Unlock"), () => simply(one, "unlock", t("Unlocked."))) : action(t("Lock"), () => lock(one)),
    action(t("Reset"), () => reset(one)),
  ];
  return element("tr", {}, element("th", { scope: "row" }, person ? nameOf(person) : one.account, element("div", { class: "quiet" }, one.account)),
    cell(one.roles.map(roleWord).join(", ")), cell(one.sites === null ? t("all sites") : one.sites.join(", ")), cell(stateOf(one)), element("td", { class: "actions no-print" }, element("div", { class: "row" }, ...buttons)));
}

function stateOf(one) {
  if (one.locked) return badge("minor", t("locked"));
  if (!one.password && !one.passkeys) return badge("unknown", t("link not used yet"));
  return one.usable ? badge("fine", t("can log in")) : badge("minor", t("cannot log in"));
}

async function add() {
  const without = people.filter((one) => !one.has_left && ![...byId("accounts").querySelectorAll("th .quiet")].some((there) => there.textContent === one.id));
  const made = await openForm({
    title: t("Add an account"), button: t("Make the account"), text: without.length ? "" : t("An account belongs to a person: enter the person first, on the page of people."),
    fields: [field(t("Person"), "account", { kind: "select", options: without.map((one) => [one.id, bothNames(one)]), required: true }), ...rightsFields(["viewer"], null, t("Sites; none chosen: all"))],
    act: (values, data) => post("/accounts", { account: values.account, ...rightsOf(data) }),
  });
  if (!made) return;
  await read();
  await showLink(made);
}

function rightsFields(roles, sites, legend) {
  return [choices(t("Roles"), "roles", Object.entries(ROLES).map(([role, words]) => [role, words()]), roles),
    choices(legend, "sites", who.sites.map((one) => [one.site, one.name || one.site]), sites ?? [])];
}

function rightsOf(data) {
  const sites = data.getAll("sites");
  return { roles: data.getAll("roles"), ...(sites.length && { sites }) };
}

async function rights(one) {
  const done = await openForm({
    title: t("Rights of {name}", { name: one.account }), text: t("They count from the next request on."), button: t("Save"),
    fields: [...rightsFields(one.roles, one.sites, t("Sites; none chosen: as before")), field(t("Reason"), "reason", { maxlength: 1000 })],
    act: (values, data) => post(`/accounts/${encodeURIComponent(one.account)}/rights`, { ...rightsOf(data), reason: values.reason }),
  });
  if (done) await read().catch(tellProblem);
}

async function lock(one) {
  const reason = await ask({ title: t("Lock {name}", { name: one.account }), text: t("Nobody acts by it or its tokens any more, and its sessions end. Unlock undoes it."), button: t("Lock"), reason: "optional" });
  if (reason !== null) await simply(one, "lock", t("Locked."), reason);
}

async function simply(one, verb, words, reason = "") {
  await post(`/accounts/${encodeURIComponent(one.account)}/${verb}`, { reason }).then(() => { toast(words); return read(); }).catch(tellProblem);
}

async function reset(one) {
  const reason = await ask({ title: t("Reset {name}", { name: one.account }), text: t("Password, app, passkeys, sessions and tokens end at once, and there is a new one-time link. This cannot be undone. Be sure who asks: whoever gets the link is this person from then on."), button: t("Reset"), reason: "required" });
  if (reason === null) return;
  try {
    await showLink(await post(`/accounts/${encodeURIComponent(one.account)}/reset`, { reason }));
    await read();
  } catch (problem) {
    tellProblem(problem);
  }
}

function showLink({ account, link }) {
  return showOnce({
    title: t("One-time link for {name}", { name: account }),
    secret: `${location.origin}/welcome#${encodeURIComponent(link)}`,
    copy: t("Copy the link"),
    text: t("For this person alone, good once within 24 hours, and shown this once. Give it from hand to hand, not by a channel that others read."),
  });
}
