// What a rule says, in words: "above -150.0 °C", from the profiles of the configuration.

import { get } from "./api.js";
import { ruleKind, unitWord } from "./states.js";
import { measured, t } from "./words.js";

let profiles = new Map();

// Once, before alarms are shown; without it rules are shown by their names.
export async function loadRules() {
  const { items } = await get("/profiles");
  profiles = new Map(items.flatMap(({ profile, versions }) => versions.map((one) => [`${profile} ${one.version}`, one.rules])));
}

export function ruleOf(alarm) {
  return profiles.get(alarm.profile_version)?.find((rule) => rule.id === alarm.rule) ?? null;
}

export function ruleWords(alarm) {
  if (alarm.kind === "fault") return alarm.message || alarm.rule;
  const rule = ruleOf(alarm);
  const { side, limit } = rule?.parameters ?? {};
  if (alarm.kind !== "limit" || !Number.isFinite(limit)) return `${ruleKind(alarm.kind)} (${alarm.rule})`;
  const value = `${measured(limit)} ${unitWord(rule.unit)}`;
  return side === "low" ? t("below the limit of {value}", { value }) : t("above the limit of {value}", { value });
}
