// The first start: who sets the gateway up becomes its administrator; the site is kept for the step of the first source.

import { post } from "./api.js";
import { byId, element } from "./elements.js";
import { keepLanguage } from "./settings.js";
import { inWords } from "./forms.js";
import { language } from "./words.js";

const KEPT = "cryogate-first-start"; // of this tab: what was typed, over a change of the language
const form = byId("first");
const fields = form.elements;
const own = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const zones = [...new Set([own, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])])];
fields.time_zone.append(...zones.map((one) => element("option", { value: one }, one)));

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
for (const [name, value] of Object.entries(kept)) if (fields[name] && name !== "language" && name !== "operator") fields[name].value = value;
if (location.hash.length > 1) fields.link.value = decodeURIComponent(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // not in the history of this browser
byId("typed-link").hidden = fields.link.value !== "";
fields.link.required = true;

form.addEventListener("input", keep);
fields.language.addEventListener("change", () => {
  keep();
  keepLanguage(fields.language.value);
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = form.querySelector(".problem");
  problem.hidden = true;
  try {
    const done = await post("/first-start", wanted(), { open: true });
    keep();
    location.assign(`/welcome?next=${encodeURIComponent("/set-up/begin")}#${encodeURIComponent(done.link)}`);
  } catch (error) {
    problem.hidden = false;
    problem.textContent = inWords(error);
    byId("typed-link").hidden = false;
  }
});

function wanted() {
  const name = fields.name.value.trim();
  const isChinese = /\p{Script=Han}/u.test(name);
  return {
    link: fields.link.value.trim().split("#").at(-1), account: fields.account.value.trim(), operator: fields.operator.checked, time_zone: fields.time_zone.value,
    language: language.startsWith("zh") ? "zh" : "en", ...(isChinese ? { name_zh: name } : { name_en: name }),
  };
}

function keep() {
  sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(new FormData(form))));
}
