// Names of people as whoever looks reads them: the script of the page first.

import { language } from "./words.js";

export function nameOf(person) {
  const [first, second] = language.startsWith("zh") ? [person.name_zh, person.name_en] : [person.name_en, person.name_zh];
  return first || second || person.id;
}

// Both scripts where there are two: "Li Na 李娜".
export const bothNames = (person) => [nameOf(person), ...[person.name_en, person.name_zh].filter((one) => one && one !== nameOf(person))].join(" ");

// What a statement calls a person - an id, or a name of either script - as a person; undefined where nobody is meant alone.
export function personCalled(people, called) {
  const byId = people.find((one) => one.id === called);
  if (byId) return byId;
  const named = people.filter((one) => one.name_en === called || one.name_zh === called);
  return named.length === 1 ? named[0] : undefined;
}
