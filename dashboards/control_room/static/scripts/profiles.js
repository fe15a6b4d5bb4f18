// Profiles as tables and as text of the configuration.

import { ruleKind, unitWord, word } from "./states.js";
import { t } from "./words.js";

// A row for each value of each rule, with its value in each version ("" where it is not).
export function rows(versions) {
  const ids = [...new Set(versions.flatMap((one) => one.rules.map((rule) => rule.id)))];
  return ids.flatMap((id) => {
    const rules = versions.map((one) => one.rules.find((rule) => rule.id === id));
    const names = [...new Set(rules.flatMap((rule) => Object.keys(rule?.parameters ?? {})))];
    return [
      { name: id, values: rules.map((rule) => (rule ? `${ruleKind(rule.kind)}, ${word(rule.severity)}` : "")) },
      ...names.map((name) => ({ name: `${id}: ${name}`, values: rules.map((rule) => shown(name, rule)) })),
    ];
  });
}

function shown(name, rule) {
  const value = rule?.parameters[name];
  if (value === undefined || value === null) return "";
  if (name.endsWith("_s")) return t("{n} s", { n: value });
  const key = Object.keys(rule.written).find((one) => one.startsWith(`${name}_${rule.unit}`));
  if (key) return `${value} ${unitWord(rule.unit)}${key.endsWith("_per_min") ? "/min" : ""}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const AHEAD_MS = 24 * 3_600_000; // people sign it before it holds
const HOUR_MS = 3_600_000;

// The newest version as the next one, from a full hour of tomorrow on. Values have their unit in their name: limit_degC.
export function profileToml({ profile, versions }) {
  const newest = versions.at(-1);
  const name = /^[\w-]+$/.test(profile) ? profile : JSON.stringify(profile);
  const lines = [`[[profiles.${name}]]`, `version = ${JSON.stringify(next(versions))}`, `valid_from = ${tomorrow()}`];
  for (const rule of newest.rules) {
    lines.push("", `[[profiles.${name}.rules]]`, `id = ${JSON.stringify(rule.id)}`, `kind = ${JSON.stringify(rule.kind)}`, `severity = ${JSON.stringify(rule.severity)}`);
    for (const [name, value] of Object.entries(rule.written)) lines.push(`${name} = ${toml(value)}`);
  }
  return lines.join("\n");
}

function next(versions) {
  const numbers = versions.map((one) => one.version).filter((one) => /^\d{1,9}$/.test(one)).map(Number);
  return numbers.length === versions.length ? String(Math.max(...numbers) + 1) : `${versions.at(-1).version}-next`;
}

const tomorrow = () => `${new Date(Math.ceil((Date.now() + AHEAD_MS) / HOUR_MS) * HOUR_MS).toISOString().slice(0, 19)}Z`;
const toml = (value) => (Array.isArray(value) ? `[${value.map(toml).join(", ")}]` : JSON.stringify(value));
