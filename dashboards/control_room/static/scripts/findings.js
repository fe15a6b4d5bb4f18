// Findings of the examination (`cryogate doctor`): levels as shape and word, what to do next, a button where the gateway can do it.

import { badge, element } from "./elements.js";
import { t } from "./words.js";

const LEVELS = ["error", "warning", "note"];
const STATES = { error: "critical", warning: "minor", note: "free" };
const WORDS = { error: () => t("error"), warning: () => t("attention"), note: () => t("note") };
export const levelOf = (level) => STATES[level] ?? "fine";
export const levelWord = (level) => WORDS[level]?.() ?? level;
export const worstLevel = (findings) => LEVELS.find((one) => findings.some(({ level }) => level === one));

const rank = ({ level }) => LEVELS.indexOf(level);
export const worstFirst = (findings) => [...findings].sort((a, b) => rank(a) - rank(b));

// `buttons`: what can be done about it from here.
export function findingRow(one, buttons) {
  const words = element("div", {}, element("p", {}, element("b", {}, one.where), ": ", ...spoken(one.what)), element("p", { class: "quiet" }, t("Next:"), " ", ...spoken(one.do)));
  return element("li", { class: "finding" }, element("p", {}, badge(levelOf(one.level), levelWord(one.level))), words, element("div", { class: "row no-print" }, ...buttons));
}

// The gateway says it in English; what stands in backquotes is a command.
function spoken(text) {
  return text.split("`").map((part, k) => element(k % 2 ? "code" : "span", { lang: "en" }, part));
}
