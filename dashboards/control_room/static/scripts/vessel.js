// A vessel as a small drawing: what kind it is, and how each of its zones is, the top one first.

import { svg } from "./elements.js";
import { kindWord } from "./states.js";
import { t } from "./words.js";

// wall: how it looks; inside: x, y, width, height of what is cold.
const DRAWN = {
  ln2_freezer: { wall: "M8 12v38a4 4 0 0 0 4 4h26a4 4 0 0 0 4-4V12M5 12h40M12 12a13 6 0 0 1 26 0", inside: [12, 16, 26, 34] },
  dewar: { wall: "M20 4h10v8c0 4 10 6 10 14v24a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4V26c0-8 10-10 10-14zM18 4h14", inside: [14, 27, 22, 23] },
  dry_shipper: { wall: "M19 8h12v7h5a4 4 0 0 1 4 4v31a4 4 0 0 1-4 4H14a4 4 0 0 1-4-4V19a4 4 0 0 1 4-4h5zM17 5h16v3H17zM10 26H6v12h4M40 26h4v12h-4", inside: [14, 19, 22, 31] },
  ult_freezer: { wall: "M9 4h32a2 2 0 0 1 2 2v46a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM36 24v9M12 54v3M38 54v3", inside: [11, 8, 20, 42] },
  fridge: { wall: "M9 4h32a2 2 0 0 1 2 2v46a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM7 20h36M36 9v6M36 25v9", inside: [11, 24, 20, 26] },
  other: { wall: "M8 10h34v42H8zM8 10l5-5h34v42l-5 5M42 10l5-5", inside: [12, 14, 26, 34] },
};
const ALIKE = { freezer: "ult_freezer", cabinet: "fridge", shipper: "dry_shipper" };
const GAP = 2;

// `states`: of its zones from the top down; one where it has none.
export function vessel(kind, states) {
  const drawn = DRAWN[kind] ?? DRAWN[ALIKE[kind]] ?? DRAWN.other;
  const made = svg("svg", { class: "vessel", viewBox: "0 0 50 58", role: "img", "aria-label": kindWord(kind) || t("vessel") });
  const [x, y, width, height] = drawn.inside;
  const each = (height - GAP * (states.length - 1)) / states.length;
  states.forEach((state, i) => {
    made.append(svg("rect", { class: "zone", "data-state": state, x, y: y + i * (each + GAP), width, height: each, rx: 1.5 }));
  });
  made.append(svg("path", { class: "wall", d: drawn.wall }));
  return made;
}

export function showZones(of, states) {
  of.querySelectorAll(".zone").forEach((zone, i) => {
    if (zone.dataset.state !== states[i]) zone.dataset.state = states[i];
  });
}
