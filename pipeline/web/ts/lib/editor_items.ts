// What stands in a text besides its words: blanks and doubtful words with their
// place in the sound and a reason, and the flags of the checks. They move with
// the text; what is typed over is settled.

import { bytes, type Mark, units } from "./editor";

export type Kind = "blank" | "qa" | "flag";

export interface Item {
  readonly id: number;
  readonly kind: Kind;
  readonly from: number;
  readonly to: number;
  readonly was: string; // the words it stands on
  readonly ms: number;
  readonly reason: string;
  readonly flag?: string; // the flag's name
  readonly critical?: boolean;
}

let last = 0;

export const item = (of: Omit<Item, "id">): Item => ({ ...of, id: ++last });

const blank = /_{3,}/g;

// movedItems gives the items their places after a change; map tells where a place
// went. A blank that came is heard where the sound is now.
export function movedItems(items: readonly Item[], map: (pos: number, side: -1 | 1) => number, text: string, now: () => number): readonly Item[] {
  const kept: Item[] = [];
  const blanks: Item[] = [];
  let same = true;
  for (const i of items) {
    const from = map(i.from, 1);
    const to = map(i.to, -1);
    if (i.kind === "blank") {
      blanks.push({ ...i, from, to });
      continue;
    }
    if (to <= from || text.slice(from, to) !== i.was) {
      same = false;
      continue;
    }
    kept.push(from === i.from && to === i.to ? i : ((same = false), { ...i, from, to }));
  }
  let n = 0;
  if (text.includes("___")) {
    for (const m of text.matchAll(blank)) {
      const from = m.index;
      const to = from + m[0].length;
      const known = blanks.find((b) => b.from < to && b.to > from);
      n++;
      if (known) kept.push({ ...known, from, to, was: m[0] });
      else kept.push(item({ kind: "blank", from, to, was: m[0], ms: now(), reason: "" }));
    }
  }
  if (same && n === 0 && blanks.length === 0) return items;
  return kept.sort(inOrder);
}

const inOrder = (a: Item, b: Item): number => a.from - b.from || a.id - b.id;

// itemsOf reads the marks of a saved text, and the flags of the page.
export function itemsOf(text: string, marks: Mark[], flags: readonly Item[]): Item[] {
  const at = units(text);
  const list = marks.map((m) => {
    const from = at(m.offset);
    const to = at(m.offset + m.length);
    return item({ kind: m.kind, from, to, was: text.slice(from, to), ms: m.audio_ms, reason: m.reason });
  });
  return [...list, ...flags.filter((f) => text.slice(f.from, f.to) === f.was)].sort(inOrder);
}

// marksOf is the other way: what is saved of the items.
export function marksOf(text: string, items: readonly Item[]): Mark[] {
  const at = bytes(text);
  const marks: Mark[] = [];
  let end = 0;
  for (const i of items) {
    if (i.kind === "flag" || i.from < end) continue;
    const offset = at(i.from);
    marks.push({ kind: i.kind, offset, length: at(i.to) - offset, audio_ms: Math.round(i.ms), reason: i.reason });
    end = i.to;
  }
  return marks;
}
