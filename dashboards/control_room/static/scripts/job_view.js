// A long question: begun here, followed until it is answered, ended, looked at and downloaded.

import { get, newKey, post, remove } from "./api.js";
import { tellProblem } from "./dialogs.js";
import { badge, element, setText } from "./elements.js";
import { action, field, inWords } from "./forms.js";
import { zone } from "./page.js";
import { timeElement } from "./time.js";
import { language, number, t } from "./words.js";

const LOOK_MS = 1000; // while one runs
const LONGEST_SHOWN = 100_000; // characters of an answer that is no PDF
const PDF = "application/pdf";

const KINDS = { report: () => t("Report"), verify: () => t("Check of the journal"), replay: () => t("Journal screened again"), advice: () => t("Advice on parameters") };
export const kindWord = (kind) => KINDS[kind]?.() ?? kind;

const STEPS = {
  "database": () => t("database"), "entries": () => t("entries"), "archive": () => t("archive"), "reading the journal": () => t("reading the journal"), "reading alarms": () => t("reading alarms"), "screening": () => t("screening"),
};

// What it is of: "E-7Q2M9XKD", "shipper-2, 2026-01-01 – 2026-02-01".
export function subjectWords({ alarm, asset, unit, year, from, to }) {
  return [alarm, asset, unit, year].filter(Boolean).join(" ") + (from || to ? `, ${[from, to].map((one) => one?.slice(0, 10) ?? "").join(" – ")}` : "");
}

// Begins one. Its first state, as GET /jobs/ID says it.
export const begin = (address, asked) => post(address, asked, { key: newKey() });

// Shows one in `into` until it has ended and stays there. `gone`: after somebody ended or forgot it.
export async function follow(into, job, { gone = () => into.replaceChildren() } = {}) {
  const view = new View(into, job, gone);
  while (view.runs && into.isConnected) {
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    await view.look();
  }
}

class View {
  constructor(into, job, gone) {
    Object.assign(this, { into, job, gone, isGone: false });
    this.bar = element("progress", { "aria-label": kindWord(job.kind) });
    this.said = element("span", { role: "status" });
    this.acts = element("div", { class: "row" });
    this.seen = element("div", {});
    const begun = element("p", { class: "quiet" }, t("Begun by {name}", { name: job.account }), ", ", timeElement(job.begun, zone));
    into.replaceChildren(element("p", {}, element("b", {}, kindWord(job.kind)), " ", subjectWords(job.asked)), begun, element("p", { class: "row" }, this.bar, this.said), this.acts, this.seen);
    this.show();
  }

  get runs() {
    return !this.isGone && this.job.state === "running";
  }

  // A link that is lost for a moment ends nothing; a job that the gateway does not know any more is gone.
  async look() {
    try {
      this.job = await get(`/jobs/${this.job.id}`);
      this.show();
    } catch (problem) {
      if (problem.status === 404) this.#lost(t("The gateway forgot it: the pages were started anew. Ask again."));
      else setText(this.said, inWords(problem));
    }
  }

  #lost(words) {
    this.isGone = true;
    this.bar.hidden = true;
    this.acts.replaceChildren();
    this.said.replaceChildren(badge("unknown", words));
  }

  show() {
    const { state, progress, problem, until } = this.job;
    this.bar.hidden = state !== "running";
    if (state === "running") {
      if (progress.total) Object.assign(this.bar, { max: progress.total, value: progress.done });
      setText(this.said, progress.what ? t("{what}: {part} %", { what: STEPS[progress.what]?.() ?? progress.what, part: number((100 * progress.done) / Math.max(1, progress.total)) }) : t("It begins ..."));
    } else if (state === "failed") this.said.replaceChildren(badge("major", t("It failed: {why}", { why: problem })));
    else this.said.replaceChildren(badge("fine", t("done")), " ", t("kept until"), " ", timeElement(until, zone));
    if (this.acts.dataset.state !== state) this.#offer(state);
  }

  #offer(state) {
    this.acts.dataset.state = state;
    const end = action(state === "running" ? t("End it") : t("Forget it"), () => this.#end());
    this.acts.replaceChildren(...(state === "done" ? [...this.#answers(), end] : [end]));
  }

  #answers() {
    const isPdf = this.job.answer.media === PDF, address = `/api/v1/jobs/${this.job.id}/answer`;
    const name = [this.job.kind, subjectWords(this.job.asked)].filter(Boolean).join("-").replace(/[^\p{L}\p{N}.-]+/gu, "-").slice(0, 80);
    const download = element("a", { class: "button primary", href: address, download: `${name}.${isPdf ? "pdf" : "json"}` }, t("Download"));
    if (isPdf && !navigator.pdfViewerEnabled) return [download, element("span", { class: "quiet" }, t("This browser shows no PDF inside a page."))];
    return [download, action(t("Look at it here"), (button) => this.#look(button, isPdf, address))];
  }

  async #look(button, isPdf, address) {
    button.disabled = true;
    try {
      if (isPdf) this.seen.replaceChildren(element("iframe", { class: "paper", src: `${address}?show=true#navpanes=0&view=FitH`, title: t("Preview of the report") }));
      else this.seen.replaceChildren(...answerParts(await get(`/jobs/${this.job.id}/answer`)));
    } catch (problem) {
      button.disabled = false;
      tellProblem(problem);
    }
  }

  async #end() {
    try {
      await remove(`/jobs/${this.job.id}`);
    } catch (problem) {
      if (problem.status !== 404) return tellProblem(problem);
    }
    this.isGone = true;
    this.gone();
  }
}

function answerParts(answer) {
  const text = JSON.stringify(answer, null, 2), verdict = "intact" in answer ? [element("p", {}, answer.intact ? badge("fine", t("The journal is intact.")) : badge("critical", t("The journal is not intact: see below.")))] : [];
  return [...verdict, element("pre", { class: "answer", tabindex: 0 }, text.slice(0, LONGEST_SHOWN), text.length > LONGEST_SHOWN ? `\n… ${t("The file has all of it.")}` : "")];
}

// A button that makes the report of something, where the account may; its progress and answer stand below.
export function offerReport(into, who, asked) {
  if (!who.actions.includes("reports.read") || !who.actions.includes("jobs.read")) {
    into.replaceChildren(element("p", { class: "quiet" }, t("Reports tell of every place: they are for accounts that have all sites.")));
    return;
  }
  const spoken = field(t("Language"), "language", { kind: "select", options: [["both", t("Chinese and English")], ["zh", "中文"], ["en", "English"]], value: language === "en" ? "en" : "both" });
  const made = element("div", { class: "job" });
  const make = action(t("Make the report"), async () => {
    make.disabled = true;
    try {
      await follow(made, await begin("/reports", { ...asked, language: spoken.querySelector("select").value }));
    } catch (problem) {
      made.replaceChildren(element("p", { class: "problem", role: "alert" }, problem.status === 503 ? problem.detail || problem.message : inWords(problem)));
    } finally {
      make.disabled = false;
    }
  });
  into.replaceChildren(element("div", { class: "row" }, spoken, make, element("a", { href: "/reports" }, t("All reports and checks"))), made);
}
