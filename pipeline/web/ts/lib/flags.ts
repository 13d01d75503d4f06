// The places that the checks ask a person to look at: choosing one plays its
// sound and selects its words in the text.

import { maybe } from "./dom";
import type { Player } from "./player";

const before = 1000;

export class Flags {
  private buttons = [...(maybe("flags")?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
  private at = -1;

  constructor(private player: Player | null, private text: HTMLTextAreaElement, private say: (what: string) => void) {
    this.buttons.forEach((b, i) => b.addEventListener("click", () => this.look(i)));
  }

  // next goes to the next one, from the last to the first.
  next(forward: boolean): void {
    const n = this.buttons.length;
    if (!n) return this.say("The checks found nothing to look at.");
    this.look((this.at + (forward ? 1 : this.at < 0 ? 0 : -1) + n) % n);
  }

  private look(i: number): void {
    const b = this.buttons[(this.at = i)];
    for (const other of this.buttons) other.toggleAttribute("aria-current", other === b);
    b.scrollIntoView({ block: "nearest" });
    if (b.dataset.ms && this.player) this.player.playFrom(Number(b.dataset.ms) - before);
    const found = this.find(b.dataset.words ?? "", Number(b.dataset.at));
    this.text.focus();
    if (found >= 0) this.text.setSelectionRange(found, found + b.dataset.words!.length);
    this.say(`${i + 1} of ${this.buttons.length}: ${b.textContent!.trim()}${found < 0 && b.dataset.words ? " (The words were changed.)" : ""}`);
  }

  // find gives the place of the words that is nearest to where they stood.
  private find(words: string, at: number): number {
    if (!words) return -1;
    let best = -1;
    for (let i = this.text.value.indexOf(words); i >= 0; i = this.text.value.indexOf(words, i + 1)) {
      if (best < 0 || Math.abs(i - at) < Math.abs(best - at)) best = i;
    }
    return best;
  }
}
