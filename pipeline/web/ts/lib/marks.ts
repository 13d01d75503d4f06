// The blanks and doubtful words of a text in a list: each with its sound, its
// reason and the way to it.

import { clock, el, make } from "./dom";
import type { Sheet } from "./editor";
import type { Item } from "./editor_items";
import type { Player } from "./player";
import { t, tn } from "./say";

const cueMS = 300;

export class Marks {
  private shown = "";

  constructor(private player: Player | null, private sheet: Sheet, private say: (what: string) => void) {
    this.show();
  }

  all(): Item[] {
    return this.sheet.items().filter((i) => i.kind !== "flag");
  }

  // blanks is how many are left.
  get blanks(): number {
    return this.sheet.items().filter((i) => i.kind === "blank").length;
  }

  next(forward: boolean): void {
    const all = this.all();
    if (!all.length) return this.say(t("There is no blank in the text."));
    const { from, to } = this.sheet.selection();
    let i = forward ? all.findIndex((m) => m.from >= to && (m.from > from || from === to)) : all.findLastIndex((m) => m.to <= from);
    if (i < 0) i = forward ? 0 : all.length - 1;
    this.go(i);
  }

  private go(i: number): void {
    const all = this.all();
    const m = all[i];
    this.sheet.focus();
    this.sheet.select(m.from, m.to);
    this.player?.seek(m.ms - cueMS);
    const what = m.kind === "blank" ? t("Blank %[1]d of %[2]d.", i + 1, all.length) : t("Doubtful words %[1]d of %[2]d.", i + 1, all.length);
    this.say(m.reason ? `${what} ${m.reason}` : what);
  }

  // insert writes a blank with the sound's place. On a blank it asks for the reason.
  insert(): void {
    const { from, to } = this.sheet.selection();
    const here = this.all().find((m) => m.kind === "blank" && m.from <= from && m.to >= to);
    if (here) return this.ask(here.id);
    const text = this.sheet.text();
    const apart = from > 0 && /[\p{L}\p{N}]/u.test(text[from - 1]) ? " " : "";
    this.sheet.focus();
    this.sheet.replace(from, to, `${apart}___`);
    this.say(t("A blank was inserted. The same key again asks for its reason."));
  }

  // doubt marks what is selected, or the word at the caret, and asks for the reason.
  doubt(): void {
    const text = this.sheet.text();
    let { from, to } = this.sheet.selection();
    if (from === to) {
      while (from > 0 && /\S/.test(text[from - 1])) from--;
      while (to < text.length && /\S/.test(text[to])) to++;
    }
    if (!text.slice(from, to).trim() || this.sheet.items().some((i) => i.kind !== "flag" && i.from < to && i.to > from)) {
      return this.say(t("Choose words that are not marked yet."));
    }
    this.sheet.add("qa", from, to, "");
    this.show();
    const made = this.all().find((m) => m.from === from && m.kind === "qa");
    if (made) this.ask(made.id);
  }

  private ask(id: number): void {
    this.show();
    el("marks").querySelector<HTMLInputElement>(`[data-mark="${id}"] input`)?.focus();
  }

  // show writes the list anew when it is another one.
  show(): void {
    const all = this.all();
    const now = JSON.stringify(all.map((m) => [m.id, m.was, m.ms]));
    if (now === this.shown) return;
    this.shown = now;
    const list = el("marks");
    const focused = document.activeElement?.closest<HTMLElement>("[data-mark]")?.dataset.mark;
    list.replaceChildren(...all.map((m) => this.line(m)));
    el("marks-panel").hidden = !all.length;
    el("marks-title").textContent = tn(all.length, "One place is open", "%d places are open");
    if (focused) (list.querySelector<HTMLElement>(`[data-mark="${focused}"] input`) ?? this.sheet.dom).focus();
  }

  private line(m: Item): HTMLElement {
    const input = make("input", { type: "text", maxlength: "200", value: m.reason, "aria-label": t("Reason"), placeholder: t("Reason") });
    input.addEventListener("input", () => this.sheet.reason(m.id, input.value.trim()));
    input.addEventListener("keydown", (e) => {
      if (e.key !== "Enter") return;
      e.preventDefault();
      this.sheet.focus();
    });
    const go = make("button", { type: "button", class: "plain", click: () => this.go(this.all().findIndex((x) => x.id === m.id)) },
      m.kind === "blank" ? t("Blank") : `“${m.was.slice(0, 40)}”`, " ", make("span", { class: "small num" }, clock(m.ms)));
    const row = make("li", { "data-mark": String(m.id) }, go, input);
    if (m.kind === "qa") row.append(make("button", { type: "button", class: "plain", click: () => this.sheet.drop(m.id) }, t("Settled")));
    return row;
  }
}
