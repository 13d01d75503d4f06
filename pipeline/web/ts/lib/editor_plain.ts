// The text in a plain field: no account of the words, but blanks and flags move
// with it all the same.

import { type Edit, type Hooks, printOf, type Sheet, type Told } from "./editor";
import { type Item, item, itemsOf, marksOf, movedItems } from "./editor_items";

export class Plain implements Sheet {
  private list: readonly Item[];
  private accepted: Set<string>;
  private old: string;

  constructor(readonly dom: HTMLTextAreaElement, told: Told, flags: Item[], private hooks: Hooks) {
    this.old = dom.value;
    this.accepted = new Set(told.accepted);
    this.list = itemsOf(this.old, told.text === this.old ? told.marks : [], flags);
    dom.addEventListener("input", () => {
      this.follow();
      hooks.moved();
    });
    dom.addEventListener("keydown", (e) => e.key.startsWith("Arrow") && hooks.moved());
    dom.addEventListener("pointerdown", () => hooks.moved());
  }

  text(): string {
    return this.dom.value;
  }

  edit(): Edit {
    return { text: this.text(), marks: marksOf(this.text(), this.list), accepted: [...this.accepted] };
  }

  print(): string {
    return printOf(this.edit());
  }

  items(): readonly Item[] {
    return this.list;
  }

  selection(): { from: number; to: number } {
    return { from: this.dom.selectionStart, to: this.dom.selectionEnd };
  }

  select(from: number, to: number): void {
    this.dom.setSelectionRange(from, to);
  }

  replace(from: number, to: number, text: string, select?: { from: number; to: number }): void {
    this.dom.setRangeText(text, from, to, "end");
    if (select) this.select(select.from, select.to);
    this.follow();
  }

  become(told: Partial<Told> & { text: string }): void {
    this.dom.value = told.text;
    this.follow();
    if (told.marks) this.list = itemsOf(this.old, told.marks, this.list.filter((i) => i.kind === "flag"));
    if (told.accepted) this.accepted = new Set(told.accepted);
    this.hooks.changed();
  }

  swap(from: number, middle: number, to: number): void {
    const text = this.text();
    this.replace(from, to, text.slice(middle, to) + text.slice(from, middle), { from, to: from });
  }

  add(kind: "qa", from: number, to: number, reason: string): void {
    const at = { from, to, was: this.text().slice(from, to) };
    this.put([...this.list, item({ kind, ...at, ms: this.hooks.now(), reason })].sort((a, b) => a.from - b.from));
  }

  reason(id: number, reason: string): void {
    this.put(this.list.map((i) => (i.id === id ? { ...i, reason } : i)));
  }

  drop(id: number): void {
    this.put(this.list.filter((i) => i.id !== id));
  }

  accept(flag: string): void {
    this.accepted.add(flag);
    this.put(this.list.filter((i) => i.flag !== flag));
  }

  focus(): void {
    this.dom.focus();
  }

  lock(): void {
    this.dom.readOnly = true;
  }

  msAt(): null {
    return null;
  }

  spoken(): void {}

  // misspelt: a plain field can show nothing in its text; the list beside it does.
  misspelt(): void {}

  private put(list: readonly Item[]): void {
    this.list = list;
    this.hooks.changed();
  }

  // follow finds the one stretch that changed.
  private follow(): void {
    const text = this.text();
    const most = Math.min(text.length, this.old.length);
    let head = 0;
    while (head < most && text[head] === this.old[head]) head++;
    let tail = 0;
    while (tail < most - head && text[text.length - 1 - tail] === this.old[this.old.length - 1 - tail]) tail++;
    const end = this.old.length - tail;
    const by = text.length - this.old.length;
    const map = (pos: number, side: -1 | 1): number => (pos < head || (pos === head && side < 0) ? pos : pos > end || (pos === end && side > 0) ? pos + by : side < 0 ? head : end + by);
    this.list = movedItems(this.list, map, text, this.hooks.now);
    this.old = text;
    this.hooks.changed();
  }
}
