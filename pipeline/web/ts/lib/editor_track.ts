// Where the words of the draft stand while the text changes. Every word of the
// draft is a range: on the token that stands for it, or empty where its text was
// taken out, so that what is typed there has its time. A change is settled in the
// words it touches; the others only move. Undo puts back what it takes back.

import { invertedEffects } from "@codemirror/commands";
import { type EditorState, type Extension, type Range, RangeSet, RangeValue, StateEffect, StateField, type Text, type Transaction } from "@codemirror/state";
import { blankSpace, bytes, key, type Span, tokens, units } from "./editor";
import { pairs } from "./worddiff";

class Seat extends RangeValue {
  constructor(readonly word: number) {
    super();
  }

  override eq(other: RangeValue): boolean {
    return other instanceof Seat && other.word === this.word;
  }
}

interface Placed {
  word: number;
  from: number;
  to: number;
}

// put says where words stand, whatever a change made of them.
const put = StateEffect.define<Placed[]>({
  map: (list, changes) => list.map((p) => ({ word: p.word, from: changes.mapPos(p.from, 1), to: Math.max(changes.mapPos(p.from, 1), changes.mapPos(p.to, -1)) })),
});

export const putWords = (list: Placed[]): StateEffect<Placed[]> => put.of(list);

// all says where every word stands: of a text that came from the server.
const all = StateEffect.define<Placed[]>();

interface Window {
  from: number; // in the old text
  to: number;
  newFrom: number;
  newTo: number;
}

export class Track {
  readonly field: StateField<RangeSet<Seat>>;
  readonly extension: Extension;
  private keys: string[]; // of the draft's words
  private seats = new Map<number, Seat>();
  private absent: Set<number>; // words that were not in the text to begin with: nothing is typed in their place

  constructor(draft: readonly string[], private first: Placed[]) {
    this.keys = draft.map(key);
    this.absent = new Set(first.filter((p) => p.to === p.from).map((p) => p.word));
    this.field = StateField.define<RangeSet<Seat>>({
      create: () => this.set(this.first),
      update: (set, tr) => this.update(set, tr),
    });
    this.extension = [this.field, invertedEffects.of((tr) => this.inverted(tr))];
  }

  // whole gives an effect that says where all words stand by the server's spans.
  whole(text: string, spans: readonly Span[]): StateEffect<Placed[]> {
    return all.of(placed(text, spans, this.keys.length));
  }

  // spans is where the words stand, for the server.
  spans(state: EditorState, text: string): Span[] {
    const at = bytes(text);
    const spans: Span[] = [];
    let end = -1;
    let next = -1; // word that would go on with the last span
    for (const c = state.field(this.field).iter(); c.value; c.next()) {
      if (c.to <= c.from) continue;
      const on = next === c.value.word && !/\S/.test(text.slice(end, c.from));
      const from = on ? 0 : at(c.from);
      if (on) spans[spans.length - 1][1] = at(c.to);
      else spans.push([from, at(c.to), c.value.word]);
      end = c.to;
      next = c.value.word + 1;
    }
    return spans;
  }

  // place is where a word stands, null for one that is not in the text.
  place(state: EditorState, word: number): { from: number; to: number } | null {
    for (const c = state.field(this.field).iter(); c.value; c.next()) {
      if (c.value.word === word) return c.to > c.from ? { from: c.from, to: c.to } : null;
    }
    return null;
  }

  // wordAt is the word at a place, or the nearest one before it.
  wordAt(state: EditorState, pos: number): number | null {
    const line = state.doc.lineAt(pos);
    for (const from of [line.from, 0]) {
      let found: number | null = null;
      state.field(this.field).between(from, pos, (a, b, seat) => {
        if (b > a && a <= pos) found = seat.word;
      });
      if (found !== null) return found;
    }
    return null;
  }

  // within are the words of a stretch, for one that is moved as it is.
  within(state: EditorState, from: number, to: number): Placed[] {
    const list: Placed[] = [];
    state.field(this.field).between(from, to, (a, b, seat) => {
      if (a >= from && b <= to && b > a) list.push({ word: seat.word, from: a, to: b });
    });
    return list;
  }

  private seat(word: number): Seat {
    let s = this.seats.get(word);
    if (!s) this.seats.set(word, (s = new Seat(word)));
    return s;
  }

  private set(list: readonly Placed[]): RangeSet<Seat> {
    return RangeSet.of(this.ranges(list));
  }

  private ranges(list: readonly Placed[]): Range<Seat>[] {
    const sorted = [...list].sort((a, b) => a.from - b.from || a.to - b.to);
    return sorted.map((p) => this.seat(p.word).range(p.from, p.to));
  }

  private update(set: RangeSet<Seat>, tr: Transaction): RangeSet<Seat> {
    for (const e of tr.effects) if (e.is(all)) return this.set(e.value);
    const told = new Map<number, Placed>();
    for (const e of tr.effects) if (e.is(put)) for (const p of e.value) told.set(p.word, p);
    if (!tr.docChanged) return set;
    const windows = this.windows(tr);
    const settled = windows.map((w) => this.settle(set, tr, w, told));
    let next = set.map(tr.changes);
    windows.forEach((w, i) => {
      next = next.update({
        filterFrom: w.newFrom, filterTo: w.newTo, filter: (from, to) => from < w.newFrom || to > w.newTo, add: this.ranges(settled[i]),
      });
    });
    return this.fetched(next, told, new Set(settled.flat().map((p) => p.word)));
  }

  // fetched brings words that were told to stand in a change from where they wait
  // outside of it: cut out there, put in here.
  private fetched(set: RangeSet<Seat>, told: Map<number, Placed>, there: Set<number>): RangeSet<Seat> {
    const far = [...told.values()].filter((p) => !there.has(p.word));
    if (!far.length) return set;
    return set.update({ filter: (_from, _to, seat) => there.has(seat.word) || !told.has(seat.word), add: this.ranges(far) });
  }

  // windows are the words that the changes touch, whole.
  private windows(tr: Transaction): Window[] {
    const list: Window[] = [];
    tr.changes.iterChangedRanges((fromA, toA, fromB, toB) => {
      const from = reach(tr.startState.doc, fromA, -1);
      const to = reach(tr.startState.doc, toA, 1);
      const w = { from, to, newFrom: fromB - (fromA - from), newTo: toB + (to - toA) };
      const before = list.at(-1);
      if (before && w.from <= before.to) {
        before.to = Math.max(before.to, w.to);
        before.newTo = Math.max(before.newTo, w.newTo);
      } else list.push(w);
    });
    return list;
  }

  // settle says where the words of a window stand after a change.
  private settle(set: RangeSet<Seat>, tr: Transaction, w: Window, told: Map<number, Placed>): Placed[] {
    const old: Placed[] = [];
    set.between(w.from, w.to, (from, to, seat) => {
      if (from >= w.from && to <= w.to) old.push({ word: seat.word, from, to });
    });
    if (!old.length) return [];
    const done = old.filter((p) => told.has(p.word)).map((p) => told.get(p.word)!).filter((p) => p.from >= w.newFrom && p.to <= w.newTo);
    const taken = new Set(done.filter((p) => p.to > p.from).map((p) => p.from));
    const known = new Set(done.map((p) => p.word));
    const rest = old.filter((p) => !known.has(p.word));
    const text = tr.newDoc.sliceString(w.newFrom, w.newTo);
    const free = tokens(text).map((t) => ({ from: t.from + w.newFrom, to: t.to + w.newFrom, key: key(t.text) })).filter((t) => !taken.has(t.from));
    const of = this.assign(rest, free, tr.startState.doc);
    const limit = new Array<number>(rest.length); // where the next word with a token stands
    for (let i = rest.length - 1, next = w.newTo; i >= 0; i--) limit[i] = next = of[i] < 0 ? next : free[of[i]].from;
    let end = w.newFrom;
    const list = rest.map((p, i) => {
      if (of[i] < 0) {
        const at = Math.min(Math.max(end, tr.changes.mapPos(p.from, -1)), limit[i]); // out of the text, it waits where it was
        return { word: p.word, from: at, to: at };
      }
      const t = free[of[i]];
      end = t.to;
      return { word: p.word, from: t.from, to: t.to };
    });
    return [...done, ...list];
  }

  // assign gives each word of a window its token, -1 for none: the same words
  // first, then those the draft had, then what was typed in a word's place.
  private assign(old: Placed[], free: { key: string }[], doc: Text): number[] {
    const of = new Array<number>(old.length).fill(-1);
    const byText = old.map((p) => (p.to > p.from ? key(doc.sliceString(p.from, p.to)) : `\0${p.word}`));
    const byDraft = old.map((p) => this.keys[p.word]);
    const mine = free.map((t) => t.key);
    for (const [a, b] of gaps(of, old.length, free.length)) match(of, byText, mine, a, b);
    for (const [a, b] of gaps(of, old.length, free.length)) match(of, byDraft, mine, a, b);
    for (const [a, b] of gaps(of, old.length, free.length)) {
      const room = b[1] - b[0];
      let seated = 0;
      for (let i = a[0]; i < a[1]; i++) if (old[i].to > old[i].from) seated++;
      let spare = Math.max(0, room - seated); // tokens for words that had none
      let next = b[0];
      for (let i = a[0]; i < a[1] && next < b[1]; i++) {
        if (old[i].to > old[i].from) of[i] = next++;
        else if (spare > 0 && !this.absent.has(old[i].word)) {
          of[i] = next++;
          spare--;
        }
      }
    }
    return of;
  }

  // inverted remembers, for undo, the words that a change seats or unseats.
  private inverted(tr: Transaction): readonly StateEffect<Placed[]>[] {
    if (!tr.docChanged) return [];
    const before = tr.startState.field(this.field);
    const after = tr.state.field(this.field);
    const seated = new Set<number>();
    const list: Placed[] = [];
    for (const w of this.windows(tr)) {
      after.between(w.newFrom, w.newTo, (from, to, seat) => {
        if (to > from) seated.add(seat.word);
      });
      before.between(w.from, w.to, (from, to, seat) => {
        if (to > from || seated.has(seat.word)) list.push({ word: seat.word, from, to });
      });
    }
    return list.length ? [put.of(list)] : [];
  }
}

// reach goes from a place to the end of the word it touches.
function reach(doc: Text, pos: number, by: -1 | 1): number {
  const line = doc.lineAt(pos);
  let at = pos - line.from;
  while (by < 0 ? at > 0 && !blankSpace(line.text[at - 1]) : at < line.length && !blankSpace(line.text[at])) at += by;
  return line.from + at;
}

type Stretch = [number, number];

// gaps are the stretches of words and tokens between those that have each other.
function gaps(of: number[], words: number, free: number): [Stretch, Stretch][] {
  const list: [Stretch, Stretch][] = [];
  let a = 0;
  let b = 0;
  for (let i = 0; i <= words; i++) {
    const to = i < words ? of[i] : free;
    if (to < 0) continue;
    if (i > a && to > b) list.push([[a, i], [b, to]]);
    a = i + 1;
    b = to + 1;
  }
  return list;
}

function match(of: number[], words: string[], free: string[], a: Stretch, b: Stretch): void {
  for (const [i, j] of pairs(words.slice(...a), free.slice(...b))) of[a[0] + i] = b[0] + j;
}

// placed reads spans of the server; words that are not in the text wait behind
// the one before them.
export function placed(text: string, spans: readonly Span[], count: number): Placed[] {
  const at = units(text);
  const list = tokens(text);
  const found = new Map<number, Placed>();
  let next = 0;
  for (const [fromByte, toByte, first] of spans) {
    const from = at(fromByte);
    const to = at(toByte);
    while (next < list.length && list[next].from < from) next++;
    for (let word = first; next < list.length && list[next].from < to && word < count; word++, next++) found.set(word, { word, from: list[next].from, to: list[next].to });
  }
  let end = 0;
  const out: Placed[] = [];
  for (let word = 0; word < count; word++) {
    const p = found.get(word) ?? { word, from: end, to: end };
    end = p.to;
    out.push(p);
  }
  return out;
}
