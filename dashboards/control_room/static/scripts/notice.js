// On every page: a new alarm is told where somebody looks, and an urgent one is heard.

import { asks, goesOn, numberInside } from "./alarm_list.js";
import { toast } from "./dialogs.js";
import { on } from "./live.js";
import { silence, sound } from "./sound.js";
import { word } from "./states.js";
import { t, tn } from "./words.js";

const NEW = ["raised", "asks again", "speaks again"];
const LOUD = ["urgent", "high"];
const MOST = 3; // told one by one within some seconds; the rest is in the list
const WITHIN_MS = 10_000;
const KEPT = 6; // on the screen; a page may be open for a week
const loud = new Set(); // alarms that sounded, and that nobody is on
let told = [];
let shown = [];

on("alarm", ({ change, alarm }) => {
  if (alarm.taken || !asks(alarm) || !goesOn(alarm)) settle(alarm);
  if (!NEW.includes(change) || !goesOn(alarm) || !asks(alarm) || alarm.overlay) return;
  if (LOUD.includes(alarm.priority)) {
    loud.add(alarm.id);
    sound();
  }
  if (document.documentElement.dataset.page === "alarms" || document.visibilityState === "hidden") return;
  tell(alarm);
});

function tell(alarm) {
  const now = Date.now();
  told = told.filter((one) => now - one.at < WITHIN_MS);
  if (told.filter((one) => one.priority === alarm.priority).length >= MOST) return; // a flood hides nothing more urgent
  told.push({ at: now, priority: alarm.priority });
  const count = numberInside(alarm);
  const inside = tn("one unit inside", "{n} units inside", count ?? 0);
  const words = t("Alarm, {severity}: {where}, {rule}", { severity: word(alarm.severity), where: alarm.asset, rule: alarm.rule });
  const made = toast(count ? `${words}, ${inside}` : words, alarm.severity, { words: t("Look"), href: `/alarms/${encodeURIComponent(alarm.id)}` });
  shown.push({ id: alarm.id, made });
  if (shown.length > KEPT) shown.shift().made.remove();
}

// Somebody is on it, or it is over: no more noise.
function settle(alarm) {
  for (const one of shown.filter(({ id }) => id === alarm.id)) one.made.remove();
  shown = shown.filter(({ id }) => id !== alarm.id);
  if (loud.delete(alarm.id) && loud.size === 0) silence();
}
