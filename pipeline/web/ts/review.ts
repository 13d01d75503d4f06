import { call, settled } from "./lib/api";
import { el, maybe } from "./lib/dom";
import type { Edit, Hooks, Sheet, Told, Word } from "./lib/editor";
import { changeCase, moveSection } from "./lib/editor_acts";
import { Plain } from "./lib/editor_plain";
import { Words } from "./lib/editor_words";
import { flagItems, Flags } from "./lib/flags";
import { Heard } from "./lib/heard";
import { type Acts, Keymap, settingsOf } from "./lib/keymap";
import { Foot, Pedals } from "./lib/pedal";
import { Marks } from "./lib/marks";
import { chosen } from "./lib/merging";
import { Phrases } from "./lib/phrases";
import { Player } from "./lib/player";
import { keepPlace, lastPlace } from "./lib/resume";
import { Saver } from "./lib/saver";
import { Spelling } from "./lib/spelling";
import { t, tn } from "./lib/say";

const cueMS = 300;

const root = el("review");
const id = root.dataset.id!;
const api = `/api/v1/dictations/${id}`;
const settings = settingsOf(root);
const stepS = settings.step_ms / 1000;
const user = root.dataset.user!;
const status = el("status");
let leaving = false;

// The text: in the editor, or for who wants it in a simple field. Which of them is
// remembered for the account in this browser.
const simpleKey = `dictation.simple.${user}`;
const simple = el<HTMLInputElement>("simple");
simple.checked = localStorage.getItem(simpleKey) !== null;
const data = JSON.parse(el("editor-data").textContent!) as Omit<Told, "text"> & { words: Word[]; length: number };
const hooks: Hooks = {
  changed: () => started && changed(),
  moved: () => started && moved(),
  hear: (ms) => player?.playFrom(ms - cueMS),
  now: () => player?.ms ?? 0,
};
let started = false;
const sheet = open();

function open(): Sheet {
  const field = el<HTMLTextAreaElement>("plain-text");
  const told = { ...data, text: data.length === field.value.length ? field.value : "" };
  if (!told.text) Object.assign(told, { spans: [], marks: [] });
  if (simple.checked) {
    field.id = "text";
    document.querySelector<HTMLLabelElement>("label[for=plain-text]")!.htmlFor = "text";
    return new Plain(field, told, flagItems(), hooks);
  }
  const made = new Words({ field, nonce: root.nonce ?? "", words: data.words, told, flags: flagItems(), hooks, label: t("Text of the note") });
  document.querySelector("label[for=plain-text]")!.remove();
  field.remove();
  made.focus();
  return made;
}

simple.addEventListener("change", async () => {
  if (!(await saver.save())) {
    simple.checked = !simple.checked;
    return say(t("The text must be saved before the field can change."), true);
  }
  if (simple.checked) localStorage.setItem(simpleKey, "1");
  else localStorage.removeItem(simpleKey);
  keepHere();
  leaving = true;
  location.reload();
});

function say(what: string, bad = false): void {
  status.textContent = what;
  status.classList.toggle("bad", bad);
}

function lock(why: string): void {
  saver.locked = true;
  sheet.lock();
  const box = el("locked");
  const link = document.createElement("a");
  link.href = "/work";
  link.textContent = t("Back to your work");
  box.replaceChildren(`${why} ${saver.dirty ? `${t("What you see here and could not save stays in this tab; copy what you need.")} ` : ""}`, link);
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
    sheet.focus();
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

const saver = new Saver(id, user, Number(root.dataset.version), {
  edit: () => sheet.edit(),
  print: () => sheet.print(),
  say, lock,
  async conflict(base, theirs) {
    const mine = sheet.edit();
    const choice = await chosen(base, mine.text, theirs.text, theirs.version, ask);
    if (!choice) return "later";
    setAside(mine);
    if (choice.from === "theirs") sheet.become(theirs);
    else if (choice.from === "both") sheet.become({ text: choice.text });
    return choice.from === "theirs" ? "theirs" : "mine";
  },
  disputed: (n) => {
    el("disputed").textContent = n ? tn(n, "The server places one word elsewhere than this page.", "The server places %d words elsewhere than this page.") : "";
  },
}, !maybe("withheld"));

function setAside(mine: Edit): void {
  el<HTMLTextAreaElement>("aside-text").value = mine.text;
  el("aside").hidden = false;
}

function changed(): void {
  saver.changed();
  if (!saver.failing) say(t("Not saved yet."));
  marks.show();
  flags.show();
  phrases.look();
  spelling.look();
}

addEventListener("beforeunload", (e) => {
  if (!leaving && saver.dirty && !saver.locked) e.preventDefault();
});
addEventListener("pagehide", () => {
  if (!leaving) saver.leave();
});

// Signing out waits for the last words.
for (const form of document.querySelectorAll<HTMLFormElement>("form[action='/logout']")) {
  form.addEventListener("submit", async (e) => {
    if (leaving || saver.locked || !saver.dirty) return;
    e.preventDefault();
    if ((await saver.save()) || (await ask(el<HTMLDialogElement>("leave-dialog"))) === "ok") {
      leaving = true;
      form.submit();
    }
  });
}
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
  player.onTime = (ms) => {
    heard.show(ms);
    sheet.spoken(ms, following && player.running);
  };
  player.onRate = (rate) => {
    el("rate").textContent = `${rate}×`;
    document.querySelector("[data-key=slowNormal]")!.setAttribute("aria-pressed", String(rate === settings.slow));
  };
  player.onLoop = (on) => document.querySelector("[data-key=loop]")!.setAttribute("aria-pressed", String(on));
  const doubts = (root.dataset.doubts ?? "").split(" ").filter(Boolean).map(Number);
  if (Number(root.dataset.draft)) heard.load(data.words, doubts);
}

// The caret follows the sound until somebody moves it or types.
let following = data.words.length > 0 && !simple.checked;
const followButton = document.querySelector<HTMLButtonElement>("[data-key=voiceCursor]")!;
followButton.hidden = !following;

function follow(on: boolean): void {
  following = on;
  followButton.textContent = on ? t("Caret follows the sound") : t("Caret stays");
}

function moved(): void {
  player?.typed();
  if (following) follow(false);
}

function hearCaret(): void {
  const ms = sheet.msAt(sheet.selection().from);
  if (ms === null) say(t("No word with a time stands here."));
  else player?.playFrom(ms - cueMS);
}

// A draft that is kept back: what is saved is what is typed, unless somebody asks
// for it.
const withheld = maybe("withheld");
if (withheld) {
  el("use-draft").addEventListener("click", async () => {
    const a = await call<{ text: string }>("GET", `${api}/versions/${root.dataset.draft}`);
    if (!a.ok) return say(a.detail, true);
    const before = sheet.text().trim() ? `${sheet.text()}\n` : "";
    sheet.replace(0, sheet.text().length, before + a.data!.text);
    withheld.hidden = true;
    sheet.focus();
  });
}

const marks = new Marks(player, sheet, (what) => say(what));
const flags = new Flags(player, sheet, (what) => say(what));
const spelling = new Spelling(sheet, root.dataset.addword !== undefined, (what) => say(what), () => !saver.locked);

// The end of the work: one of these at a time.
let finishing = false;
let laidAside = false;

async function finish(act: string, said: string, body?: (version: number) => object): Promise<void> {
  if (finishing || leaving) return;
  finishing = true;
  try {
    if (!(await saver.save())) return;
    await settled();
    const a = await call<{ step?: string }>("POST", `${api}/${act}`, body?.(saver.version));
    if (a.ok) {
      leaving = true;
      laidAside = act === "suspend";
      location.assign(`/work?said=${said === "completed" && a.data?.step === "qa" ? "ruled" : said}`);
    } else if (a.status === 423) lock(a.detail);
    else say(a.detail, true);
  } finally {
    finishing = false;
  }
}

// A field that was left is told once; who completes the same text again means it.
let left = "";

function fieldsLeft(): boolean {
  const n = phrases.fields;
  if (!n || left === sheet.text()) return false;
  left = sheet.text();
  phrases.nextField();
  say(tn(n, "One field is not filled. Complete again to go on all the same.", "%d fields are not filled. Complete again to go on all the same."), true);
  return true;
}

async function complete(): Promise<void> {
  if (fieldsLeft()) return;
  const n = marks.blanks;
  if (n) {
    el("blanks-text").textContent = tn(n, "The text has one blank (___). A note with blanks cannot be signed.", "The text has %d blanks (___). A note with blanks cannot be signed.");
    const choice = await ask(el<HTMLDialogElement>("blanks-dialog"));
    if (choice === "qa") return passOn();
    if (choice !== "ok") return marks.next(true);
  }
  const harmful = flags.harmful();
  if (harmful) {
    el("harmful-text").textContent = tn(harmful, "One place that can harm is neither changed nor accepted.", "%d places that can harm are neither changed nor accepted.");
    const choice = await ask(el<HTMLDialogElement>("harmful-dialog"));
    if (choice === "qa") return passOn();
    if (choice !== "ok") return flags.next(true);
  }
  if (qaStep) return assess();
  await finish("complete", "completed", (version) => ({ version }));
}

const qaStep = root.dataset.step === "qa";

// A QA editor ends his work on the page where he assesses it.
async function assess(place = ""): Promise<void> {
  if (finishing || leaving || !(await saver.save())) return;
  leaving = true;
  location.assign(`/assess/${id}${place}`);
}

async function passOn(): Promise<void> {
  if (qaStep) return assess("#reason");
  const reason = el<HTMLTextAreaElement>("reason");
  if ((await ask(el<HTMLDialogElement>("reason-dialog"))) !== "ok") return;
  await finish("qa", "qa", (version) => ({ version, reason: reason.value }));
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

const phrases = new Phrases(sheet, el("phrase"), el("templates"), root.dataset.worktype!, (what) => say(what), () => !saver.locked);

// Keys, pedals and buttons do the same things.
const foot = player && new Foot(player, { toggle: settings.pedal_toggle, steps: settings.pedal_steps, stepS }, () => marks.next(true));
const acts: Acts = {
  play: () => player?.toggle(),
  back: () => player?.skip(-stepS),
  forward: () => player?.skip(stepS),
  slower: () => player?.faster(-0.125),
  faster: () => player?.faster(0.125),
  slowNormal: () => player?.toggleSlow(),
  loop: () => player?.toggleLoop(),
  nextBlank: () => marks.next(true),
  previousBlank: () => marks.next(false),
  nextFlag: () => flags.next(true),
  previousFlag: () => flags.next(false),
  acceptFlag: () => flags.accept(),
  acceptSame: () => flags.acceptSame(),
  nextUnknown: () => spelling.next(),
  addWord: () => void spelling.add(),
  insertBlank: () => marks.insert(),
  nextField: () => phrases.nextField(),
  markDoubt: () => marks.doubt(),
  voiceCursor: () => follow(!following),
  hearCaret,
  upper: () => changeCase(sheet, "upper"),
  lower: () => changeCase(sheet, "lower"),
  capital: () => changeCase(sheet, "capital"),
  toggleCase: () => changeCase(sheet, "toggle"),
  sectionUp: () => void moveSection(sheet, true),
  sectionDown: () => void moveSection(sheet, false),
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
const changing = new Set(["insertBlank", "markDoubt", "acceptFlag", "acceptSame", "upper", "lower", "capital", "toggleCase", "sectionUp", "sectionDown", "complete", "passOn"]);
new Keymap(settings.keys, acts, ends, (command) => !saver.locked || !changing.has(command));
if (foot) new Pedals(foot, el<HTMLButtonElement>("pedal-connect"), el("pedal"));
for (const b of document.querySelectorAll<HTMLButtonElement>("[data-key]")) {
  b.addEventListener("click", () => acts[b.dataset.key!]());
}

void saver.restore().then((kept) => {
  if (kept === null) return withheld ? saver.changed() : undefined;
  sheet.become({ text: kept.text, marks: kept.marks as Told["marks"], accepted: kept.accepted });
  say(t("Text that could not be saved before was brought back."));
  saver.changed();
});

// Where this dictation was left last time.
const place = lastPlace(user, id);
if (place) {
  player?.seek(place.ms);
  sheet.select(place.caret, place.caret);
}
const keepHere = (): void => keepPlace(user, id, leaving && !laidAside ? null : { ms: Math.round(player?.ms ?? 0), caret: sheet.selection().to });
if (player) player.onPause = keepHere;
addEventListener("pagehide", keepHere);
document.addEventListener("visibilitychange", () => document.hidden && keepHere());
started = true;
spelling.look();
marks.show();
