// What became of an alarm, as a time line in words.

import { overlayWords, withUnit } from "./alarm_words.js";
import { element } from "./elements.js";
import { word } from "./states.js";
import { clockTime, timeElement } from "./time.js";
import { t } from "./words.js";


const WORDS = {
  raised: ({ known }) => t("Raised: {severity}, {value}", { severity: word(known.severity), value: withUnit(known.extreme, known.unit) }),
  acknowledged: ({ by }) => t("{name} acknowledged it", { name: by }),
  amended: ({ by }) => (by ? t("Changed by what {name} stated", { name: by }) : t("Something else became known")),
  returned: ({ known }) => t("Back within its limit; worst was {value}", { value: withUnit(known.extreme, known.unit) }),
  withdrawn: () => t("Withdrawn: late data or statements show that it never was"),
  ended: () => t("Ended: its channel measures something else, or other limits hold"),
  closed: ({ by }) => t("{name} closed it", { name: by }),
  "asks again": () => t("Asks again: it became worse, or something became known"),
  "taken back": ({ by }) => t("{name} took a statement back", { name: by }),
  taken: ({ by }) => t("{name} is on it", { name: by }),
  assigned: ({ by, known }) => t("{name} assigned it to {to}", { name: by, to: known.assigned?.to ?? "" }),
  commented: ({ by }) => t("{name} remarked", { name: by }),
  shelved: ({ by, known, zone }) => t("{name} shelved it until {time}", { name: by, time: clockTime(known.overlay?.until, zone, false) }),
  suppressed: ({ known, zone }) => t("Quiet until {time}, as the configuration says", { time: clockTime(known.overlay?.until, zone, false) }),
  "out of service": () => t("Out of service, as two people stated"),
  "speaks again": () => t("Speaks again"),
};

export function timeLine(changes, zone) {
  const list = element("ol", { class: "line" });
  for (const change of changes) {
    const said = { ...change, zone, by: change.because?.by ?? newest(change)?.by ?? "" };
    const item = element("li", {}, timeElement(change.because?.at ?? change.recorded, zone), " ", element("span", {}, WORDS[change.change]?.(said) ?? change.change));
    const text = textOf(change);
    if (text) item.append(element("q", {}, text));
    list.append(item);
  }
  return list;
}

// What a person wrote beside it.
function textOf(change) {
  if (change.because?.reason) return change.because.reason;
  const said = newest(change);
  return said?.comment ?? said?.reason ?? "";
}

// What the change added: { by, comment }.
function newest({ change, known }) {
  switch (change) {
    case "acknowledged": return known.acknowledgements.at(-1);
    case "commented": return known.comments.at(-1);
    case "taken": return known.taken;
    case "assigned": return known.assigned;
    case "closed": return known.closing;
    case "shelved":
    case "out of service": return known.overlay;
    default: return null;
  }
}

// Quietness that stands now, in words.
export const quietWords = (overlay, zone) =>
  t("{kind} by {name} until {time}: {reason}", { kind: overlayWords(overlay.kind), name: overlay.by || "–", time: clockTime(overlay.until, zone, false), reason: overlay.reason });

