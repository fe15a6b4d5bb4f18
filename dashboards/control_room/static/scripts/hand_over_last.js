// The last hand-over with the signatures of both: who gives is responsible for what was said, who takes over has read it.

import { get } from "./api.js";
import { badge, element } from "./elements.js";
import { action, ifAllowed } from "./forms.js";
import { nameOf, personCalled } from "./people_names.js";
import { signRecord } from "./signing.js";
import { dayTime, timeElement, utc } from "./time.js";
import { t } from "./words.js";

const GIVES = "responsible";
const TAKES = "reviewed";

export async function lastHandOver(into, last, desk) {
  if (last === null) {
    into.replaceChildren(element("p", { class: "quiet" }, t("Nothing was handed over yet. The first one goes back 24 hours.")));
    return;
  }
  const record = `statement ${last.id}`;
  const found = await ifAllowed(get(`/signatures?${new URLSearchParams({ record })}`));
  const parties = [party(t("Handed over by"), last.by, GIVES, desk), party(t("Taken over by"), last.to, TAKES, desk)];
  const rows = parties.flatMap((one) => [element("dt", {}, one.label), element("dd", { class: "row" }, element("b", {}, one.name), " ", signatureOf(one, found?.items ?? [], last, desk))]);
  into.replaceChildren(
    element("p", {}, `${dayTime(last.at, desk.zone)} (${utc(last.at)})`),
    element("dl", { class: "hands" }, ...rows),
    element("h3", {}, t("Notes")),
    last.notes ? element("p", { class: "notes" }, last.notes) : element("p", { class: "quiet" }, t("No notes.")),
    element("p", { class: "quiet no-print" }, t("Each signs with the own account. Whoever takes over logs in, opens this page and signs here.")),
  );
}

function party(label, called, meaning, { people }) {
  const person = personCalled(people, called);
  return { label, meaning, account: person?.id ?? called, name: person ? nameOf(person) : called };
}

function signatureOf({ account, name, meaning }, signatures, last, desk) {
  const mine = signatures.find((one) => one.account === account && one.meaning === meaning);
  if (mine) return element("span", {}, badge("fine", t("signed")), " ", timeElement(mine.stated, desk.zone));
  const open = badge("unknown", t("not signed"));
  if (account !== desk.who.account) return open;
  const words = meaning === TAKES ? t("Sign: I have taken over") : t("Sign: I have handed over");
  return element("span", { class: "row" }, open, action(words, () => sign(last, meaning, name, desk), { class: "button no-print" }));
}

async function sign(last, meaning, name, desk) {
  const title = meaning === TAKES ? t("Sign that you have taken over") : t("Sign that you have handed over");
  if (await signRecord({ title, name, record: ["statement", last.id], meaning })) await desk.signed();
}
