// Reports and checks: long questions are begun here, and those that run or have ended are listed.

import { all, get } from "./api.js";
import { startOfDay } from "./days.js";
import { tellProblem } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, ifAllowed, inWords, whenSent } from "./forms.js";
import { begin, follow, kindWord } from "./job_view.js";
import { ready, zone } from "./page.js";
import { timeElement } from "./time.js";
import { number, t } from "./words.js";

const LOOK_MS = 3000; // at what runs for others
const CHECKS = [
  ["verify", "journal-verify.read", "/journal/verify", () => t("Is the journal intact?"), () => t("Reads all of it, and checks the chain with the key of the gateway.")],
  ["replay", "journal-replay.read", "/journal/replay", () => t("Are the excursions right?"), () => t("Screens all readings again, and lists every excursion that they make.")],
  ["advice", "alarm-advice.read", "/alarm-health/advice", () => t("Which parameters would spare alarms?"), () => t("Looks at the causes of most alarms of the last 30 days, and tries other parameters. It changes nothing.")],
];
const who = await ready;
const may = (right) => who.actions.includes(right);
const form = byId("make");
const shown = new Map(); // by id of the job

if (may("jobs.read") && may("reports.read")) await start();
else byId("may-not").hidden = false;

async function start() {
  for (const id of ["begin", "make-part", "jobs-part"]) byId(id).hidden = false;
  form.elements.of.addEventListener("change", chooseKind);
  byId("checks").replaceChildren(...CHECKS.filter(([, right]) => may(right)).map(checkPart));
  chooseKind();
  const [found] = await Promise.all([ifAllowed(all("/assets")).catch(() => null), list().catch(tellProblem)]);
  form.elements.asset.append(...(found?.items ?? []).map((one) => element("option", { value: one.asset }, one.name || one.asset)));
  setInterval(() => { if (!document.hidden) list().catch(() => {}); }, LOOK_MS);
}

function checkPart([, , address, title, says]) {
  return element("div", { class: "check" }, element("p", {}, element("b", {}, title()), element("br", {}), says()), action(t("Begin"), () => check(address)));
}

async function check(address) {
  const problem = byId("check-problem");
  problem.hidden = true;
  try {
    add(await begin(address, {}));
  } catch (error) {
    problem.hidden = false;
    problem.textContent = busyWords(error);
  }
}

function chooseKind() {
  const kind = form.elements.of.value;
  for (const one of form.querySelectorAll("[data-of]")) {
    const fits = one.dataset.of === kind, input = one.querySelector("input, select");
    one.hidden = !fits;
    input.disabled = !fits; // what is not seen is not sent
    input.required = fits;
  }
}

whenSent(form, form.querySelector(".problem"), async ({ of: _, from, to, year, ...asked }) => {
  const days = from ? { from: startOfDay(from, zone).toISOString(), to: startOfDay(to, zone, 1).toISOString() } : {};
  try {
    add(await begin("/reports", { ...asked, ...days, ...(year && { year: Number(year) }) }));
  } catch (error) {
    throw error.status === 503 ? new Error(busyWords(error)) : error;
  }
});

// 503 is not that the gateway is away: others run already, and it says which limit is reached.
function busyWords(error) {
  return error.status === 503 ? t("One runs already, or two do for others: wait for it, or end it. ({why})", { why: error.detail }) : inWords(error);
}

async function list() {
  const { items, others } = await get("/jobs");
  for (const one of [...items].reverse()) if (!shown.has(one.id)) add(one);
  byId("others").replaceChildren(...others.map((one) => element("li", {}, badge("wait", t("runs")), ` ${kindWord(one.kind)} · ${t("Begun by {name}", { name: one.account })}, `, timeElement(one.begun, zone), one.progress?.total ? ` · ${number((100 * one.progress.done) / one.progress.total)} %` : "")));
  if (!items.length && !shown.size) byId("jobs").replaceChildren(element("li", { class: "quiet" }, t("Nothing runs, and nothing is kept.")));
}

function add(job) {
  const into = element("li", { class: "job" });
  if (!shown.size) byId("jobs").replaceChildren();
  shown.set(job.id, into);
  byId("jobs").prepend(into);
  const gone = () => {
    into.remove();
    shown.delete(job.id);
    list().catch(() => {});
  };
  follow(into, job, { gone }).catch(tellProblem);
  if (job.state === "running") into.scrollIntoView({ block: "nearest" });
}
