// What is out of service, and what waits for a second person.

import { newKey, post } from "./api.js";
import { ask, tellProblem, toast } from "./dialogs.js";
import { element, shape } from "./elements.js";
import { timeElement } from "./time.js";
import { t } from "./words.js";

export function showRests(into, place, changed) {
  const rows = place.rests.map((one) => row(one, place, changed));
  into.replaceChildren(...(rows.length ? [element("section", { class: "card rests" }, element("h2", {}, t("Out of service")), ...rows)] : []));
}

function row(rest, place, changed) {
  const name = rest.channel ?? place.assetName(rest.asset), until = rest.until ?? rest.review;
  const made = element("p", { class: "row" }, shape("off"), element("strong", {}, name), element("span", {}, rest.reason), element("span", { class: "quiet" }, t("until "), timeElement(until, place.zone)));
  made.append(element("span", {}, rest.approved_by ? t("{name} asked for it, {other} approved it", { name: rest.requested_by, other: rest.approved_by }) : t("{name} asked for it; another person has to approve it", { name: rest.requested_by })));
  const own = rest.requested_by === place.me;
  if (!rest.approved_by && !own && place.may("out-of-service.approve")) made.append(button(t("Approve"), t("From then on its alarms call nobody until the end. They stay in every list."), rest, "approve", place, changed));
  if (place.may("out-of-service.end")) made.append(button(rest.approved_by ? t("Back into service") : t("Not any more"), t("Its alarms speak from now on."), rest, "end", place, changed));
  return made;
}

function button(words, text, rest, verb, place, changed) {
  const made = element("button", { type: "button", class: "button" }, words);
  made.addEventListener("click", async () => {
    const key = newKey(), title = `${words}: ${rest.channel ?? place.assetName(rest.asset)}`;
    const reason = await ask({ title, text, button: words, reason: "required" });
    if (reason === null) return;
    try {
      await post(`/out-of-service/${verb}`, { reason, ...(rest.channel ? { channel: rest.channel } : { asset: rest.asset }) }, { key });
      toast(t("Done"));
      await place.learnRests();
      changed();
    } catch (problem) {
      tellProblem(problem);
    }
  });
  return made;
}
