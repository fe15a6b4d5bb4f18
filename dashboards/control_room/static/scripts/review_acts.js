// What people say in a review: assess, decide about units, approve; and correct what was said. Each dialog has a key of its own, so
// that an answer that was lost states nothing twice.

import { newKey, post } from "./api.js";
import { element } from "./elements.js";
import { field, inOneLine, openForm } from "./forms.js";
import { DECIDED, decisionMeans, decisionWord } from "./review_words.js";
import { signRecord } from "./signing.js";
import { stated } from "./take_back.js";
import { t, tn } from "./words.js";

const LONGEST = 1000;
const path = (review, part) => `/alarms/${encodeURIComponent(review.excursion)}/review/${part}`;
const CORRECTED = () => t("What was said before stays in the record, with your reason. An approval is needed anew.");
const reason = () => field(t("Reason for the correction"), "reason", { required: true, maxlength: LONGEST });

// `before`: an assessment that is corrected (with an id), or what the form begins with. `then`: after it was stated, or taken back.
export async function assess(review, { before = null, corrects = null }, then) {
  const key = newKey(), value = (name) => before?.[name] ?? "";
  const done = await openForm({
    title: corrects ? t("Correct the assessment") : t("Assess the excursion"),
    text: corrects ? CORRECTED() : t("It goes into the record with your name. It can be corrected with a reason."),
    wide: true,
    fields: [
      field(t("What happened"), "assessment", { kind: "textarea", required: true, maxlength: LONGEST, value: value("assessment") }),
      field(t("Root cause"), "root_cause", { kind: "textarea", maxlength: LONGEST, value: value("root_cause"), hint: t("May be added later, as a correction.") }),
      field(t("Number of the deviation"), "deviation", { maxlength: 200, value: value("deviation"), hint: t("As in your quality system.") }),
      field(t("CAPA number"), "capa", { maxlength: 200, value: value("capa") }),
      ...(corrects ? [reason()] : []),
    ],
    button: corrects ? t("Correct") : t("State it"),
    act: (typed) => post(path(review, "assessment"), { ...lines(typed), ...(corrects && { corrects }) }, { key }),
  });
  await heard(done, t("Assessed."), then);
}

export async function assessAsBefore(review, then) {
  const key = newKey();
  const done = await openForm({
    title: t("The assessment holds as before"), text: t("You say again what the revision before said, after you looked at what changed."), fields: [], button: t("State it"),
    act: () => post(path(review, "assessment"), { as_before: true }, { key }),
  });
  await heard(done, t("Assessed."), then);
}

// `codes`: of units; null: every one without a decision (`count` of them). `before`: a decision that is corrected.
export async function decide(review, { codes = null, count, before = null }, then) {
  const key = newKey();
  const corrects = before?.id ?? null;
  const named = codes === null ? tn("For one unit without a decision.", "For all {n} units without a decision.", count) : t("For {codes}.", { codes: codes.length > 5 ? tn("one unit", "{n} units", codes.length) : codes.join(", ") });
  const done = await openForm({
    title: corrects ? t("Correct the decision") : t("Decide"),
    text: `${named} ${corrects ? CORRECTED() : t("It goes into the record with your name, and counts once a second person has approved it.")}`,
    wide: true,
    fields: [
      decisions(before?.decision),
      field(t("Why"), "why", { kind: "textarea", required: true, maxlength: LONGEST, value: before?.why ?? "" }),
      field(t("Documents"), "references", { kind: "textarea", maxlength: 2000, value: (before?.references ?? []).join("\n"), hint: t("What the decision rests on, one a line.") }),
      ...(corrects ? [reason()] : []),
    ],
    button: corrects ? t("Correct") : t("State it"),
    act: ({ references, ...typed }) => post(path(review, "dispositions"), {
      ...lines(typed), ...(codes === null ? { every: true } : { codes }), references: references.split("\n").map((one) => one.trim()).filter(Boolean), ...(corrects && { corrects }),
    }, { key }),
  });
  await heard(done, t("Decided."), then);
}

export async function decideAsBefore(review, then) {
  const key = newKey();
  const done = await openForm({
    title: t("The decisions hold as before"), text: t("Each unit that had a decision in the revision before gets the same again. Others stay without one."), fields: [], button: t("State it"),
    act: () => post(path(review, "dispositions"), { every: true, as_before: true }, { key }),
  });
  await heard(done, t("Decided."), then);
}

// What is signed is exactly what is shown: `digest` says so.
export async function signReview(review, meaning, who, then) {
  const about = [element("p", {}, t("Revision {label}, SHA-256 {digest}", { label: review.label, digest: review.digest.slice(0, 16) }))];
  const title = meaning === "approved" ? t("Approve this review") : t("Sign that you have reviewed it");
  if (await signRecord({ title, name: who.account, record: ["review", review.excursion], meaning, seen: review.digest, about })) await then();
}

function decisions(chosen) {
  const options = DECIDED.map((one) => element("label", { class: "choice" }, element("input", { type: "radio", name: "decision", value: one, required: true, checked: one === chosen }), element("span", {}, element("b", {}, decisionWord(one)), " ", element("span", { class: "quiet" }, decisionMeans(one)))));
  return element("fieldset", { class: "choices" }, element("legend", {}, t("Decision")), ...options);
}

const lines = (typed) => Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, inOneLine(text)]));

async function heard(done, words, then) {
  if (done === null) return;
  stated(words, [done.id], then);
  await then();
}
