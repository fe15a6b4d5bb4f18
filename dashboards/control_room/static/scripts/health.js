// Health: the findings of the examination with what to do next, and buttons where the gateway can do it.

import { get, newKey, post } from "./api.js";
import { showBackup } from "./backup.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element, setText } from "./elements.js";
import { findingRow, inLanguage, levelOf, levelWord, worstFirst, worstLevel } from "./findings.js";
import { action, cell, fill, ifAllowed, inWords } from "./forms.js";
import { on } from "./live.js";
import { ready, zone } from "./page.js";
import { dayTime, duration } from "./time.js";
import { number, t } from "./words.js";

const EVERY_MS = 15_000;
const GB = 1e9;
const who = await ready;
byId("again").addEventListener("click", () => read().then(() => toast(t("Examined. An examination is at most 10 s old."))).catch(tellProblem));
on("gateway", () => read().catch(() => {}));
setInterval(() => { if (!document.hidden) read().catch(() => {}); }, EVERY_MS);
read().catch(tellProblem);
showBackup(who);

async function read() {
  const [examined, status, parked, journal, sirens, holds] = await Promise.all(
    [get("/doctor"), get("/status").catch(() => null), ...["/parked", "/journal", "/sirens", "/holds"].map((path) => ifAllowed(get(path)).catch(() => null))]);
  showFindings(examined, parked?.items ?? []);
  showGateway(status, journal);
  showOutside(status, parked?.items ?? []);
  showSirens(sirens?.items ?? []);
  showHolds(holds?.items ?? []);
}

function showFindings({ summary, findings }, parked) {
  const level = worstLevel(findings);
  byId("worst").replaceChildren(badge(levelOf(level), level ? levelWord(level) : t("all is well")));
  setText(byId("summary"), inLanguage(summary));
  byId("findings").replaceChildren(...worstFirst(findings).map((one) => findingRow(one, buttonsFor(one, parked))));
}

// What can be done about a finding here: what waits is decided, what concerns another page opens it.
function buttonsFor({ where, what, do: next }, parked) {
  const [kind, name = ""] = where.split(" ");
  const waiting = parked.find((one) => one.sink === name || one.follower === where.replace(" ", ":"));
  if (waiting) return decisions(waiting);
  if (next.includes("cryogate refused")) return [link(t("Refused messages"), "/set-up/sources")];
  if (kind === "source" || kind === "link" || kind === "channels") return [link(t("Sources"), "/set-up/sources")];
  if (kind === "person" || kind === "notifier" || kind === "calls") return [link(t("People"), "/set-up/people")];
  if (kind === "site" || what.includes("roster")) return [link(t("Rosters"), "/set-up/rosters")];
  return kind === "alarms" || kind === "alarm" ? [link(t("Alarms"), "/alarms")] : [];
}

function link(words, href) {
  return element("a", { class: "button", href }, words);
}

function decisions(one) {
  return [
    action(t("Send again"), () => decide(one, "retry"), { class: "button primary" }),
    action(t("Leave out"), () => decide(one, "accept")),
  ];
}

async function decide(one, decision) {
  const text = decision === "retry" ? t("What was not taken is sent once more.") : t("What was not taken stays away from there for good. It stays in the journal.");
  const agreed = await ask({ title: one.sink ?? one.follower, text, button: decision === "retry" ? t("Send again") : t("Leave out") });
  if (agreed === null) return;
  try {
    await post(`/parked/${encodeURIComponent(one.sink ?? one.follower)}`, { decision }, { key: newKey() });
    toast(t("Decided."));
    await read();
  } catch (problem) {
    tellProblem(problem);
  }
}

function showGateway(status, journal) {
  const facts = status === null ? [[t("State"), t("The gateway does not run")]] : [
    [t("Name and version"), `${status.gateway.name} ${status.gateway.version}`],
    [t("Runs since"), duration(status.gateway.uptime_s)],
    [t("Configuration"), status.gateway.configuration],
    [t("Clock"), status.clock.problem || (status.clock.trusted ? t("trusted") : t("not trusted"))],
    [t("Free on the disk"), t("{n} GB", { n: number(status.disk.free_bytes / GB, 1) })],
  ];
  byId("gateway").replaceChildren(...list(facts));
  byId("journal").replaceChildren(...list(journal === null ? [[t("Journal"), t("not for your account")]] : factsOf(journal)));
}

function factsOf(journal) {
  const grows = journal.growth_bytes_per_day;
  return [
    [t("Readings"), number(journal.hot.readings + journal.archived.readings)],
    [t("Of these in the archive"), `${number(journal.archived.readings)} (${t("{n} GB", { n: number(journal.archived.bytes / GB, 2) })})`],
    [t("From"), dayTime(journal.first, zone)],
    [t("To"), dayTime(journal.last, zone)],
    [t("Size"), t("{n} GB", { n: number(journal.hot.bytes / GB, 2) })],
    [t("Grows each day by"), grows === null ? t("not known yet") : t("{n} GB", { n: number(grows / GB, 3) })],
    [t("Disk is full in"), journal.days_until_full === null ? t("not known yet") : duration(journal.days_until_full * 86_400)],
  ];
}

function list(facts) {
  return facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
}

function showOutside(status, parked) {
  const rows = [...(status?.followers ?? []), ...(status?.notifiers ?? [])].map((one) => {
    const waiting = parked.find((other) => other.follower === one.name || other.sink === one.name.replace(/^sink:/, ""));
    const state = one.problem ? badge("minor", one.problem) : badge("fine", t("works"));
    return element("tr", {}, element("th", { scope: "row" }, one.name.replace(/^sink:/, "")), cell(state), cell(one.behind ? `${number(one.behind)} (${duration(one.behind_s)})` : "0", { class: "number" }), cell(waiting ? decisions(waiting) : t("nothing")));
  });
  fill(byId("outside"), rows, t("No sink and no notifier is configured: nobody is told of alarms. [notifiers.NAME] in the configuration makes one."));
}

function showSirens(sirens) {
  const rows = sirens.map(({ siren, on: isOn, because }) => element("li", { class: "row" }, element("b", {}, siren), isOn ? badge("critical", t("on: {alarms}", { alarms: because.join(", ") })) : badge("fine", t("off")),
    action(t("Test for 5 s"), (button) => press(siren, button), { class: "button no-print" })));
  byId("sirens").replaceChildren(...(rows.length ? rows : [element("li", { class: "quiet" }, t("No siren is configured. docs/notifiers.md says how one is connected."))]));
}

async function press(siren, button) {
  const agreed = await ask({ title: t("Test the siren {name}", { name: siren }), text: t("It sounds for 5 s, also at night. Tell the people who hear it."), button: t("Test for 5 s") });
  if (agreed === null) return;
  button.disabled = true;
  try {
    await post(`/sirens/${encodeURIComponent(siren)}/test`, { seconds: 5 });
    toast(t("The siren was on for 5 s. Did you hear it?"));
  } catch (problem) {
    toast(inWords(problem), "critical");
  }
  button.disabled = false;
}

function showHolds(holds) {
  const rows = holds.map((one) => element("li", {}, element("b", {}, one.why), ` · ${one.by} · ${[...(one.assets ?? []), ...(one.channels ?? [])].join(", ") || t("everything")}`));
  byId("holds").replaceChildren(...(rows.length ? rows : [element("li", { class: "quiet" }, t("Nothing is held."))]));
}
