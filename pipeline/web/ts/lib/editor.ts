// The text that is worked on. Two things can hold it: the editor that keeps
// account of the words (editor_words), and a plain field (editor_plain) for who
// wants one and for screen readers. All places are counted as scripts count: in
// UTF-16 units.

import type { Item, Kind } from "./editor_items";

// Word is a word of the draft and where it is heard.
export interface Word {
  text: string;
  start_ms: number;
  end_ms: number;
}

// Span is [from, to, word]: the words of the text there are the draft's from that
// one on, one for one. On the wire and in Told it counts bytes of UTF-8.
export type Span = [number, number, number];

export interface Mark {
  kind: Kind;
  offset: number; // bytes
  length: number; // bytes
  audio_ms: number;
  reason: string;
}

// Told is a text with what the server knows of it.
export interface Told {
  text: string;
  spans: Span[];
  marks: Mark[];
  accepted: string[];
}

// Edit is what is saved.
export interface Edit {
  text: string;
  spans?: Span[];
  marks: Mark[];
  accepted: string[];
}

// printOf is what of an edit a person would miss.
export const printOf = (e: Edit): string => `${e.text}\0${JSON.stringify([e.marks, e.accepted])}`;

export interface Hooks {
  changed: () => void; // by whoever
  moved: () => void; // the person moved the caret or typed
  hear: (ms: number) => void; // the person asks for the sound of a place
  now: () => number; // where the sound is, ms
}

export interface Sheet {
  readonly dom: HTMLElement; // what has the focus while one types
  text(): string;
  edit(): Edit;
  print(): string; // two equal prints: nothing is to be saved
  items(): readonly Item[];
  selection(): { from: number; to: number };
  select(from: number, to: number): void; // and shows it
  // replace changes the text in one step of undo; the caret comes behind the new
  // text, or what select names (in the new text) is selected.
  replace(from: number, to: number, text: string, select?: { from: number; to: number }): void;
  become(told: Partial<Told> & { text: string }): void; // another text, in as few changes as there can be
  swap(from: number, middle: number, to: number): void; // two neighbouring stretches change places
  add(kind: "qa", from: number, to: number, reason: string): void;
  reason(id: number, reason: string): void;
  drop(id: number): void;
  accept(flag: string): void;
  focus(): void;
  lock(): void;
  msAt(pos: number): number | null; // where the word at or before a place is heard
  // misspelt underlines words; null gives the spell check back to the browser.
  misspelt(words: readonly { from: number; to: number }[] | null): void;
  spoken(ms: number | null, follow: boolean): void; // shows the word that sounds, and takes the caret there
}

// tokens are the words of a text as the server counts them: runs of anything but
// white space as Unicode has it.
const word = /[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

export function tokens(text: string): { from: number; to: number; text: string }[] {
  return [...text.matchAll(word)].map((m) => ({ from: m.index, to: m.index + m[0].length, text: m[0] }));
}

export const blankSpace = (c: string): boolean => /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(c);

// key is what makes two tokens the same word: case and punctuation around it do
// not count, except where they are all there is.
export function key(token: string): string {
  return (token.replace(/^[^\p{L}\p{N}\p{S}\p{M}_%]+|[^\p{L}\p{N}\p{S}\p{M}_%]+$/gu, "") || token).toLowerCase();
}

// bytes gives a function from places in the text to bytes of UTF-8, for places in
// rising order; units is its other way.
export function bytes(text: string): (pos: number) => number {
  if (!/[^\x00-\x7f]/.test(text)) return (pos) => pos;
  const encoder = new TextEncoder();
  let at = 0;
  let done = 0;
  return (pos) => {
    if (pos < at) at = done = 0;
    done += encoder.encode(text.slice(at, pos)).length;
    at = pos;
    return done;
  };
}

export function units(text: string): (byte: number) => number {
  if (!/[^\x00-\x7f]/.test(text)) return (byte) => byte;
  const at: number[] = [];
  let pos = 0;
  for (const c of text) {
    const code = c.codePointAt(0)!;
    for (let n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4; n > 0; n--) at.push(pos);
    pos += c.length;
  }
  at.push(pos);
  return (byte) => at[byte] ?? pos;
}
