import { call } from "./lib/api";
import { el, maybe } from "./lib/dom";
import { Player } from "./lib/player";
import { t, tn } from "./lib/say";

// Signing: hear what was changed and what must be heard, fill blanks, sign.

const before = 300; // play a little of what comes before a change
const step = 1.5; // seconds back and forward

const told = maybe("told");
const say = (what: string): void => {
  if (told) told.textContent = what;
};

const player = maybe("player") ? new Player() : null;

// What is being heard: a stretch that counts as heard when it ended by itself.
let hearing: { to: number; done: () => void; seeks: number } | null = null;

function hear(from: number, to: number, done: () => void): void {
  if (!player) return;
  player.playFrom(from);
  hearing = { to, done, seeks: 0 };
}

function heard(): void {
  const was = hearing;
  hearing = null;
  player?.audio.pause();
  was?.done();
}

if (player) {
  player.onTime = (ms) => {
    if (hearing && !player.audio.paused && ms >= hearing.to) heard();
  };
  player.audio.addEventListener("ended", () => hearing && heard());
  // Who moves on by hand has not heard it.
  player.audio.addEventListener("seeking", () => {
    if (hearing && hearing.seeks++ > 0) hearing = null;
  });
}

function mark(all: Iterable<Element>, a: Element): void {
  for (const other of all) other.removeAttribute("aria-current");
  a.setAttribute("aria-current", "true");
  a.scrollIntoView({ block: "center" });
  (a as HTMLElement).focus({ preventScroll: true });
}

// Changes against the draft.
const changes = [...document.querySelectorAll<HTMLAnchorElement>("#diff a[data-ms]")];
for (const a of changes) {
  a.addEventListener("click", (e) => {
    if (!player) return;
    e.preventDefault();
    hearing = null;
    mark(changes, a);
    player.playFrom(Number(a.dataset.ms) - before);
  });
}

// Places that must be heard.
interface Signing {
  ready: boolean;
  flags: { id: string; must: boolean; how?: string }[];
}
const points = [...document.querySelectorAll<HTMLLIElement>("#points > li")];
const id = location.pathname.split("/")[2];

async function settle(li: HTMLLIElement): Promise<void> {
  const answer = await call<Signing>("POST", `/api/v1/dictations/${id}/confirm`, { how: "heard", flags: [li.dataset.flag] });
  if (!answer.ok || !answer.data) return say(answer.detail);
  li.dataset.done = "";
  const tag = document.createElement("span");
  tag.className = "tag good done";
  tag.textContent = t("Heard by you");
  li.querySelector("form")?.replaceWith(tag);
  const left = answer.data.flags.filter((f) => f.must && !f.how).length;
  el("left").textContent = left
    ? tn(left, "%d place has to be heard or checked by you.", "%d places have to be heard or checked by you.")
    : t("All that must be heard has been heard or checked.");
  if (answer.data.ready) {
    maybe<HTMLButtonElement>("sign-button")?.removeAttribute("disabled");
    maybe("why")?.remove();
  }
}

for (const a of document.querySelectorAll<HTMLAnchorElement>("a[data-from]")) {
  a.addEventListener("click", (e) => {
    if (!player) return;
    e.preventDefault();
    const li = a.closest("li") as HTMLLIElement;
    mark(points, a);
    const open = li.dataset.flag !== undefined && li.dataset.done === undefined && li.querySelector("form") !== null;
    hear(Number(a.dataset.from), Number(a.dataset.to), () => open && void settle(li));
  });
}

// around gives the element after, or before, the one that was last.
const last = new Map<string, number>();
function next<T>(name: string, list: T[], back: boolean): T | undefined {
  if (!list.length) return undefined;
  const was = last.get(name) ?? (back ? 0 : -1);
  const at = (was + (back ? -1 : 1) + list.length) % list.length;
  last.set(name, at);
  return list[at];
}

function nextChange(back: boolean): void {
  const a = next("change", changes, back);
  if (!a) return say(t("Nothing was changed against the draft."));
  a.click();
}

function nextPoint(back: boolean): void {
  const open = points.filter((li) => li.dataset.done === undefined && li.dataset.must !== undefined);
  // What is heard leaves the list of open ones: begin with its first.
  const li = open.length ? next("open", open, back) : next("point", points, back);
  if (!li) return say(t("There is nothing that must be heard."));
  if (open.length) last.set("open", -1);
  const a = li.querySelector<HTMLElement>("a[data-from], form button");
  if (a instanceof HTMLAnchorElement) a.click();
  else if (a) mark(points, a);
}

function nextBlank(back: boolean): void {
  const area = maybe<HTMLTextAreaElement>("text");
  if (!area) return;
  const found = [...area.value.matchAll(/_{3,}/g)];
  const at = area.selectionStart;
  const m = back ? found.findLast((b) => b.index < at) ?? found.at(-1) : found.find((b) => b.index >= area.selectionEnd) ?? found[0];
  if (!m) return say(t("The text has no blank."));
  maybe<HTMLDetailsElement>("mend")!.open = true;
  area.focus();
  area.setSelectionRange(m.index, m.index + m[0].length);
  const links = document.querySelectorAll<HTMLAnchorElement>("#blanks a[data-from]");
  const link = links[found.indexOf(m)];
  if (link && player) player.playFrom(Number(link.dataset.from));
  say(t("Blank %d of %d.", found.indexOf(m) + 1, found.length));
}

function toSignature(): void {
  const field = maybe("password") ?? maybe("add-password");
  field?.closest("details")?.setAttribute("open", "");
  field?.focus();
}

const keys: Record<string, (shift: boolean) => void> = {
  Escape: () => player?.toggle(),
  F1: () => player?.skip(-step),
  F2: () => player?.skip(step),
  F7: nextChange,
  F8: nextBlank,
  F9: nextPoint,
  F10: toSignature,
};

document.addEventListener("keydown", (e) => {
  const act = keys[e.key];
  if (!act || e.ctrlKey || e.altKey || e.metaKey) return;
  e.preventDefault();
  act(e.shiftKey);
});

const help = maybe("keys-help");
if (help) help.hidden = false;
