// The glossary: sorted by the words of the language that is read, and searched in both.

import { byId } from "./elements.js";
import "./settings.js";
import { collator, language } from "./words.js";

const list = byId("terms");
const spoken = language.startsWith("zh") ? "zh" : "en";
const rows = [...list.children].sort((a, b) => collator.compare(a.dataset[spoken], b.dataset[spoken]));
list.replaceChildren(...rows);
if (location.hash) byId(location.hash.slice(1))?.scrollIntoView();

byId("search").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  byId("nothing").hidden = rows.some((row) => !row.hidden);
});
