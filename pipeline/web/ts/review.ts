import { call, settled } from "./lib/api";
import { el, maybe } from "./lib/dom";
import { Flags } from "./lib/flags";
import { Heard } from "./lib/heard";
import { type Acts, Keymap, settingsOf } from "./lib/keymap";
import { Foot, Pedals } from "./lib/pedal";
import { Player } from "./lib/player";
import { keepPlace, lastPlace } from "./lib/resume";
import { Saver } from "./lib/saver";

const cueMS = 300;

const root = el("review");
const id = root.dataset.id!;
const api = `/api/v1/dictations/${id}`;
const settings = settingsOf(root);
const stepS = settings.step_ms / 1000;
const text = el<HTMLTextAreaElement>("text");
const status = el("status");
let leaving = false;

function say(what: string, bad = false): void {
  status.textContent = what;
  status.classList.toggle("bad", bad);
}

function lock(why: string): void {
  saver.locked = true;
  text.readOnly = true;
  const box = el("locked");
  const link = document.createElement("a");
  link.href = "/work";
  link.textContent = "Back to your work";
  box.replaceChildren(`${why} ${saver.dirty ? "What you see here and could not save stays in this tab; copy what you need. " : ""}`, link);
  box.hidden = false;
  say("Read-only.", true);
  for (const b of document.querySelectorAll<HTMLButtonElement>(".acts button")) b.disabled = true;
}

// ask opens a dialog and gives the value of the button that closed it. The close
// event comes later than the closing: one that finds the dialog open again
// belongs to the question before, which was answered with nothing.
const asked = new Map<HTMLDialogElement, (value: string) => void>();
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => {
    if (dialog.open) return;
    asked.get(dialog)?.(dialog.returnValue);
    asked.delete(dialog);
    text.focus();
  });
}

function ask(dialog: HTMLDialogElement): Promise<string> {
  asked.get(dialog)?.("");
  return new Promise((resolve) => {
    asked.set(dialog, resolve);
    dialog.returnValue = "";
    dialog.showModal();
  });
}

const saver = new Saver(id, root.dataset.user!, Number(root.dataset.version), {
  text: () => text.value,
  say, lock,
  async conflict(theirs) {
    el<HTMLTextAreaElement>("mine").value = text.value;
    el<HTMLTextAreaElement>("theirs").value = theirs.text;
    el("theirs-label").textContent = `The newest saved version (${theirs.version})`;
    const choice = await ask(el<HTMLDialogElement>("conflict-dialog"));
    return choice === "mine" || choice === "theirs" ? choice : "later";
  },
  take(theirs) {
    el<HTMLTextAreaElement>("aside-text").value = text.value;
    el("aside").hidden = false;
    text.value = theirs;
  },
}, !maybe("withheld"));

text.addEventListener("input", () => {
  saver.changed();
  player?.typed();
});
addEventListener("beforeunload", (e) => {
  if (!leaving && saver.dirty && !saver.locked) e.preventDefault();
});
addEventListener("pagehide", () => {
  if (!leaving) saver.leave();
});
addEventListener("online", () => void saver.save());

// The lease: a sign of life well before it ends, as long as somebody is here.
const awayMS = 10 * 60_000;
let active = Date.now();
for (const type of ["keydown", "input", "pointermove", "pointerdown", "wheel"]) {
  addEventListener(type, () => (active = Date.now()), { capture: true, passive: true });
}
setInterval(async () => {
  if (saver.locked) return;
  if (player && !player.audio.paused) active = Date.now();
  if (Date.now() - active > awayMS) return;
  const a = await call("POST", `${api}/keep`);
  if (a.status === 423 || a.status === 409) lock(a.detail);
}, Number(root.dataset.lease) / 3);

// Sound.
const player = maybe("player") ? new Player() : null;
const heard = player && new Heard(player);
if (player && heard) {
  player.rewindS = settings.rewind_ms / 1000;
  player.slowRate = settings.slow;
  player.resumeMS = settings.pause_typing ? settings.resume_ms : 0;
  player.onTime = (ms) => heard.show(ms);
  player.onRate = (rate) => {
    el("rate").textContent = `${rate}×`;
    document.querySelector("[data-key=slowNormal]")!.setAttribute("aria-pressed", String(rate === settings.slow));
  };
  player.onLoop = (on) => document.querySelector("[data-key=loop]")!.setAttribute("aria-pressed", String(on));
  const doubts = (root.dataset.doubts ?? "").split(" ").filter(Boolean).map(Number);
  if (Number(root.dataset.draft)) void heard.load(`${api}/versions/${root.dataset.draft}`, doubts);
}

// A draft that is kept back: what is saved is what is typed, unless somebody asks
// for it.
const withheld = maybe("withheld");
if (withheld) {
  el("use-draft").addEventListener("click", async () => {
    const a = await call<{ text: string }>("GET", `${api}/versions/${root.dataset.draft}`);
    if (!a.ok) return say(a.detail, true);
    text.value = text.value.trim() ? `${text.value}\n${a.data!.text}` : a.data!.text;
    withheld.hidden = true;
    saver.changed();
    text.focus();
  });
}

const flags = new Flags(player, text, (what) => say(what));

// Blanks.
interface Mark {
  kind: string;
  audio_ms: number;
}
let marks: { version: number; at: number[] } = { version: -1, at: [] };

function blanks(): { from: number; to: number }[] {
  return [...text.value.matchAll(/_{3,}/g)].map((m) => ({ from: m.index, to: m.index + m[0].length }));
}

async function gotoBlank(forward: boolean): Promise<void> {
  const all = blanks();
  if (!all.length) return say("There is no blank in the text.");
  let i = forward ? all.findIndex((b) => b.from >= text.selectionEnd) : all.findLastIndex((b) => b.to <= text.selectionStart);
  if (i < 0) i = forward ? 0 : all.length - 1;
  text.focus();
  text.setSelectionRange(all[i].from, all[i].to);
  say(`Blank ${i + 1} of ${all.length}.`);
  if (!player || !(await saver.save())) return;
  if (marks.version !== saver.version) {
    const a = await call<{ version: number; marks: Mark[] }>("GET", `${api}/text`);
    if (!a.ok) return;
    marks = { version: a.data!.version, at: a.data!.marks.filter((m) => m.kind === "blank").map((m) => m.audio_ms) };
  }
  if (marks.at[i] !== undefined) player.seek(marks.at[i] - cueMS);
}

function insertBlank(): void {
  text.focus();
  text.setRangeText("___", text.selectionStart, text.selectionEnd, "end");
  saver.changed();
}

// The end of the work: one of these at a time.
let finishing = false;
let laidAside = false;

async function finish(act: string, said: string, body?: (version: number) => object): Promise<void> {
  if (finishing || leaving) return;
  finishing = true;
  try {
    if (!(await saver.save())) return;
    await settled();
    const a = await call("POST", `${api}/${act}`, body?.(saver.version));
    if (a.ok) {
      leaving = true;
      laidAside = act === "suspend";
      location.assign(`/work?said=${said}`);
    } else if (a.status === 423) lock(a.detail);
    else say(a.detail, true);
  } finally {
    finishing = false;
  }
}

async function complete(): Promise<void> {
  const n = blanks().length;
  if (n) {
    el("blanks-text").textContent = `The text has ${n} blank${n > 1 ? "s" : ""} (___). A note with blanks cannot be signed.`;
    const choice = await ask(el<HTMLDialogElement>("blanks-dialog"));
    if (choice === "qa") return passOn();
    if (choice !== "ok") return void gotoBlank(true);
  }
  await finish("complete", "completed", (version) => ({ version }));
}

const qaStep = root.dataset.step === "qa";

async function passOn(): Promise<void> {
  const reason = el<HTMLTextAreaElement>("reason");
  if ((await ask(el<HTMLDialogElement>("reason-dialog"))) !== "ok") return;
  if (qaStep) await finish("return", "returned", () => ({ reason: reason.value }));
  else await finish("qa", "qa", (version) => ({ version, reason: reason.value }));
}

el("reason").addEventListener("keydown", (e) => {
  if (e.key === "Enter" && e.ctrlKey) {
    e.preventDefault();
    e.stopPropagation(); // outside the dialog the same keys complete
    document.querySelector<HTMLButtonElement>("#reason-dialog button[value=ok]")!.click();
  }
});
el("complete").addEventListener("click", () => void complete());
maybe("qa")?.addEventListener("click", () => void passOn());
maybe("return")?.addEventListener("click", () => void passOn());
el("suspend").addEventListener("click", () => void finish("suspend", "suspended"));
el("release").addEventListener("click", () => void finish("release", "released"));

// Keys, pedals and buttons do the same things.
const foot = player && new Foot(player, { toggle: settings.pedal_toggle, steps: settings.pedal_steps, stepS }, () => void gotoBlank(true));
const acts: Acts = {
  play: () => player?.toggle(),
  back: () => player?.skip(-stepS),
  forward: () => player?.skip(stepS),
  slower: () => player?.faster(-0.125),
  faster: () => player?.faster(0.125),
  slowNormal: () => player?.toggleSlow(),
  loop: () => player?.toggleLoop(),
  nextBlank: () => void gotoBlank(true),
  previousBlank: () => void gotoBlank(false),
  nextFlag: () => flags.next(true),
  previousFlag: () => flags.next(false),
  insertBlank,
  complete: () => void complete(),
  passOn: () => void passOn(),
  pedalBack: () => foot?.press("back"),
  pedalPlay: () => foot?.press("play"),
  pedalForward: () => foot?.press("forward"),
};
const ends: Acts = {
  pedalBack: () => foot?.release("back"),
  pedalPlay: () => foot?.release("play"),
  pedalForward: () => foot?.release("forward"),
};
const changing = new Set(["insertBlank", "complete", "passOn"]);
new Keymap(settings.keys, acts, ends, (command) => !saver.locked || !changing.has(command));
if (foot) new Pedals(foot, el<HTMLButtonElement>("pedal-connect"), el("pedal"));
for (const b of document.querySelectorAll<HTMLButtonElement>("[data-key]")) {
  b.addEventListener("click", () => acts[b.dataset.key!]());
}

void saver.restore().then((kept) => {
  if (kept === null) return withheld ? saver.changed() : undefined;
  text.value = kept;
  say("Text that could not be saved before was brought back.");
  saver.changed();
});

// Where this dictation was left last time.
const user = root.dataset.user!;
const place = lastPlace(user, id);
if (place) {
  player?.seek(place.ms);
  text.setSelectionRange(place.caret, place.caret);
}
const keepHere = (): void => keepPlace(user, id, leaving && !laidAside ? null : { ms: Math.round(player?.ms ?? 0), caret: text.selectionEnd });
if (player) player.onPause = keepHere;
addEventListener("pagehide", keepHere);
document.addEventListener("visibilitychange", () => document.hidden && keepHere());
