// The review of one excursion: what happened, what is said about it, what becomes of each unit, who approves it, its report.

import { all, get } from "./api.js";
import { tellProblem } from "./dialogs.js";
import { badge, byId, element, setText } from "./elements.js";
import { action, cell, ifAllowed, inWords } from "./forms.js";
import { offerReport } from "./job_view.js";
import { on } from "./live.js";
import { ready, zone } from "./page.js";
import { assess, assessAsBefore, decide, decideAsBefore, signReview } from "./review_acts.js";
import { changeList, decisionWord, dueCell, endedWord, meaningWord, stateBadge, unitWords } from "./review_words.js";
import { word } from "./states.js";
import { duration, timeElement } from "./time.js";
import { t, tn } from "./words.js";

const PAGE = 200; // units at once
const SOON_MS = 2000;
const STEPS = ["open", "assessed", "disposed", "approved"];
const who = await ready;
const id = decodeURIComponent(location.pathname.split("/").at(-1));
const chosen = new Set();
const may = (right) => who.actions.includes(right);
const isOpen = (unit) => unit.disposition === null || unit.disposition.decision === "quarantine";
const isOver = () => review.end !== null || review.withdrawn;
let shown = "";
let review = null;
let most = PAGE;
let names = new Map();
let reading = 0;

setText(byId("of"), id);
on("alarm", ({ alarm }) => { if (alarm?.id === id) soon(); });
on("reset", soon);
names = new Map(((await ifAllowed(all("/assets")).catch(() => null))?.items ?? []).map((one) => [one.asset, one.name || one.asset]));
await read();
offerReport(byId("report"), who, { alarm: id });

function soon() {
  clearTimeout(reading);
  reading = setTimeout(read, SOON_MS);
}

async function read() {
  const problem = byId("problem");
  try {
    review = await get(`/alarms/${encodeURIComponent(id)}/review`);
    problem.hidden = true;
  } catch (error) {
    problem.hidden = false;
    problem.textContent = inWords(error);
    return;
  }
  byId("review").hidden = false;
  if (JSON.stringify({ ...review, known: null }) === shown) return; // nobody loses what he just chose
  shown = JSON.stringify({ ...review, known: null });
  showAll();
}

function again() {
  return read().catch(tellProblem);
}

function showAll() {
  const due = review.due === null ? [] : dueCell(review, zone);
  byId("state").replaceChildren(stateBadge(review.state), ...(due.length ? [element("span", {}, t("due"), " ", ...due.slice(0, 1))] : []));
  showExcursion();
  showSteps();
  byId("because").hidden = review.because === null;
  if (review.because !== null) byId("changes").replaceChildren(element("p", {}, review.because === "amended" ? t("What the gateway knows of it changed after somebody spoke.") : t("Somebody spoke after the approval: {id}. What was said before still counts.", { id: review.because })), ...(review.changes.length ? [changeList(review.changes, zone)] : []));
  showAssessment();
  showUnits();
  showApproval();
  byId("earlier").hidden = review.earlier.length === 0;
  byId("revisions").replaceChildren(...[...review.earlier].reverse().map(revision));
}

function showExcursion() {
  const facts = [
    [t("Severity"), badge(review.severity, word(review.severity))], [t("Asset"), element("a", { href: `/assets/${encodeURIComponent(review.asset)}` }, names.get(review.asset) ?? review.asset, review.zone ? ` ${review.zone}` : "")],
    [t("Channel and rule"), `${review.channel}: ${review.rule}`], [t("Begin"), timeElement(review.start, zone)],
    [t("End"), review.withdrawn ? endedWord("withdrawn") : review.end ? element("span", {}, timeElement(review.end, zone), ` (${endedWord(review.ended_by)}, ${duration((new Date(review.end) - new Date(review.start)) / 1000)})`) : badge(review.severity, t("goes on"))],
    [t("Revision"), `${review.label}, `, timeElement(review.since, zone)],
  ];
  byId("excursion").replaceChildren(...facts.flatMap(([name, ...value]) => [element("dt", {}, name), element("dd", {}, ...value)]));
  byId("links").replaceChildren(element("a", { class: "button", href: `/alarms/${encodeURIComponent(id)}` }, t("Alarm and its history")), element("a", { class: "button", href: chartAddress() }, t("Chart of that time")));
}

// An hour before and after, so that the return can be seen.
function chartAddress() {
  const around = 3_600_000, from = new Date(Date.parse(review.start) - around), to = new Date((review.end ? Date.parse(review.end) : Date.now()) + around);
  return `/assets/${encodeURIComponent(review.asset)}?${new URLSearchParams({ channel: review.channel, from: from.toISOString(), to: to.toISOString() })}`;
}

function showSteps() {
  const words = { open: t("1. Assess"), assessed: t("2. Decide about units"), disposed: t("3. Second person approves"), approved: t("Done") };
  const at = STEPS.indexOf(review.state === "re-opened" ? "open" : review.state);
  byId("steps").replaceChildren(...STEPS.map((one, i) => element("li", i === at ? { "aria-current": "step" } : {}, i < at || review.state === "approved" ? badge("fine", words[one]) : words[one])));
}

function showAssessment() {
  const said = review.assessment, before = [...review.earlier].reverse().find((one) => one.assessment)?.assessment ?? null;
  byId("assessment").replaceChildren(...(said ? assessmentParts(said) : [element("p", { class: "quiet" }, t("Nobody has said yet what happened."))]));
  const acts = [];
  if (may("disposition.propose")) {
    if (said) acts.push(action(t("Correct"), () => assess(review, { before: said, corrects: said.id }, again)));
    else acts.push(action(t("Assess"), () => assess(review, { before }, again), { class: "button primary" }));
    if (!said && before) acts.push(action(t("As before"), () => assessAsBefore(review, again)));
  } else if (!said) acts.push(element("p", { class: "quiet" }, t("Quality or a qualified person assesses it. Your account may look.")));
  byId("assessment-acts").replaceChildren(...acts);
}

function assessmentParts(said) {
  const rows = [[t("What happened"), said.assessment], [t("Root cause"), said.root_cause], [t("Number of the deviation"), said.deviation], [t("CAPA number"), said.capa]];
  return [element("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", { class: "said" }, value || "–")])), element("p", { class: "quiet" }, ...signedOff(said))];
}

function signedOff(said) {
  return [t("Said by {name}", { name: said.by }), ", ", timeElement(said.stated, zone), ...(said.corrects ? [` · ${t("corrects {id}: {reason}", { id: said.corrects, reason: said.reason })}`] : []), ...(said.clock_trusted ? [] : [` · ${t("clock not trusted")}`])];
}


function showUnits() {
  const units = review.contents_known ? review.units : null, undecided = review.units.filter((one) => one.disposition === null).length;
  for (const code of chosen) if (!review.units.some((one) => one.code === code && isOpen(one))) chosen.delete(code);
  byId("units-count").replaceChildren(...unitWords({ units: units?.length ?? null, undecided, in_quarantine: review.units.filter((one) => one.disposition?.decision === "quarantine").length }));
  if (units === null) byId("units").replaceChildren(element("p", {}, t("Nobody has stated what was inside. State it first, on the page of the vessel; an approval without it says “contents unknown”.")));
  else if (!units.length) byId("units").replaceChildren(element("p", {}, t("Nothing was inside, as somebody stated: there is nothing to decide.")));
  else byId("units").replaceChildren(unitTable(units), ...(units.length > most ? [action(t("Show more ({n})", { n: units.length - most }), () => { most += PAGE; showUnits(); })] : []));
  showUnitActs(undecided);
}

function unitTable(units) {
  const head = [...(may("disposition.propose") ? [element("span", { class: "unseen" }, t("Choose"))] : []), t("Unit"), t("Decision"), t("Why, and documents"), t("Said by")].map((words) => element("th", { scope: "col" }, words));
  return element("div", { class: "wide", tabindex: 0, role: "group", "aria-labelledby": "units-title" }, element("table", { class: "table stacked" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...units.slice(0, most).map(unitRow))));
}

function unitRow(unit) {
  const said = unit.disposition, code = element("a", { class: "code", href: `/units?${new URLSearchParams({ scheme: unit.scheme, code: unit.code })}` }, unit.code);
  const what = said === null ? badge("wait", t("none yet")) : said.decision === "quarantine" ? badge("warning", decisionWord(said.decision)) : element("b", {}, decisionWord(said.decision));
  const correct = said && said.decision !== "quarantine" && may("disposition.propose") ? action(t("Correct"), () => decide(review, { codes: [unit.code], before: said }, again), { class: "button no-print", "aria-label": t("Correct the decision about {code}", { code: unit.code }) }) : "";
  const why = said ? [element("div", {}, said.why), said.references.length ? element("div", { class: "quiet" }, said.references.join("; ")) : "", said.corrects ? element("div", { class: "quiet" }, t("corrects {id}: {reason}", { id: said.corrects, reason: said.reason })) : ""] : [""];
  return element("tr", {}, ...(may("disposition.propose") ? [cell(isOpen(unit) ? box(unit) : "", { class: "mark no-print" })] : []), element("th", { scope: "row" }, code), cell(what), cell(why), cell(said ? [said.by, " ", timeElement(said.stated, zone), " ", correct] : ""));
}

function box(unit) {
  const made = element("input", { type: "checkbox", checked: chosen.has(unit.code), "aria-label": t("Choose {code}", { code: unit.code }) });
  made.addEventListener("change", () => {
    if (made.checked) chosen.add(unit.code);
    else chosen.delete(unit.code);
    showUnitActs(review.units.filter((one) => one.disposition === null).length);
  });
  return element("label", { class: "choice" }, made);
}

function showUnitActs(undecided) {
  const acts = [], hadSome = review.earlier.at(-1)?.units.some((one) => one.disposition) ?? false;
  if (may("disposition.propose") && review.contents_known) {
    if (chosen.size) acts.push(action(tn("Decide about the chosen one", "Decide about the {n} chosen", chosen.size), () => decide(review, { codes: [...chosen] }, again), { class: "button primary" }));
    if (undecided) acts.push(action(tn("Decide about the one without a decision", "Decide about all {n} without a decision", undecided), () => decide(review, { count: undecided }, again)));
    if (undecided && hadSome) acts.push(action(t("As before"), () => decideAsBefore(review, again)));
  } else if (undecided) acts.push(element("p", { class: "quiet" }, t("Quality or a qualified person decides. Your account may look.")));
  byId("units-acts").replaceChildren(...acts);
}

function showApproval() {
  const signed = review.signatures.map((one) => element("li", {}, badge(one.is_current ? "fine" : "off", one.approves ? t("approved") : meaningWord(one.meaning)), ` ${one.printed} (${one.account}), `, timeElement(one.stated, zone), ` · ${t("revision {label}", one)}`, one.is_current ? "" : ` · ${t("of what was said before")}`));
  byId("approval").replaceChildren(...(signed.length ? [element("ul", { class: "plain" }, ...signed)] : []), ...(review.state === "approved" ? [] : [element("p", {}, whyNot() || t("It is complete. Whoever said part of it cannot approve it."))]));
  const acts = [], isComplete = review.state === "disposed" && isOver();
  if (isComplete && may("disposition.approve")) acts.push(action(t("Approve with signature"), () => signReview(review, "approved", who, again), { class: "button primary" }));
  else if (isComplete) acts.push(element("p", { class: "quiet" }, t("Approval takes the role qualified person, which your account does not have.")));
  if (review.assessment && may("record.sign") && !review.signatures.some((one) => one.account === who.account && one.is_current)) acts.push(action(t("Sign: I have reviewed it"), () => signReview(review, "reviewed", who, again)));
  byId("approval-acts").replaceChildren(...acts);
}

function whyNot() {
  if (!review.assessment) return t("First it is assessed.");
  if (review.state === "assessed") return t("First each unit needs a decision.");
  return isOver() ? "" : t("The excursion goes on: it is approved once it is over.");
}

function revision(one) {
  const parts = [one.assessment ? element("div", {}, ...assessmentParts(one.assessment)) : element("p", {}, t("Nobody has said yet what happened.")), element("ul", { class: "plain" }, ...one.units.filter((unit) => unit.disposition).slice(0, PAGE).map((unit) => element("li", {}, element("span", { class: "code" }, unit.code), ` ${decisionWord(unit.disposition.decision)}: ${unit.disposition.why} (${unit.disposition.by})`))),
    element("ul", { class: "plain" }, ...one.signatures.map((each) => element("li", {}, `${meaningWord(each.meaning)}: ${each.printed}, `, timeElement(each.stated, zone))))];
  return element("details", { class: "revision" }, element("summary", {}, t("revision {label}", one), ", ", timeElement(one.since, zone), " ", stateBadge(one.state)), ...parts, ...(one.changes.length ? [changeList(one.changes, zone)] : []));
}
