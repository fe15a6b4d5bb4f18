// Findings of the examination (`cryogate doctor`): levels as shape and word, what to do next, a button where the gateway can do it.

import { badge, element } from "./elements.js";
import { t } from "./words.js";

const LEVELS = ["error", "warning", "note"];
const STATES = { error: "critical", warning: "minor", note: "free" };
const WORDS = { error: () => t("error"), warning: () => t("attention"), note: () => t("note") };
export const levelOf = (level) => STATES[level] ?? "fine";
export const levelWord = (level) => WORDS[level]?.() ?? level;
export const worstLevel = (findings) => LEVELS.find((one) => findings.some(({ level }) => level === one));

const DEEPEST = 4; // sentences within sentences
const address = document.documentElement.dataset.findings;
const sentences = address ? await load(address) : [];

const rank = ({ level }) => LEVELS.indexOf(level);
export const worstFirst = (findings) => [...findings].sort((a, b) => rank(a) - rank(b));

// `buttons`: what can be done about it from here.
export function findingRow(one, buttons) {
  const words = element("div", {}, element("p", {}, element("b", {}, inLanguage(one.where)), ": ", ...spoken(one.what)), element("p", { class: "quiet" }, t("Next:"), " ", ...spoken(one.do)));
  return element("li", { class: "finding" }, element("p", {}, badge(levelOf(one.level), levelWord(one.level))), words, element("div", { class: "row no-print" }, ...buttons));
}

// In the language of the page, as far as finding_words.py has words; what devices, brokers and files say stays as it is. What
// stands in backquotes is a command.
function spoken(text) {
  const words = inLanguage(text);
  const isOurs = words !== text;
  return words.split("`").map((part, k) => element(k % 2 ? "code" : "span", isOurs && k % 2 === 0 ? {} : { lang: "en" }, part));
}

export function inLanguage(text, depth = 0) {
  if (depth > DEEPEST || !text.trim()) return text;
  for (const { pieces, holes, translation } of sentences) {
    const fields = fieldsOf(text, pieces);
    if (fields === null) continue;
    const given = Object.fromEntries(fields.map((one, k) => [holes[k], inLanguage(one, depth + 1)]));
    return translation.replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);
  }
  return depth > 0 ? t(text) : text; // a severity, the state of an alarm
}

// What stands between the pieces of a sentence; null: it is another one.
function fieldsOf(text, pieces) {
  const [first, ...rest] = pieces;
  if (!text.startsWith(first)) return null;
  const found = [];
  let at = first.length;
  for (const [k, piece] of rest.entries()) {
    const isLast = k === rest.length - 1;
    const next = isLast ? text.length - piece.length : text.indexOf(piece, at + 1);
    if (next < at || (next === at && !isLast) || (isLast && !text.endsWith(piece))) return null; // only the last may be empty
    found.push(text.slice(at, next));
    at = next + piece.length;
  }
  return at === text.length ? found : null;
}

async function load(address) {
  try {
    const table = await (await fetch(address)).json();
    return Object.entries(table).map(([sentence, translation]) => {
      const holes = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      return { pieces: sentence.split(/\{\w+\}/), holes, translation, said: sentence.replace(/\{\w+\}/g, "").length };
    }).sort((a, b) => b.said - a.said); // the more of it are words of its own, the surer
  } catch {
    return []; // English says the same
  }
}
