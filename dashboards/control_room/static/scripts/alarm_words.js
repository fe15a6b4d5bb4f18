// What an alarm says about itself, in the language of the page. The API says it in English; what has no phrase here is a name.

import { ruleOf } from "./rules.js";
import { alarmState, riskWord, ruleKind, unitWord, word } from "./states.js";
import { duration } from "./time.js";
import { measured, t, tn } from "./words.js";

const IN = " is not in [risks], which counts as ";

// "critical; CAR-T inside is irreplaceable" as parts: { severity, products, risk, why }.
export function reasonOf(alarm) {
  const [severity, ...rest] = (alarm.priority_reason ?? "").split("; ");
  const why = rest.join("; ");
  if (why === "nothing is inside") return { severity, why, risk: "empty" };
  if (why === "no asset is unwatched because of it") return { severity, why, risk: "" };
  if (why.startsWith("nobody has said what is inside")) return { severity, why: "nobody", risk: last(why) };
  if (why.includes(IN)) return { severity, why: "not listed", products: why.split(" inside is not")[0], risk: last(why) };
  if (why.includes(" inside is ")) return { severity, why: "inside", products: why.split(" inside is ")[0], risk: why.split(" inside is ")[1] };
  return { severity, why, risk: "" };
}

const last = (text) => text.split(" ").at(-1);

export function reasonWords(alarm) {
  return t("{severity}; {because}", { severity: word(reasonOf(alarm).severity), because: becauseWords(alarm) });
}

// Without the severity.
export function becauseWords(alarm) {
  const { why, products, risk } = reasonOf(alarm);
  const because = {
    "nothing is inside": () => t("nothing is inside"),
    "no asset is unwatched because of it": () => t("no asset is unwatched because of it"),
    "nobody": () => t("nobody has said what is inside, so it counts as {risk}", { risk: riskWord(risk) }),
    "not listed": () => t("the risk of {products} is not set, so it counts as {risk}", { products, risk: riskWord(risk) }),
    "inside": () => t("{products} inside: {risk}", { products, risk: riskWord(risk) }),
  }[why];
  return because ? because() : why;
}

// What it is: a rule with its limit ("Limit 'above-150': beyond −150.0 °C"), or a fault in words.
export function titleOf(alarm) {
  if (alarm.kind === "fault") return alarm.message || alarm.rule;
  if (alarm.kind === "drill") return t("Drill: {rule}", { rule: alarm.rule });
  const limit = limitOf(alarm);
  if (limit === null) return t("{kind}: {rule}", { kind: ruleKind(alarm.kind), rule: alarm.rule });
  return zoned(alarm, beyondWords(limit.side === "low", withUnit(limit.value, alarm.unit), alarm.unit === "degC"));
}

function beyondWords(isLow, limit, isTemperature) {
  if (isTemperature) return isLow ? t("too cold, below {limit}", { limit }) : t("too warm, above {limit}", { limit });
  return isLow ? t("below {limit}", { limit }) : t("above {limit}", { limit });
}

const zoned = (alarm, words) => (alarm.zone ? t("{zone}: {words}", { zone: alarm.zone, words }) : words);

export const withUnit = (value, unit) => (value === null || value === undefined ? "–" : `${measured(value)}\u00a0${unitWord(unit)}`.trim());

export function stateWords(alarm) {
  if (alarm.withdrawn && !alarm.state.startsWith("withdrawn")) return t("withdrawn, {state}", { state: alarmState(alarm.state) });
  return alarmState(alarm.state);
}

export function overlayWords(kind) {
  return { shelved: t("shelved"), suppressed: t("suppressed"), "out of service": t("out of service") }[kind] ?? kind;
}

// What comes and goes around its limit, of its group in GET /calls; null where it does not.
export function swingsOf(alarm, group) {
  const found = group?.swinging.find((one) => one.alarm === alarm.id);
  return found ? tn("comes and goes: once in {time}", "comes and goes: {n} times in {time}", found.swings, { time: duration(group.swings_within_s) }) : null;
}

// { value, side } of the version that raised it; null where its rule has none, or nobody knows.
export function limitOf(alarm) {
  const { limit, side } = ruleOf(alarm)?.parameters ?? {};
  return Number.isFinite(limit) ? { value: limit, side } : null;
}
