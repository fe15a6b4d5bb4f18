// A piece of configuration that can be written: its text, what the check says, why it cannot be written, a button to copy it.

import { byId, element } from "./elements.js";
import { toast } from "./dialogs.js";
import { t } from "./words.js";

byId("copy-piece").addEventListener("click", async () => {
  getSelection().selectAllChildren(byId("piece-text"));
  await navigator.clipboard?.writeText(byId("piece-text").textContent);
  toast(t("Copied"));
});

// As a preview of the API answers.
export function showPiece({ text, changes, remarks, why_not_written: why }) {
  byId("piece").hidden = false;
  byId("piece-text").textContent = text;
  byId("checked").textContent = changes.length || remarks.length
    ? t("It is checked as by cryogate check: the gateway would start with it. What it says besides:")
    : t("It is checked as by cryogate check: the gateway would start with it.");
  byId("follows").replaceChildren(...[...changes, ...remarks].map((one) => element("li", { lang: "en" }, one)));
  byId("write").hidden = why !== "";
  byId("not-written").hidden = why === "";
  byId("not-written").replaceChildren(t("It cannot be written from here. Add it to the configuration by hand, then start the gateway again."), " ", element("span", { lang: "en" }, why));
  byId("piece").scrollIntoView({ block: "nearest" });
  byId("piece-title").focus({ preventScroll: true });
}

export const hidePiece = () => { byId("piece").hidden = true; };
