// The sound of a new urgent alarm. It is made here, by WebAudio; a browser allows it after somebody pressed something.
// Of several tabs one sounds, and stopping it in one stops it in all.

const KEPT = "cryogate-sound";
const ROUNDS = 20; // then it ends by itself; the alarm stays
const ROUND_S = 2;
const BEEPS = [[0, 880], [0.25, 880], [0.5, 660]]; // as IEC 60601-1-8: a burst of pulses, not one long tone
const channel = "BroadcastChannel" in window ? new BroadcastChannel("cryogate-sound") : null;
const heard = new Set();
let context = null;
let timer = 0;
let stop = () => {};

export const isWanted = () => localStorage.getItem(KEPT) === "on";
export const isAllowed = () => context?.state === "running";
export const isPlaying = () => timer !== 0;

// Called when any of these changes.
export function onSound(act) {
  heard.add(act);
}

export async function allow(wanted = true) {
  localStorage.setItem(KEPT, wanted ? "on" : "off");
  if (wanted) {
    await wake();
    if (isAllowed()) beep(context.currentTime, 880);
  } else silence();
  tell();
}

export async function sound() {
  if (!isWanted() || timer) return;
  await wake();
  if (!isAllowed() || timer) return;
  if (!navigator.locks) return begin();
  navigator.locks.request("cryogate-sound", { ifAvailable: true }, (lock) => (lock ? new Promise((done) => { stop = done; begin(); }) : null));
}

export function silence() {
  channel?.postMessage("stop");
  end();
}

if (channel) channel.onmessage = () => end();

function begin() {
  let round = 0;
  const play = () => {
    if (++round > ROUNDS) return end();
    for (const [after, pitch] of BEEPS) beep(context.currentTime + after, pitch);
  };
  timer = setInterval(play, 1000 * ROUND_S);
  play();
  tell();
}

function end() {
  clearInterval(timer);
  timer = 0;
  stop();
  tell();
}

async function wake() {
  if (!("AudioContext" in window)) return;
  context ??= new AudioContext();
  if (context.state !== "running") await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
}

function beep(at, pitch) {
  const tone = context.createOscillator(), loudness = context.createGain();
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.4, at + 0.02);
  loudness.gain.setValueAtTime(0.4, at + 0.16);
  loudness.gain.linearRampToValueAtTime(0, at + 0.2);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.21);
}

function tell() {
  for (const act of heard) act();
}

// A browser that has loaded the page anew wants somebody to press something again: anything will do.
addEventListener("pointerdown", () => { if (isWanted() && !isAllowed()) wake().then(tell); }, { passive: true });
addEventListener("keydown", () => { if (isWanted() && !isAllowed()) wake().then(tell); }, { passive: true });
