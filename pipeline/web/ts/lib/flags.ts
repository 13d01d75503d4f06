// The places that the checks ask a person to look at: choosing one plays its
// sound and selects its words in the text; accepting one says they are right.

import { maybe } from "./dom";
import type { Sheet } from "./editor";
import { type Item, item } from "./editor_items";
import type { Player } from "./player";
import { t, tn } from "./say";

const before = 1000;

const buttons = (): HTMLButtonElement[] => [...(maybe("flags")?.querySelectorAll<HTMLButtonElement>("button[data-flag]") ?? [])];

// flagItems are the flags of the page as places in its text.
export function flagItems(): Item[] {
  return buttons().filter((b) => b.dataset.words).map((b) => {
    const from = Number(b.dataset.at);
    return item({
      kind: "flag", from, to: from + b.dataset.words!.length, was: b.dataset.words!, ms: Number(b.dataset.ms ?? 0), reason: "",
      flag: b.dataset.flag!, critical: b.dataset.critical !== undefined,
    });
  });
}

export class Flags {
  private list = buttons();
  private at = -1;

  constructor(private player: Player | null, private sheet: Sheet, private say: (what: string) => void) {
    this.list.forEach((b, i) => b.addEventListener("click", () => this.look(i)));
  }

  // next goes to the next one that is open, from the last to the first.
  next(forward: boolean): void {
    const n = this.list.length;
    const by = forward ? 1 : -1;
    for (let k = 1, i = this.at < 0 && !forward ? 0 : this.at; k <= n; k++) {
      i = (i + by + n) % n;
      if (!this.list[i].dataset.done) return this.look(i);
    }
    this.say(n ? t("All places to check are looked at.") : t("The checks found nothing to look at."));
  }

  // accept says that the words of the present one are right, and goes on.
  accept(): void {
    const b = this.list[this.at];
    if (!b) return this.next(true);
    if (!b.dataset.done) this.settle(b);
    this.next(true);
  }

  private settle(b: HTMLButtonElement): void {
    b.dataset.done = "accepted";
    b.append(` (${t("accepted")})`);
    this.sheet.accept(b.dataset.flag!);
  }

  // acceptSame says that the words of the present one are right wherever they are
  // flagged for the same thing.
  acceptSame(): void {
    const b = this.list[this.at];
    if (!b) return this.next(true);
    const what = (x: HTMLButtonElement): string => `${x.dataset.words?.toLowerCase()}\0${x.dataset.reason}`;
    const same = this.list.filter((x) => !x.dataset.done && what(x) === what(b));
    for (const x of same) this.settle(x);
    this.next(true);
    this.say(tn(same.length, "One place was accepted.", "%d places were accepted."));
  }

  // show marks the lines whose words were changed since.
  show(): void {
    const left = new Set(this.sheet.items().map((i) => i.flag));
    for (const b of this.list) {
      if (!b.dataset.words || b.dataset.done === "accepted") continue;
      b.classList.toggle("settled", !left.has(b.dataset.flag!));
    }
  }

  // harmful is how many places that can harm are neither changed nor accepted.
  harmful(): number {
    const left = new Set(this.sheet.items().map((i) => i.flag));
    const accepted = new Set(this.sheet.edit().accepted);
    const open = (b: HTMLButtonElement): boolean => !b.dataset.words || left.has(b.dataset.flag!);
    return this.list.filter((b) => b.dataset.critical !== undefined && !accepted.has(b.dataset.flag!) && open(b)).length;
  }

  private look(i: number): void {
    const b = this.list[(this.at = i)];
    for (const other of this.list) other.toggleAttribute("aria-current", other === b);
    b.scrollIntoView({ block: "nearest" });
    if (b.dataset.ms && this.player) this.player.playFrom(Number(b.dataset.ms) - before);
    const found = this.sheet.items().find((x) => x.flag === b.dataset.flag);
    this.sheet.focus();
    if (found) this.sheet.select(found.from, found.to);
    const changed = !found && b.dataset.words ? ` (${t("The words were changed.")})` : "";
    this.say(t("%[1]d of %[2]d: %[3]s", i + 1, this.list.length, b.textContent!.trim()) + changed);
  }
}
