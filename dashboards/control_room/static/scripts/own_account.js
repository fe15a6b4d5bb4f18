// The own account: sessions, password, recovery codes, passkeys, tokens.

import { get, post, remove } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, field, openForm, showOnce } from "./forms.js";
import { ready, zone } from "./page.js";
import { dayTime } from "./time.js";
import { t } from "./words.js";

await ready;
const proof = () => [
  field(t("Your password"), "password", { kind: "password", autocomplete: "current-password", required: true }),
  field(t("Code of the app, or a recovery code"), "code", { autocomplete: "one-time-code", required: true }),
];
byId("elsewhere").addEventListener("click", () => done(remove("/sessions"), t("Logged out everywhere else.")));
byId("password").addEventListener("click", changePassword);
byId("codes").addEventListener("click", newCodes);
byId("passkey").addEventListener("click", addPasskey);
byId("passkey").hidden = !window.PublicKeyCredential?.parseCreationOptionsFromJSON;
byId("token").addEventListener("click", newToken);
read().catch(tellProblem);

async function read() {
  const [sessions, passkeys, tokens] = await Promise.all([get("/sessions"), get("/passkeys"), get("/tokens")]);
  show("sessions", sessions.sessions.map(sessionRow), "");
  show("passkeys", passkeys.passkeys.map(passkeyRow), t("None yet."));
  show("tokens", tokens.tokens.map(tokenRow), t("None. A token is made for a program, never lent to a person."));
}

function show(id, rows, nothing) {
  byId(id).replaceChildren(...(rows.length ? rows : [element("li", { class: "quiet" }, nothing)]));
}

function done(asked, words) {
  return asked.then(() => { toast(words); return read(); }).catch(tellProblem);
}

function sessionRow(one) {
  const end = one.own ? badge("fine", t("this one")) : action(t("Log out there"), () => done(remove(`/sessions/${one.session}`), t("Logged out there.")), { class: "button no-print" });
  return element("li", { class: "row" }, element("span", {}, `${one.source} · ${one.program.slice(0, 60)} · ${t("since {time}, until {end}", { time: dayTime(one.begun, zone), end: dayTime(one.until, zone) })}`), end);
}

function passkeyRow(one) {
  return element("li", { class: "row" }, element("span", {}, `${one.name} · ${one.host}`), action(t("Remove"), async () => {
    const gone = await openForm({
      title: t("Remove the passkey {name}", { name: one.name }), text: t("Nobody logs in with it any more. It can be added again."), button: t("Remove"), fields: proof(),
      act: ({ password, code }) => post(`/passkeys/${one.passkey}/end`, { password, code }),
    });
    if (gone) await done(Promise.resolve(), t("Removed."));
  }, { class: "button no-print" }));
}

function tokenRow(one) {
  return element("li", { class: "row" }, element("span", {}, `${one.name} · ${t("until {end}", { end: dayTime(one.until, zone) })} · ${[one.roles, one.actions, one.sites].flat().filter(Boolean).join(", ") || t("all that you may")}`), action(t("End"), async () => {
    if (await ask({ title: t("End the token {name}", { name: one.name }), text: t("The program that has it is refused from now on. This cannot be undone."), button: t("End") }) !== null) await done(remove(`/tokens/${encodeURIComponent(one.token_id)}`), t("Ended."));
  }, { class: "button no-print" }));
}

async function changePassword() {
  const changed = await openForm({
    title: t("Change the password"), text: t("All other sessions end."), button: t("Change the password"),
    fields: [...proof(), field(t("New password, 12 characters or more"), "fresh", { kind: "password", autocomplete: "new-password", minlength: 12, maxlength: 256, required: true })],
    act: ({ password, code, fresh }) => post("/session/password", { old: password, code, new: fresh }),
  });
  if (changed) await done(Promise.resolve(), t("The password is changed."));
}

async function newCodes() {
  const made = await openForm({ title: t("New recovery codes"), text: t("Those of before are good no more."), fields: proof(), button: t("Make new ones"), act: ({ password, code }) => post("/session/recovery-codes", { password, code }) });
  if (made) await showOnce({ title: t("Recovery codes"), text: t("They are shown this once. Each takes the place of the app once. Print them, or keep them where only you look."), secret: made.recovery_codes.join("\n") });
}

async function addPasskey() {
  const made = await openForm({
    title: t("Add a passkey"), text: t("Your device asks next."), button: t("Next"), fields: [field(t("Name of the passkey"), "name", { required: true, maxlength: 60 }), ...proof()],
    act: async ({ name, password, code }) => {
      const options = await post("/passkeys/options", { password, code });
      const answer = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
      return post("/passkeys", { name, answer: answer.toJSON() });
    },
  });
  if (made) await done(Promise.resolve(), t("Added. From now on you can log in with it."));
}

async function newToken() {
  const made = await openForm({
    title: t("New token"), button: t("Make"),
    fields: [field(t("What it is for"), "name", { required: true, maxlength: 60, placeholder: "reports" }), field(t("Good for"), "lasting", { kind: "select", options: [["30d", t("30 days")], ["90d", t("90 days")], ["365d", t("a year")]], value: "90d" }),
      field(t("Only as"), "role", { kind: "select", options: [["", t("all that you may")], ["viewer", t("viewer: looks, changes nothing")]] }), ...proof()],
    act: ({ name, lasting, password, code, role }) => post("/tokens", { name, lasting, password, code, ...(role && { roles: [role] }) }),
  });
  if (!made) return;
  await showOnce({ title: t("The token {name}", { name: made.name }), text: t("It is shown this once. Whoever has it can ask the API in your name."), secret: made.secret });
  await read().catch(tellProblem);
}
