// Words of the field are explained where they stand (`pieces.term`, `term`): one note for all of them opens beside the word,
// and Escape closes it. It stays while a script writes the word anew.

import { byId, element } from "./elements.js";
import { t } from "./words.js";

const GAP = 6;
const note = byId("meaning");
let word = null; // whose meaning is shown
let isOpen = false;
let meanings = null; // by id; asked for with the first word

// The same for words that a script writes; `id` as in words/glossary.toml.
export function term(id, text) {
  return element("button", { type: "button", class: "term", popovertarget: "meaning", "data-term": id }, text);
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".term");
  if (!pressed) return;
  if (isOpen && pressed !== word) event.preventDefault(); // it stays open, and says something else
  word = pressed;
  tell(pressed.dataset.term);
});

note.addEventListener("beforetoggle", ({ newState }) => { isOpen = newState === "open"; });
note.addEventListener("toggle", ({ newState }) => { if (newState === "open") place(); });

async function tell(id) {
  meanings ??= fetch(document.documentElement.dataset.meanings).then((answer) => answer.json());
  const says = await meanings.then((all) => all[id] ?? "", () => { meanings = null; return ""; });
  if (word.dataset.term !== id) return;
  note.replaceChildren(says, " ", element("a", { href: `/glossary#word-${id}` }, t("Glossary")));
  place();
}

function place() {
  const at = word.getBoundingClientRect();
  if (!at.width) return;
  const { width, height } = note.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight || at.top < height + GAP;
  note.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
  note.style.top = `${below ? at.bottom + GAP : at.top - height - GAP}px`;
}
