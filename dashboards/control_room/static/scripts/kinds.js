// Kinds of statements, as people read them.

import { t } from "./words.js";

const WORDS = {
  account: () => t("account"), acknowledge: () => t("acknowledgement"), assessment: () => t("assessment of an excursion"), assign: () => t("assignment"), attempt: () => t("attempt to reach somebody"), call: () => t("call"),
  clock: () => t("clock"), close: () => t("closing of an alarm"), comment: () => t("comment"), configuration: () => t("configuration"), containment: () => t("contents"),
  disposition: () => t("disposition of a unit"), drill: () => t("drill"), empty: () => t("statement that nothing is inside"), fault: () => t("fault"), filling: () => t("filling"), handover: () => t("hand-over of a shift"),
  hold: () => t("hold"), import: () => t("import"), look: () => t("look of an inspector"), out_of_service: () => t("out of service"), outage: () => t("outage"),
  parked: () => t("decision on what was parked"), person: () => t("person"), placement: () => t("placement"), proposal: () => t("proposed version of a profile"), recovery: () => t("recovery"), release: () => t("release of a hold"),
  reset: () => t("reset of a budget"), retention: () => t("retention"), retry: () => t("reading again of refused messages"), roster: () => t("roster"), shelve: () => t("shelving"), signature: () => t("signature"),
  stand_in: () => t("stand-in"), take: () => t("taking of an alarm"), transition: () => t("change of an alarm"), unshelve: () => t("end of shelving"), withdrawal: () => t("withdrawal"), written: () => t("addition to the configuration"),
};
export const KINDS = Object.keys(WORDS);
export const kindWord = (kind) => WORDS[kind]?.() ?? kind;
