// The first site and the first source, found by looking: ports of this machine, a broker at its usual port.

import { get, newKey, post } from "./api.js";
import { tellProblem } from "./dialogs.js";
import { badge, byId, element } from "./elements.js";
import { whenSent } from "./forms.js";
import { isLive, on } from "./live.js";
import { ready } from "./page.js";
import { hidePiece, showPiece } from "./piece.js";
import { ASSET_KINDS, kindWord } from "./states.js";
import { t } from "./words.js";

const KEPT = "cryogate-first-start"; // what was typed at the first start
const LONG_MS = 60_000; // the whole configuration is checked
const who = await ready;
const form = byId("begin");
const fields = form.elements;
let tried = null; // what was shown, and is written
let isWritten = false;

begin().catch(tellProblem);
whenSent(form, form.querySelector(":scope > .problem"), async () => {
  tried = wanted();
  const shown = await post("/beginning/preview", tried, { within: LONG_MS });
  byId("then").textContent = tried.kind === "mqtt"
    ? t("Then the gateway listens to every topic of this broker. What comes has no channel yet and is shown as refused: point at a value there, and it becomes a channel.")
    : t("Then the gateway starts anew with it.");
  showPiece(shown);
});
form.addEventListener("input", () => {
  hidePiece();
  showLine();
});
byId("look-again").addEventListener("click", () => look().catch(tellProblem));
byId("write").addEventListener("click", () => write().catch(tellProblem));
on("link", () => { // the gateway has started anew
  if (isWritten && isLive()) location.assign(tried.kind === "mqtt" ? "/set-up/sources" : "/");
});

async function begin() {
  const sources = (await get("/status")).sources;
  byId("is-begun").hidden = !(who.sites.length && sources.length);
  form.hidden = !byId("is-begun").hidden;
  if (form.hidden) return;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  const own = kept.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const zones = [...new Set([own, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])])];
  options(fields.time_zone, zones.map((one) => [one, one]));
  options(fields.asset_kind, ASSET_KINDS.map((one) => [one, kindWord(one)]));
  fields.site.value = who.sites[0]?.site ?? kept.site ?? "";
  fields.site_name.value = kept.site_name ?? "";
  byId("of-site").hidden = who.sites.length > 0;
  await look();
}

async function look() {
  byId("looking").textContent = t("Looking");
  const found = await get("/found-sources");
  const rows = [...brokerRow(found.broker), ...found.ports.map(portRow), choice("none", t("none now: only the site"))];
  byId("found").replaceChildren(...rows);
  const first = byId("found").querySelector("input:not(:disabled)");
  first.checked = true;
  options(fields.driver, found.drivers.map((one) => [one, one]));
  byId("looking").textContent = rows.length > 1 ? t("Found; choose one:") : t("Nothing was found: no serial port, and no broker at port 1883. Plug in the adapter or start the broker, and look again.");
  showLine();
}

function brokerRow({ host, port, state }) {
  if (state === "none") return [];
  const words = t("MQTT broker at {host}, port {port}", { host, port });
  if (state === "open") return [choice("mqtt", words)];
  return [choice("mqtt", words, [badge("warning", t("wants a user name and a password: add it by hand, docs/configuration.md"))], true)];
}

function portRow({ port, device, says, usable }) {
  const told = [port === device ? says : `${says}, ${device}`];
  const more = usable ? told : [...told, " ", badge("warning", t("the user of the gateway may not open it; doctor says what to do"))];
  return choice(`serial ${port}`, t("Serial port {port}", { port }), more);
}

function choice(value, words, more = [], disabled = false) {
  return element("label", { class: "choice" }, element("input", { type: "radio", name: "what", value, disabled }), element("span", {}, words, ...(more.length ? [element("span", { class: "quiet" }, " (", ...more, ")")] : [])));
}

function showLine() {
  const isLine = chosen().startsWith("serial ");
  byId("of-line").hidden = !isLine;
  fields.asset.required = isLine;
}

function chosen() {
  return form.querySelector("[name=what]:checked")?.value ?? "none";
}

function wanted() {
  const [kind, ...rest] = chosen().split(" ");
  const made = { site: fields.site.value.trim(), site_name: fields.site_name.value.trim(), time_zone: fields.time_zone.value, kind };
  if (kind === "mqtt") return { ...made, source: "broker" };
  if (kind === "serial") return { ...made, source: `${fields.driver.value}-port`, port: rest.join(" "), driver: fields.driver.value, asset: fields.asset.value.trim(), asset_kind: fields.asset_kind.value };
  return made;
}

async function write() {
  const done = await post("/beginning", tried, { key: newKey(), within: LONG_MS });
  isWritten = true;
  sessionStorage.removeItem(KEPT);
  byId("write").hidden = true;
  byId("then").textContent = done.starts_anew
    ? t("Written into {file}. The gateway starts anew; this page goes on by itself.", done)
    : t("Written into {file}. Start the gateway with it: cryogate run.", done);
}

function options(select, rows) {
  select.replaceChildren(...rows.map(([value, words]) => element("option", { value }, words)));
}
