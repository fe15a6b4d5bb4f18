// Sources as they are now, and messages that could not be taken, with the reason; read again once the configuration fits.

import { get, newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { action, cell, fill, ifAllowed } from "./forms.js";
import { isLive, on } from "./live.js";
import { ready, zone } from "./page.js";
import { point, readable } from "./pointing.js";
import { unitWord } from "./states.js";
import { dayTime, duration, timeElement } from "./time.js";
import { measured, t, tn } from "./words.js";

const EVERY_MS = 5000;
const LONG_MS = 60_000; // a thousand messages are read
const who = await ready;
let brokers = new Set();
let others = new Set(); // messages of a source that left the configuration can be read by the mapping of another
byId("of").addEventListener("change", () => refused().catch(tellProblem));
on("gateway", () => sources().catch(() => {}));
setInterval(() => { if (!document.hidden) sources().catch(() => {}); }, EVERY_MS);
on("link", () => { // the gateway may have started anew, with another channel
  if (isLive()) refused().catch(tellProblem);
});
sources().then(refused).catch(tellProblem);

async function sources() {
  const found = await ifAllowed(get("/status"));
  const rows = (found?.sources ?? []).map((one) => sourceRow(one, found.channels.filter((other) => other.source === one.name)));
  fill(byId("sources"), rows, found === null ? t("Not for your account.") : t("No source is configured. [sources.NAME] in the configuration makes one; docs/configuration.md."));
  others = new Set((found?.sources ?? []).filter((one) => one.kind !== "mqtt").map((one) => one.name));
  brokers = new Set((found?.sources ?? []).filter((one) => one.kind === "mqtt").map((one) => one.name));
  const known = new Set([...byId("of").options].map((one) => one.value));
  byId("of").append(...(found?.sources ?? []).filter((one) => !known.has(one.name)).map((one) => element("option", { value: one.name }, one.name)));
}

function sourceRow(one, channels) {
  const state = one.state === "up" ? badge("fine", t("up")) : badge("major", one.state === "down" ? t("down") : one.state);
  const values = channels.map((row) => element("li", {}, `${row.channel} `, row.value === null ? t("nothing yet") : `${measured(row.value)} ${unitWord(row.unit)}, ${t("{age} old", { age: duration(row.age_s) })}`));
  const more = element("details", {}, element("summary", {}, tn("one channel", "{n} channels", channels.length)), element("ul", {}, ...values));
  return element("tr", {}, element("th", { scope: "row" }, `${one.name} (${one.kind})`), cell(state), cell(timeElement(one.since, zone)), cell(channels.length ? more : t("none")), cell([one.detail, one.flapping, ...one.remarks].filter(Boolean).join("; "), { lang: "en" }));
}

async function refused() {
  const source = byId("of").value;
  const found = await ifAllowed(get(`/refused?most=100${source ? `&source=${encodeURIComponent(source)}` : ""}`));
  const rows = (found?.items ?? []).map((one) => element("tr", {}, cell(timeElement(one.received, zone)), cell(one.source), cell([element("b", {}, one.reason), one.detail ? `: ${one.detail}` : ""], { lang: "en" }), cell(payloadOf(one)), cell(pointer(one), { class: "actions no-print" })));
  fill(byId("refused"), rows, found === null ? t("Not for your account.") : t("Nothing was refused: every message could be read."));
  const names = [...new Set((found?.items ?? []).map((one) => one.source))].filter((one) => !others.has(one));
  byId("retries").replaceChildren(...names.map((name) => action(t("Read those of {source} again", { source: name }), () => again(name))));
}

function payloadOf({ topic = "", payload = "" }) {
  return [topic ? element("div", { class: "quiet" }, topic) : "", element("code", { class: "payload", tabindex: 0 }, readable(payload))];
}

function pointer(one) {
  if (!who.actions.includes("configuration.write") || !brokers.has(one.source)) return "";
  const label = t("Add a channel from the message of {source} on {topic}", one);
  return action(t("Add a channel"), () => point(one).catch(tellProblem), { "aria-label": label });
}

async function again(source) {
  try {
    const would = await post(`/refused/${encodeURIComponent(source)}/preview`, {}, { within: LONG_MS });
    const text = [
      t("The refused messages of {source} are read under the configuration as it is now. Readings that are in the journal already are not taken twice.", { source }),
      t("This would give {fresh} new readings from {messages} messages; {refused} values or messages still cannot be read.", { messages: would.messages, fresh: would.new, refused: would.refused.length }),
      would.gone ? t("{n} refusals before {time} are no longer kept: have the device send that time again.", { n: would.gone, time: dayTime(would.kept_since, zone) }) : "",
      would.alarms.length ? tn("It would raise one alarm.", "It would raise {n} alarms.", would.alarms.length) : t("It would raise no alarm."),
    ];
    if ((await ask({ title: t("Read again"), text: text.join(" "), button: t("Read again") })) === null) return;
    const done = await post(`/refused/${encodeURIComponent(source)}/retry`, {}, { key: newKey(), within: LONG_MS });
    toast(t("{messages} messages read, {fresh} new readings; {refused} still cannot be read.", { messages: done.messages, fresh: done.new, refused: done.refused.length }), done.refused.length ? "warning" : "fine");
    await refused();
  } catch (problem) {
    tellProblem(problem);
  }
}
