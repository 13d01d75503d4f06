// The page of all versions: the changes with their sound, by key.

import { el, maybe } from "./lib/dom";
import { Keymap, settingsOf } from "./lib/keymap";
import { Player } from "./lib/player";
import { Walk } from "./lib/walk";

const settings = settingsOf(el("versions"));
const player = maybe("player") ? new Player() : null;
const walk = new Walk([...document.querySelectorAll<HTMLElement>(".diff a[data-ms], .diff .change")], player, "a, .change");

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
});
