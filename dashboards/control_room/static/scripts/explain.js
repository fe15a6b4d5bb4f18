// Words with their explanation (`pieces.term`): it opens beside the word, and Escape closes it.

import { element } from "./elements.js";

const GAP = 6;
let made = 0;

// The same for words that a script writes: [button, meaning].
export function term(word, meaning) {
  const id = `meaning-${(made += 1)}`;
  const note = element("span", { id, class: "meaning", popover: "auto", role: "note" }, meaning);
  return [element("button", { type: "button", class: "term", popovertarget: id }, word), note];
}

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "open" && target.classList?.contains("meaning")) place(target);
}, true);

function place(note) {
  const word = document.querySelector(`[popovertarget="${note.id}"]`)?.getBoundingClientRect();
  if (!word) return;
  const { width, height } = note.getBoundingClientRect();
  const below = word.bottom + GAP + height <= innerHeight || word.top < height + GAP;
  note.style.left = `${Math.max(GAP, Math.min(word.left, innerWidth - width - GAP))}px`;
  note.style.top = `${below ? word.bottom + GAP : word.top - height - GAP}px`;
}
