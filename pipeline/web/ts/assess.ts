// The QA editor's page of what he changed: each change with its sound, the score
// as he chooses.

import { call } from "./lib/api";
import { el, maybe } from "./lib/dom";
import { Keymap, settingsOf } from "./lib/keymap";
import { Player } from "./lib/player";
import { t } from "./lib/say";
import { Walk } from "./lib/walk";

const form = el<HTMLFormElement>("assess");
const settings = settingsOf(form);
const player = maybe("player") ? new Player() : null;
const walk = new Walk([...document.querySelectorAll<HTMLElement>("ol.marks > li")], player, "select");

// The lease: a sign of life well before it ends.
const awayMS = 10 * 60_000;
let active = Date.now();
for (const type of ["keydown", "input", "pointermove", "pointerdown", "wheel"]) {
  addEventListener(type, () => (active = Date.now()), { capture: true, passive: true });
}
setInterval(() => {
  if (player && !player.audio.paused) active = Date.now();
  if (Date.now() - active < awayMS) void call("POST", `/api/v1/dictations/${form.dataset.id}/keep`);
}, Number(form.dataset.lease) / 3);

function score(): void {
  const points = { critical: 0, noncritical: 0, feedback: 0 };
  for (const s of form.querySelectorAll("select")) {
    const kind = s.selectedOptions[0]?.dataset.class as keyof typeof points | undefined;
    if (kind) points[kind]++;
  }
  const d = form.dataset;
  const n = 100 - Number(d.critical) * points.critical - Number(d.noncritical) * points.noncritical - Number(d.feedback) * points.feedback;
  const passed = n >= Number(d.pass) && !(d.fails === "true" && points.critical > 0);
  el("score").textContent = `${t("Score %s of 100", String(Math.round(n * 100) / 100))}, ${passed ? t("passed") : t("not passed")}`;
}
form.addEventListener("change", () => maybe("score") && score());

function back(): void {
  const details = maybe<HTMLDetailsElement>("back");
  if (!details) return;
  const reason = el<HTMLTextAreaElement>("reason");
  if (details.open && reason.value.trim()) return el("return").click();
  details.open = true;
  reason.focus();
}

if (location.hash === "#reason") back();

const next = (): void => walk.next(true);
const previous = (): void => walk.next(false);
new Keymap(settings.keys, {
  play: () => player?.toggle(),
  back: () => player?.skip(-settings.step_ms / 1000),
  forward: () => player?.skip(settings.step_ms / 1000),
  slower: () => player?.faster(-0.125),
  faster: () => player?.faster(0.125),
  loop: () => player?.toggleLoop(),
  nextFlag: next, nextBlank: next, previousFlag: previous, previousBlank: previous,
  complete: () => el("complete").click(),
  passOn: back,
});
