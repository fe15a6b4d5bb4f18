// The page of components: what is made by scripts, made by the real ones.

import { ask, tellProblem, toast } from "./dialogs.js";
import { Problem } from "./api.js";
import { badge, byId, element } from "./elements.js";
import "./settings.js";
import { STATES, word } from "./states.js";
import { vessel } from "./vessel.js";
import { measured, t } from "./words.js";

byId("badges").append(...STATES.map((state) => badge(state, word(state))));
byId("solid").append(...STATES.slice(0, 5).map((state) => badge(state, word(state), true)));
byId("vessels").append(...["ln2_freezer", "dewar", "dry_shipper", "ult_freezer", "fridge", ""].map((kind) => vessel(kind, ["fine", "critical"])));
byId("rows").append(...[["shipper-1-payload", -190.23, "fine"], ["shipper-2-payload", -120, "critical"]].map(([name, value, state]) =>
  element("tr", {}, element("th", { scope: "row" }, name), element("td", { class: "number" }, `${measured(value)} °C`), element("td", {}, badge(state, word(state))))));

byId("ask").addEventListener("click", async () => {
  const reason = await ask({ title: t("Acknowledge"), text: "shipper-2", button: t("Acknowledge"), reason: "required" });
  if (reason !== null) toast(reason);
});
byId("toast").addEventListener("click", () => toast(t("Done")));
byId("problem").addEventListener("click", () => tellProblem(new Problem(503, "")));
