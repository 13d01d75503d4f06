// Going from change to change by key, hearing each.

import type { Player } from "./player";

const before = 300; // play a little of what comes before a change

export class Walk {
  private at = -1;

  // places are the changes; in each, a link with data-ms is its sound, and target
  // what takes the focus: the link itself when none is given.
  constructor(private places: HTMLElement[], private player: Player | null, private target = "a[data-ms]") {
    places.forEach((place, i) => {
      place.addEventListener("focusin", () => this.mark(i));
      this.link(place)?.addEventListener("click", (e) => {
        if (!this.player) return;
        e.preventDefault();
        this.mark(i);
        this.hear(i);
      });
    });
  }

  // next goes to the next change, from the last to the first, and plays it.
  next(forward: boolean): void {
    const n = this.places.length;
    if (!n) return;
    const i = (this.at + (forward ? 1 : this.at < 0 ? 0 : -1) + n) % n;
    const place = this.places[i];
    const target = place.matches(this.target) ? place : place.querySelector<HTMLElement>(this.target);
    target?.focus();
    place.scrollIntoView({ block: "center" });
    this.mark(i);
    this.hear(i);
  }

  private link(place: HTMLElement): HTMLElement | null {
    return place.matches("a[data-ms]") ? place : place.querySelector<HTMLElement>("a[data-ms]");
  }

  private mark(i: number): void {
    this.at = i;
    this.places.forEach((p, j) => (j === i ? p.setAttribute("aria-current", "true") : p.removeAttribute("aria-current")));
  }

  private hear(i: number): void {
    const ms = this.link(this.places[i])?.dataset.ms;
    if (ms !== undefined) this.player?.playFrom(Number(ms) - before);
  }
}
