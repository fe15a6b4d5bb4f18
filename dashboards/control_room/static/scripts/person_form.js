// The form of a person: a name in Latin and in Chinese script, languages, time zone, and the ways of a call in their order.

import { newKey, post } from "./api.js";
import { element } from "./elements.js";
import { action, choices, field, openForm } from "./forms.js";
import { priorityWord } from "./states.js";
import { t } from "./words.js";

const PRIORITIES = ["low", "medium", "high", "urgent"];
const LANGUAGES = [["zh", "简体中文"], ["en", "English"]];

// `person`: null for a new one. Resolves with what the gateway answered, or null.
export function personForm(person, { notifiers, sites }) {
  const key = newKey();
  const ways = element("div", { class: "form" }, ...(person?.ways ?? []).map((one) => wayFields(one, notifiers)));
  const zone = person?.time_zone ?? sites[0]?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return openForm({
    title: person ? t("Change {name}", { name: person.id }) : t("Add a person"), wide: true, button: t("Save"),
    fields: [
      ...(person ? [] : [field(t("Id"), "id", { required: true, pattern: "[a-z0-9][a-z0-9._\\-]*", placeholder: "li.na", hint: t("Small letters, digits, dots. It stays the same for good.") })]),
      field(t("Name in Latin script"), "name_en", { value: person?.name_en ?? "", placeholder: "Li Na" }),
      field(t("Name in Chinese script"), "name_zh", { value: person?.name_zh ?? "", placeholder: "李娜", lang: "zh-Hans" }),
      choices(t("Languages"), "languages", LANGUAGES, person?.languages ?? ["zh"]),
      field(t("Time zone"), "time_zone", { value: zone, required: true }),
      choices(t("On the spot at"), "on_site", sites.map((one) => [one.site, one.name || one.site]), person?.on_site ?? []),
      element("h3", {}, t("Ways, in their order")), ways,
      element("p", {}, action(t("Another way"), () => ways.append(wayFields(null, notifiers)))),
    ],
    act: (values, data) => post(`/people/${encodeURIComponent(person?.id ?? values.id.trim())}`, saidOf(values, data), { key }),
  });
}

function wayFields(way, notifiers) {
  const known = [...new Set([...(way ? [way.notifier] : []), ...notifiers])];
  const row = element("div", { class: "way" },
    field(t("Notifier"), "notifier", { kind: "select", options: known.map((one) => [one, one]), value: way?.notifier ?? known[0] ?? "" }),
    field(t("Address"), "address", { value: way?.address ?? "", required: true }),
    field(t("From priority"), "from_priority", { kind: "select", options: PRIORITIES.map((one) => [one, priorityWord(one)]), value: way?.from_priority ?? "low" }),
    action(t("Remove"), () => row.remove()),
    field(t("Quiet hours"), "quiet", { value: way?.quiet ?? "", placeholder: "22:00-07:00" }),
    field(t("Unless"), "unless", { kind: "select", options: PRIORITIES.map((one) => [one, priorityWord(one)]), value: way?.unless ?? "urgent" }));
  return row;
}

function saidOf(values, data) {
  const column = (name) => data.getAll(name);
  const ways = column("notifier").map((notifier, k) => ({
    notifier, address: column("address")[k].trim(), from_priority: column("from_priority")[k], quiet: column("quiet")[k].trim() || null, unless: column("unless")[k],
  }));
  return { name_en: values.name_en.trim(), name_zh: values.name_zh.trim(), languages: column("languages"), time_zone: values.time_zone.trim(), on_site: column("on_site"), ways };
}
