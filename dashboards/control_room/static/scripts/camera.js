// The camera as a scanner. What reads the codes is fetched only when the camera opens; pictures stay in this browser.

import { element } from "./elements.js";
import { scanCame } from "./keys.js";
import { t } from "./words.js";

const EVERY_MS = 120; // a look at the picture
const WIDEST = 1280; // pixels that are looked at
const AGAIN_MS = 3000; // until the same code in view counts once more
const FORMATS = ["DataMatrix", "QRCode", "Code128", "ITF", "EANUPC"];

let reading = null; // the module, once it was asked for

// `several`: it stays open for more codes.
export async function openCamera({ several = false } = {}) {
  const camera = new Camera(several);
  await camera.open();
}

class Camera {
  constructor(several) {
    Object.assign(this, { several, stream: null, last: "", at: 0, isOpen: true });
    this.video = element("video", { playsinline: true, muted: true, "aria-label": t("What the camera sees") });
    this.video.muted = true;
    this.said = element("p", { role: "status" }, t("The camera opens …"));
    this.close = element("button", { class: "button primary" }, t("Close"));
    this.dialog = element("dialog", { "aria-labelledby": "camera-title", class: "camera" }, element("form", { class: "form", method: "dialog" }, element("h2", { id: "camera-title" }, t("Scan with the camera")), this.video, this.said, element("div", { class: "row" }, this.close)));
  }

  async open() {
    document.body.append(this.dialog);
    this.dialog.addEventListener("close", () => this.#end());
    this.dialog.showModal();
    this.close.focus();
    const why = unusable();
    if (why) return this.#refuse(why);
    try {
      const [stream, read] = await Promise.all([navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: WIDEST } } }), reader()]);
      this.stream = stream;
      if (!this.isOpen) return this.#end();
      this.video.srcObject = stream;
      await this.video.play();
      this.#say(t("Hold the code before the camera, flat and in good light. Pictures stay in this browser."));
      await this.#look(read);
    } catch (error) {
      this.#refuse(refused(error));
    }
  }

  async #look(read) {
    const canvas = document.createElement("canvas"), paper = canvas.getContext("2d", { willReadFrequently: true });
    while (this.isOpen) {
      const { videoWidth: width, videoHeight: height } = this.video, scale = Math.min(1, WIDEST / (width || 1));
      if (width && !document.hidden) {
        Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
        paper.drawImage(this.video, 0, 0, canvas.width, canvas.height);
        const found = await read(paper.getImageData(0, 0, canvas.width, canvas.height), { formats: FORMATS, maxNumberOfSymbols: 2, textMode: "Plain" });
        const good = found.filter((one) => one.isValid && one.text);
        if (good.length > 1 && this.isOpen) this.#say(t("Two codes are in view: show one of them."));
        else if (good.length && this.isOpen) this.#read(textOf(good[0]));
      }
      await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
    }
  }

  #read(text) {
    const now = performance.now(), isSame = text === this.last && now - this.at < AGAIN_MS;
    Object.assign(this, { last: text, at: now });
    if (isSame) return;
    navigator.vibrate?.(60);
    if (this.several) this.#say(t("Read: {code}. The next one, or close.", { code: text.replaceAll("\u001d", " ") }));
    else this.dialog.close();
    scanCame(text);
  }

  #refuse(words) {
    this.video.hidden = true;
    this.said.setAttribute("role", "alert");
    this.#say(words);
  }

  #say(words) {
    this.said.textContent = words;
  }

  #end() {
    this.isOpen = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.dialog.remove();
  }
}

// As a scanner sends it: what says that a code is of GS1 stands before it.
function textOf({ contentType, symbologyIdentifier, text }) {
  return contentType === "GS1" ? `${symbologyIdentifier}${text}` : text;
}

function reader() {
  reading ??= load().catch((error) => {
    reading = null;
    throw error;
  });
  return reading;
}

async function load() {
  const { prepareZXingModule, readBarcodes } = await import("../vendor/zxing/reader/index.js");
  await prepareZXingModule({ overrides: { locateFile: (name) => new URL(`../vendor/zxing/${name}`, import.meta.url).href }, fireImmediately: true });
  return readBarcodes;
}

function unusable() {
  if (!window.isSecureContext) return t("Browsers give the camera only to pages that came by https, or from the same machine. Open this page by its https address; the set-up says how to trust its certificate. Until then: type the code, or use a scanner.");
  if (!navigator.mediaDevices?.getUserMedia) return t("This browser has no way to the camera. Use another one, type the code, or use a scanner.");
  return "";
}

function refused(error) {
  switch (error.name) {
    case "NotAllowedError": return t("The camera is refused to this page. Allow it in the settings of the browser for this address (the sign beside the address), then open it again.");
    case "NotFoundError":
    case "OverconstrainedError": return t("This device has no camera. Type the code, or use a scanner.");
    case "NotReadableError": return t("Something else uses the camera. Close that, then open it again.");
    default: return t("The camera cannot be read ({why}). Load this page again, type the code, or use a scanner.", { why: error.message });
  }
}
