// States and their words: of channels (as GET /values says them), of alarms, of risks. Each state is a shape and a colour in
// styles/pieces.css, too.

import { t } from "./words.js";

// The worst first.
export const STATES = ["critical", "major", "minor", "warning", "unknown", "off", "quiet", "free", "fine"];
export const rankOf = (state) => STATES.indexOf(state);
export const worst = (states) => [...states].sort((a, b) => rankOf(a) - rankOf(b))[0] ?? "unknown";

const WORDS = {
  critical: () => t("critical"),
  major: () => t("major"),
  minor: () => t("minor"),
  warning: () => t("warning"),
  unknown: () => t("unknown"),
  off: () => t("out of service"),
  quiet: () => t("shelved"),
  free: () => t("no limits"),
  fine: () => t("in range"),
};
export const word = (state) => WORDS[state]?.() ?? state;

// Of a channel: "critical above-150, unknown" is critical, and nobody knows how it is now.
export function stateOf(row) {
  if (row.state === "in range") return "fine";
  if (row.state === "no limits") return "free";
  const first = row.state.split(/[ ,]/)[0];
  return STATES.includes(first) ? first : "unknown";
}

const ALARM_STATES = {
  "unacknowledged": () => t("unacknowledged"),
  "acknowledged": () => t("acknowledged"),
  "returned unacknowledged": () => t("returned, unacknowledged"),
  "withdrawn unacknowledged": () => t("withdrawn, unacknowledged"),
  "ended unacknowledged": () => t("ended, unacknowledged"),
  "ended acknowledged": () => t("ended, acknowledged"),
  "closed": () => t("closed"),
};
export const alarmState = (state) => ALARM_STATES[state]?.() ?? state;

const PRIORITIES = { urgent: () => t("urgent"), high: () => t("high"), medium: () => t("medium"), low: () => t("low") };
export const priorityWord = (priority) => PRIORITIES[priority]?.() ?? priority;

const RULES = {
  limit: () => t("limit"), budget: () => t("budget of time"), rate: () => t("rate of change"), forecast: () => t("forecast"), drift: () => t("drift"),
  spread: () => t("probes disagree"), stuck: () => t("value does not change"), plausible: () => t("value is not plausible"), no_data: () => t("no data"),
  fault: () => t("fault"), drill: () => t("drill"),
};
export const ruleKind = (kind) => RULES[kind]?.() ?? kind;

const RISKS = { irreplaceable: () => t("irreplaceable"), high: () => t("high risk"), ordinary: () => t("ordinary risk"), empty: () => t("empty"), unknown: () => t("unknown contents") };
export const riskWord = (risk) => RISKS[risk]?.() ?? risk;

const KINDS = {
  ln2_freezer: () => t("LN2 freezer"), dewar: () => t("dewar"), dry_shipper: () => t("dry shipper"), ult_freezer: () => t("ULT freezer"),
  freezer: () => t("freezer"), fridge: () => t("2–8 °C refrigerator"),
};
export const ASSET_KINDS = Object.keys(KINDS);
export const kindWord = (kind) => KINDS[kind]?.() ?? kind;

const QUANTITIES = {
  temperature: () => t("temperature"), pressure: () => t("pressure"), gauge_pressure: () => t("gauge pressure"), level: () => t("level"), humidity: () => t("humidity"),
  mass: () => t("mass"), voltage: () => t("voltage"), resistance: () => t("resistance"), state: () => t("state (0 or 1)"),
};
export const quantityWord = (quantity) => QUANTITIES[quantity]?.() ?? quantity;

// Units as people write them.
const UNITS = { degC: "°C", degF: "°F", ohm: "Ω", percent: "%", kPa: "kPa", mbar: "mbar", kg: "kg", mm: "mm" };
export const unitWord = (unit) => UNITS[unit] ?? unit ?? "";
