// The backup on the page of health: when the last one was, and one now.

import { get, post } from "./api.js";
import { tellProblem, toast } from "./dialogs.js";
import { byId, element, setText } from "./elements.js";
import { action } from "./forms.js";
import { zone } from "./page.js";
import { timeElement } from "./time.js";
import { number, t } from "./words.js";

const LOOK_MS = 1000; // while one runs
const MB = 1e6;

export async function showBackup(who) {
  const found = await get("/backup").catch((problem) => problem);
  if (found.status === 403) return setText(byId("backup-said"), t("not for your account"));
  if (found instanceof Error) return setText(byId("backup-said"), found.message);
  byId("backup").replaceChildren(...facts(found));
  byId("backup-acts").replaceChildren(...(found.folder && who.actions.includes("journal.backup") ? [action(t("Back up now"), () => begin(who), { disabled: found.running })] : []));
  show(found);
}

function facts({ folder, last }) {
  const rows = [[t("Folder"), folder ?? t("none is configured")], [t("Last backup"), last ? timeElement(last.made, zone) : t("none")]];
  if (last) rows.push([t("File"), element("code", {}, last.file)], [t("Size"), t("{n} MB", { n: number(last.bytes / MB, 1) })], [t("Up to entry"), number(last.last_entry)]);
  return rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
}

function show({ folder, running, progress, problem }) {
  const part = progress?.total ? ` ${number((100 * progress.done) / progress.total)} %` : "";
  if (running) setText(byId("backup-said"), t("A backup is being taken …") + part);
  else if (problem) setText(byId("backup-said"), t("The last one went wrong: {why}", { why: problem }));
  else setText(byId("backup-said"), folder ? "" : t("Name a folder on another disk: backup_dir under [pages] of the configuration. Until then: cryogate journal backup FOLDER."));
}

async function begin(who) {
  try {
    let now = await post("/backup");
    while (now.running) {
      show(now);
      byId("backup-acts").querySelector("button").disabled = true;
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
      now = await get("/backup");
    }
    if (now.problem) toast(t("The last one went wrong: {why}", { why: now.problem }), "critical");
    else toast(t("The backup is taken: {file}", { file: now.last?.file ?? "" }));
  } catch (problem) {
    tellProblem(problem);
  }
  await showBackup(who);
}
