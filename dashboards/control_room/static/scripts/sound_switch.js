// The switch of the sound, which also stops it while it sounds.

import { element, shape } from "./elements.js";
import { allow, isAllowed, isPlaying, isWanted, onSound, silence } from "./sound.js";
import { t } from "./words.js";

export function showSoundSwitch(button) {
  const show = () => {
    const words = isPlaying() ? t("Stop the sound") : isWanted() ? (isAllowed() ? t("Sound: on") : t("Sound: press to allow it")) : t("Sound: off");
    button.classList.toggle("playing", isPlaying());
    button.setAttribute("aria-pressed", String(isWanted()));
    button.replaceChildren(shape(isPlaying() ? "critical" : isWanted() ? "fine" : "off"), element("span", {}, words));
  };
  button.title = t("A sound when an urgent alarm begins");
  button.addEventListener("click", () => {
    if (isPlaying()) silence();
    else allow(!isWanted() || !isAllowed());
  });
  onSound(show);
  show();
}
