// The page that an author dictates on.

import { clock, el, make } from "./lib/dom";
import { Patients } from "./lib/patients";
import { Deck } from "./lib/rec-deck";
import type { Take } from "./lib/rec-edit";
import { Mic } from "./lib/rec-mic";
import { Playback } from "./lib/rec-play";
import { Banner } from "./lib/refers";
import { Shelf, type Local } from "./lib/rec-shelf";
import { uuid } from "./lib/sha256";
import { guardSignOut } from "./lib/unsent";
import { t } from "./lib/say";

const rate = 16000;
const page = el("record");
const user = page.dataset.user!;
const buttons = Object.fromEntries(["talk", "listen", "back", "last", "send", "discard"].map((id) => [id, el<HTMLButtonElement>(id)]));
const place = el<HTMLInputElement>("place");
const worktype = el<HTMLSelectElement>("worktype");
const stat = el<HTMLInputElement>("stat");
const checked = el<HTMLInputElement>("checked");
const patients = new Patients();
const banner = new Banner(patients, worktype, () => void changedForm());

let shelf: Shelf;
let deck: Deck | null = null; // the recording in hand
const decks = new Map<string, Deck>(); // all of this window
const elsewhere = new Set<string>(); // recordings that another window has
const receipts = new Set<string>();
let mic: Mic | null = null;
let busy = false;
let others = 0; // recordings of other accounts on this device
let awake: { release(): Promise<void> } | null = null;

const playback = new Playback((n) => shelf.chunk(deck!.local.id, n), (at) => {
  if (deck) deck.place = at;
  show();
}, () => say(t("The end.")));

function say(what: string): void {
  el("said").textContent = what;
}

function trouble(what: string): void {
  const box = el("trouble");
  box.hidden = !what;
  box.replaceChildren(...(what ? [make("p", {}, what, " ", make("a", { href: "/dictations" }, t("Send a file")))] : []));
}

// whose reads the form into the recording.
function whose(l: Local): boolean {
  const who = patients.chosen;
  if (!who) return false;
  const visit = el<HTMLSelectElement>("visit");
  const now = { mrn: who.mrn, name: who.name, about: who.about, visit: visit.value, visitLabel: visit.value ? visit.selectedOptions[0].label : "", worktype: worktype.value, stat: stat.checked, ...banner.said };
  const changed = Object.entries(now).some(([k, v]) => (l[k as keyof typeof now] ?? "") !== v);
  Object.assign(l, now);
  return changed;
}

async function changedForm(): Promise<void> {
  checked.checked = false;
  show();
  if (deck && patients.chosen && whose(deck.local)) await deck.say();
}

async function begin(): Promise<Deck> {
  const l: Local = { id: uuid(), mrn: "", name: "", about: "", born: "", visit: "", visitLabel: "", worktype: "", stat: false, device: "", created: Date.now(), takes: [], gaps: [], sending: false };
  whose(l);
  await own(l.id);
  await shelf.save(l);
  return take(l);
}

async function take(l: Local): Promise<Deck> {
  const d = await Deck.open(shelf, l, () => show());
  decks.set(l.id, d);
  return d;
}

// own takes a recording for this window, until it is closed; false: another has it.
function own(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`recording-${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

async function once(what: () => Promise<void>): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    await what();
  } catch (e) {
    trouble((e as Error).message);
  } finally {
    busy = false;
    show();
  }
}

async function talk(): Promise<void> {
  if (deck?.recording) return pause(t("Paused."));
  if (!patients.chosen || deck?.local.sending) return;
  if (banner.lacks()) return say(t("Nothing is recorded yet: say first what was wrong with the note."));
  playback.stop();
  trouble("");
  mic ??= await Mic.open(page.dataset.worklet!, {
    chunk: (samples) => deck?.add(samples),
    level: (peak) => (el<HTMLMeterElement>("level").value = peak),
    warn,
    gap: (ms) => deck?.gap(ms),
    ended: (why) => void once(async () => {
      await pause(why);
      mic?.close();
      mic = null;
      trouble(why);
    }),
  });
  deck ??= await begin();
  checked.checked = false;
  const mode = document.querySelector<HTMLInputElement>('input[name="mode"]:checked')!.value as Take["mode"];
  await deck.begin(mode, mic.name);
  mic.start();
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  say({ append: t("Recording."), insert: t("Recording; it is inserted here."), overwrite: t("Recording over what is here.") }[mode]);
}

async function pause(what: string): Promise<void> {
  if (!deck?.recording) return;
  await mic?.pause();
  await deck.pause();
  void awake?.release();
  warn("");
  el<HTMLInputElement>("record").querySelector<HTMLInputElement>('input[value="append"]')!.checked = true;
  say(what);
}

function warn(what: string): void {
  const box = el("warning");
  if (box.textContent === what) return;
  box.hidden = !what;
  box.textContent = what;
}

async function listen(from?: number): Promise<void> {
  if (!deck || deck.recording) return;
  if (playback.playing && from === undefined) return playback.stop();
  if (deck.place >= deck.length) deck.place = 0;
  void playback.play(deck.stretches, deck.chunks, deck.place, deck.length);
}

function go(to: number): void {
  if (!deck || deck.recording) return;
  const playing = playback.playing;
  playback.stop();
  deck.place = Math.max(0, Math.min(deck.length, Math.round(to)));
  if (playing) void listen(deck.place);
  show();
}

async function send(): Promise<void> {
  if (!deck) return;
  await pause(t("Paused."));
  if (!checked.checked || !patients.chosen || !deck.length) return;
  playback.stop();
  whose(deck.local);
  await deck.send();
  say(t("Complete. It is being sent."));
  drop();
}

// drop lets go of the recording in hand; it stays on its way.
function drop(): void {
  deck = null;
  mic?.close();
  mic = null;
  el<HTMLMeterElement>("level").value = 0;
  checked.checked = false;
  el("sure").hidden = true;
  stat.checked = false;
  banner.forget();
  patients.forget();
  show();
  patients.look();
}

async function discard(): Promise<void> {
  if (!deck) return;
  await pause(t("Paused."));
  const d = deck;
  await d.remove();
  decks.delete(d.local.id);
  drop();
  const res = await fetch(`/api/v1/recordings/${d.local.id}/discard`, { method: "POST" }).catch(() => null);
  say(res?.ok || res?.status === 404 ? t("Discarded.") : t("Discarded here. What the server has is listed with your dictations; discard it there when it answers."));
}

async function takeUp(d: Deck): Promise<void> {
  if (deck?.recording || busy) return;
  playback.stop();
  const l = d.local;
  deck = null; // the form is not this one's yet
  banner.restore(l);
  patients.restore(l, l.visit ? [{ number: l.visit, label: l.visitLabel }] : [], l.visit);
  worktype.value = l.worktype;
  stat.checked = l.stat;
  checked.checked = false;
  deck = d;
  show();
  buttons.talk.focus();
}

const seconds = (n: number): string => (Math.floor(n * 10) / 10).toFixed(1).replace(".", document.documentElement.lang === "de" ? "," : ".");

// state says in words where a recording is.
function state(d: Deck): string {
  const s = d.seconds;
  if (d.receipt) return t("complete");
  const words = [t("on this device %s s", seconds(s.device)), t("on the server %s s", seconds(s.server))];
  words.push(d.local.sending ? t("complete, waiting for the receipt") : d.recording ? t("recording") : t("not complete"));
  return words.join(" · ");
}

function show(): void {
  const l = deck?.length ?? 0;
  const going = deck?.recording ?? false;
  el("length").textContent = `${clock(((deck?.place ?? 0) / rate) * 1000)} / ${clock((l / rate) * 1000)}`;
  buttons.talk.textContent = going ? t("Pause") : l ? t("Go on recording") : t("Record");
  buttons.talk.disabled = !patients.chosen;
  buttons.talk.classList.toggle("on", going);
  buttons.listen.textContent = playback.playing ? t("Stop") : t("Listen");
  for (const b of [buttons.listen, buttons.back, buttons.last]) b.disabled = !l || going;
  place.disabled = !l || going;
  place.max = String(l / rate);
  place.value = String((deck?.place ?? 0) / rate);
  place.setAttribute("aria-valuetext", t("%s of %s seconds", seconds((deck?.place ?? 0) / rate), seconds(l / rate)));
  el("state").textContent = deck ? state(deck) : patients.chosen ? t("Ready.") : t("Find the patient first.");
  el("finish").hidden = !deck || !l;
  el("checked-text").textContent = patients.chosen ? t("This is %s, %s: I have checked name and date of birth.", patients.chosen.name, patients.chosen.about) : "";
  buttons.send.disabled = !checked.checked || !patients.chosen || !l;
  const deckTrouble = deck && (deck.sender.trouble || (deck.room ? "" : t("This device has no room left; the recording goes to the server only.")));
  if (deck && !going) warn(deckTrouble || "");
  else if (deckTrouble && !el("warning").textContent) warn(deckTrouble);
  list();
}

// lines are those of the list of recordings that wait; a line stays the same
// element, so that its button keeps the focus.
const lines = new Map<Deck, { item: HTMLLIElement; words: HTMLElement; open: HTMLButtonElement }>();
const aside = make("li");

function line(d: Deck): HTMLLIElement {
  let l = lines.get(d);
  if (!l) {
    const words = make("span", { class: "wide" });
    const open = make("button", { type: "button", click: () => void takeUp(d) }, t("Go on with it"));
    const time = new Date(d.local.created).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    lines.set(d, (l = { item: make("li", {}, make("strong", {}, d.local.name), make("span", {}, time), words, make("span", { class: "row" }, open)), words, open }));
  }
  l.words.textContent = [state(d), d.sender.trouble].filter(Boolean).join(" · ");
  l.open.hidden = d.local.sending;
  return l.item;
}

function list(): void {
  const rest = [...decks.values()].filter((d) => d !== deck && !d.receipt).map(line);
  aside.textContent = [
    elsewhere.size ? t("Recordings open in another window: %d.", elsewhere.size) : "",
    others ? t("Recordings of other accounts on this device: %d. They are sent when their author signs in here.", others) : "",
  ].filter(Boolean).join(" ");
  if (aside.textContent) rest.push(aside);
  el("others").hidden = !rest.length;
  const shown = el("waiting");
  if (rest.length !== shown.children.length || rest.some((item, i) => item !== shown.children[i])) shown.replaceChildren(...rest);
  for (const d of decks.values()) {
    const r = d.receipt;
    if (!r || receipts.has(r.id)) continue;
    receipts.add(r.id);
    el("sent").hidden = false;
    el("receipts").prepend(make("li", {}, make("strong", {}, d.local.name), make("span", {}, make("span", { class: "tag good" }, t("complete")), " ", t("Job"), " ", make("a", { href: `/dictations/${r.id}` }, r.job_number)),
      make("span", { class: "hash wide" }, `SHA-256 ${r.sha256}`)));
    say(t("Received: job %s.", r.job_number));
  }
}

// A key whose button is off says why: nobody may speak into a recorder that does not run.
function talkByKey(): void {
  if (patients.chosen) return buttons.talk.click();
  say(t("Nothing is recorded yet: find and choose the patient first."));
  patients.look();
}

function sendByKey(): void {
  if (!buttons.send.disabled) return buttons.send.click();
  if (!deck?.length) return say(t("There is no recording to send yet."));
  say(t("Not sent yet: check name and date of birth and tick the box."));
  checked.focus();
}

function keys(e: KeyboardEvent): void {
  if (e.altKey || e.metaKey || e.isComposing) return;
  const act = e.ctrlKey ? { Enter: sendByKey }[e.key] : {
    F7: () => buttons.back.click(), F8: talkByKey, F9: () => buttons.listen.click(), F10: () => buttons.last.click(),
  }[e.key];
  if (!act) return;
  e.preventDefault();
  act();
}

async function start(): Promise<void> {
  if (!isSecureContext || !globalThis.indexedDB) {
    return trouble(t("The browser gives the microphone only to pages over https. Ask an administrator to turn TLS on, or send a recording as a file."));
  }
  shelf = await Shelf.open(user);
  void navigator.storage?.persist?.();
  const found = await shelf.all();
  others = found.others;
  for (const l of found.mine) {
    if (await own(l.id)) await take(l);
    else elsewhere.add(l.id);
  }
  banner.asked();
  show();
  page.dataset.ready = "true";
}

patients.onChange = () => void changedForm();
for (const field of [worktype, stat, el("visit")]) field.addEventListener("change", () => void changedForm());
checked.addEventListener("change", show);
place.addEventListener("input", () => go(Number(place.value) * rate));
buttons.talk.addEventListener("click", () => void once(talk));
buttons.listen.addEventListener("click", () => void listen().then(show));
buttons.back.addEventListener("click", () => go((deck?.place ?? 0) - 3 * rate));
buttons.last.addEventListener("click", () => go(deck?.length ?? 0));
buttons.send.addEventListener("click", () => void once(send));
buttons.discard.addEventListener("click", () => {
  el("sure").hidden = false;
  el("discard-no").focus();
});
el("discard-yes").addEventListener("click", () => void once(discard));
el("discard-no").addEventListener("click", () => {
  el("sure").hidden = true;
  buttons.discard.focus();
});
document.addEventListener("keydown", keys);
addEventListener("beforeunload", (e) => {
  if ([...decks.values()].some((d) => !d.safe && !d.receipt)) e.preventDefault();
});
guardSignOut(user, async () => [...decks.values()].filter((d) => !d.receipt).length + elsewhere.size);
void start().catch((e: Error) => trouble(e.message));
