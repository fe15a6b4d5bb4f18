// The wall: the same tiles, larger, one screen after the other, with who is on duty. Escape leads back.

import { all, get } from "./api.js";
import { byId, element, setText } from "./elements.js";
import { sites } from "./fleet.js";
import { t } from "./words.js";

const SCREEN_MS = 12_000;
const DUTY_MS = 60_000;
const page = document.documentElement;
let screen = 0;

export function begin() {
  page.dataset.wall = "";
  const turn = element("p", { class: "turn" });
  document.body.append(turn);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") location.assign("/");
  });
  setInterval(() => show(turn, screen + 1), SCREEN_MS);
  addEventListener("resize", () => show(turn, 0));
  setTimeout(() => show(turn, 0), 500);
  showDuty();
  setInterval(showDuty, DUTY_MS);
}

// Each screen begins with the first row that the one before did not show whole.
function show(turn, wanted) {
  const fleet = byId("fleet");
  const starts = startsOf([...fleet.querySelectorAll("li")], fleet.clientHeight, fleet.offsetTop);
  screen = wanted % starts.length;
  fleet.scrollTop = starts[screen];
  turn.hidden = starts.length === 1;
  setText(turn, t("{n} of {all}", { n: screen + 1, all: starts.length }));
}

function startsOf(items, height, above) {
  const starts = [0];
  for (const item of items) {
    const top = item.offsetTop - above;
    if (top + item.offsetHeight > starts.at(-1) + height && top > starts.at(-1)) starts.push(top);
  }
  return starts;
}

async function showDuty() {
  const line = byId("on-duty");
  try {
    const [duty, people] = await Promise.all([get("/duty"), all("/people")]);
    const names = new Map(people.items.map((one) => [one.id, page.lang === "en" ? one.name_en || one.name_zh : one.name_zh || one.name_en]));
    const told = duty.sites.map((row) => t("{site}: {names}", {
      site: sites.get(row.site)?.name || row.site,
      names: row.on_duty.map((id) => names.get(id) || id).join(", ") || t("nobody"),
    }));
    line.hidden = told.length === 0;
    setText(line, t("On duty: {told}", { told: told.join(" · ") }));
  } catch {
    line.hidden = true; // this account may not see who is on duty
  }
}
