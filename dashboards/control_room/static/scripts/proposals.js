// Versions of profiles that were proposed: who signed them, and writing them into the configuration.

import { get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, field, openForm } from "./forms.js";
import { zone } from "./page.js";
import { signRecord } from "./signing.js";
import { stated } from "./take_back.js";
import { timeElement } from "./time.js";
import { t, tn } from "./words.js";

const LONG_MS = 60_000; // the whole configuration is checked
const WHAT_NEXT = {
  open: ["wait", () => t("proposed")], written: ["warning", () => t("written; waits for the gateway to start anew")], configured: ["fine", () => t("in the configuration")],
};

// For who looks: `who` as `ready` says.
export async function showProposals(who) {
  const found = await get("/proposals");
  const can = found.why_not_written === "";
  byId("can-write").hidden = !can;
  byId("cannot-write").hidden = can;
  byId("needed").textContent = tn("It takes the signature of one person.", "It takes the signatures of {n} people.", found.needed);
  byId("why-not").textContent = can ? "" : found.why_not_written;
  const nothing = element("li", { class: "quiet" }, t("No version is proposed."));
  byId("proposals").replaceChildren(...(found.items.length ? found.items.map((one) => row(one, found, who)) : [nothing]));
}

// Resolves once it is proposed, or nobody wants it.
export async function propose(toml, who) {
  const key = newKey();
  const done = await openForm({
    title: t("Propose this version"),
    text: t("Nothing changes yet: people sign it, then it is written into the configuration. Say from which label or decision the limits are."),
    fields: [field(t("Why"), "why", { kind: "textarea", required: true, maxlength: 1000 })],
    button: t("Propose"),
    act: ({ why }) => post("/proposals", { text: toml, why: why.trim().replace(/\s+/g, " ") }, { key, within: LONG_MS }),
  });
  if (done === null) return;
  stated(t("Proposed."), [done.id], () => showProposals(who).catch(tellProblem));
  await showProposals(who);
  byId("proposed-title").scrollIntoView({ block: "nearest" });
}

function row(one, found, who) {
  const approvals = one.signatures.filter((each) => each.meaning === "approved");
  const [state, words] = WHAT_NEXT[one.state];
  return element("li", { class: "proposal" },
    element("div", { class: "row" }, element("h3", {}, t("{profile}, version {version}", one)), badge(state, words())),
    element("p", {}, one.why),
    element("p", { class: "quiet" }, t("Proposed by {name}", { name: one.by }), ", ", timeElement(one.stated, zone)),
    element("p", {}, tn("{done} of one signature", "{done} of {n} signatures", found.needed, { done: approvals.length })),
    ...(approvals.length ? [element("ul", { class: "plain" }, ...approvals.map((each) => element("li", {}, badge("fine", t("signed")), " ", each.printed, ", ", timeElement(each.stated, zone))))] : []),
    element("details", {}, element("summary", {}, t("Its text")), element("pre", { class: "payload", tabindex: 0 }, one.text)),
    ...(one.state === "open" ? [element("div", { class: "row" }, ...buttons(one, found, approvals, who))] : []));
}

function buttons(one, found, approvals, who) {
  const may = (right) => who.actions.includes(right);
  const made = [];
  if (may("record.sign") && !approvals.some((each) => each.account === who.account)) made.push(action(t("Sign: I approve it"), () => sign(one, who)));
  const isSigned = approvals.length >= found.needed;
  if (isSigned && may("configuration.write") && found.why_not_written === "") made.push(action(t("Write it into the configuration"), () => write(one, who), { class: "button primary" }));
  if (may("profile.propose") && may("statement.withdraw")) made.push(action(t("Withdraw"), () => withdraw(one, who)));
  return made;
}

async function sign(one, who) {
  const about = [element("p", {}, t("You approve exactly this text:")), element("pre", { class: "payload", tabindex: 0 }, one.text)];
  const title = t("Approve version {version} of {profile}", one);
  const record = ["profile", one.profile, one.version];
  if (await signRecord({ title, name: who.account, record, meaning: "approved", seen: one.digest, about })) await showProposals(who);
}

async function write(one, who) {
  const title = t("Write version {version} of {profile}?", one);
  const text = t("It is added at the end of the file; nothing else of the file changes, and the older file is kept beside it. Then the gateway starts anew: for some seconds nothing is measured, and this page waits. This cannot be undone; another version can follow.");
  if ((await ask({ title, text, button: t("Write it into the configuration") })) === null) return;
  try {
    const done = await post(`/proposals/${encodeURIComponent(one.id)}/write`, {}, { key: newKey(), within: LONG_MS });
    const next = done.starts_anew ? t("The gateway starts anew with it.") : t("Start the gateway again before the version holds: later it would refuse to start.");
    toast(`${t("Written into {file}; what stood there before is kept as {kept}.", done)} ${next}`, done.starts_anew ? "fine" : "warning");
    if (!done.starts_anew) await showProposals(who);
  } catch (problem) {
    tellProblem(problem);
  }
}

async function withdraw(one, who) {
  const reason = await ask({ title: t("Withdraw version {version} of {profile}?", one), text: t("It is not written any more; its signatures stay in the record. The number of the version is not used again."), button: t("Withdraw"), reason: "required" });
  if (reason === null) return;
  try {
    await post(`/statements/${encodeURIComponent(one.id)}/withdraw`, { reason }, { key: newKey() });
    await showProposals(who);
  } catch (problem) {
    tellProblem(problem);
  }
}
