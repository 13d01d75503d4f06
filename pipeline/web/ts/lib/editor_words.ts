// The editor that keeps account of the words: CodeMirror with the draft's words
// as ranges, plain text with light marks.

import { history, invertedEffects } from "@codemirror/commands";
import { Annotation, Compartment, EditorSelection, EditorState, StateEffect, StateField, Transaction, type TransactionSpec } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap } from "@codemirror/view";
import { type Edit, type Hooks, printOf, type Sheet, type Told, type Word } from "./editor";
import { type Item, item, itemsOf, marksOf, movedItems } from "./editor_items";
import { typing } from "./editor_keys";
import { lines } from "./editor_lines";
import { placed, putWords, Track } from "./editor_track";
import { changes } from "./worddiff";

const setItems = StateEffect.define<readonly Item[]>({
  map: (list, change) => list.map((i) => ({ ...i, from: change.mapPos(i.from, 1), to: Math.max(change.mapPos(i.from, 1), change.mapPos(i.to, -1)) })),
});
const say = StateEffect.define<{ from: number; to: number } | null>();
const setUnknown = StateEffect.define<readonly { from: number; to: number }[]>();
const bySound = Annotation.define<boolean>(); // the caret follows the sound, nobody moved it
const none: readonly Item[] = [];

const looks: Record<string, Decoration> = {
  blank: Decoration.mark({ class: "cm-blank" }),
  qa: Decoration.mark({ class: "cm-qa" }),
  critical: Decoration.mark({ class: "cm-critical" }),
  look: Decoration.mark({ class: "cm-look" }),
  spoken: Decoration.mark({ class: "cm-spoken" }),
  unknown: Decoration.mark({ class: "cm-unknown" }),
};

const nativeSpelling = (on: boolean) => EditorView.contentAttributes.of({ spellcheck: String(on) });

// unknown are the words that are on no list; one that is changed is no longer marked.
const unknown = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (set, tr) => {
    if (tr.docChanged && set.size) set = set.update({ filter: (from, to) => !tr.changes.touchesRange(from, to) }).map(tr.changes);
    for (const e of tr.effects) if (e.is(setUnknown)) set = Decoration.set(e.value.map((w) => looks.unknown.range(w.from, w.to)));
    return set;
  },
  provide: (f) => EditorView.decorations.from(f),
});

const theme = EditorView.theme({
  "&": { height: "100%" },
  "&.cm-focused": { outline: "none" }, // the box around it shows the focus
  ".cm-scroller": { font: "inherit", lineHeight: "1.65" },
  ".cm-content": { padding: "1rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1.15rem" },
});

export interface Setting {
  field: HTMLTextAreaElement; // whose place it takes
  nonce: string;
  words: readonly Word[];
  told: Told;
  flags: readonly Item[];
  hooks: Hooks;
  label: string;
}

export class Words implements Sheet {
  readonly dom: HTMLElement;
  readonly view: EditorView;
  private track: Track;
  private items_: StateField<readonly Item[]>;
  private accepted: Set<string>;
  private current = -1; // the word that sounds
  private words: readonly Word[];
  private native = new Compartment();
  private hooks: Hooks;
  private kept: { text: string; at: number; words: { word: number; from: number; to: number }[] } | null = null; // what was cut out last

  constructor(s: Setting) {
    this.words = s.words;
    this.hooks = s.hooks;
    this.accepted = new Set(s.told.accepted);
    const text = s.field.value;
    const known = s.told.text === text;
    this.track = new Track(s.words.map((w) => w.text), placed(text, known ? s.told.spans : [], s.words.length));
    const first = itemsOf(text, known ? s.told.marks : [], s.flags);
    this.items_ = StateField.define<readonly Item[]>({
      create: () => first,
      update: (list, tr) => {
        if (tr.docChanged) list = movedItems(list, (pos, side) => tr.changes.mapPos(pos, side), tr.newDoc.toString(), () => this.now(tr.changes.mapPos(tr.startState.selection.main.head, 1)));
        for (const e of tr.effects) if (e.is(setItems)) list = e.value.filter((i) => !this.accepted.has(i.flag ?? ""));
        return list;
      },
    });
    this.view = new EditorView({ parent: s.field.parentElement!, state: this.state(text, s) });
    this.dom = this.view.contentDOM;
    s.field.before(this.view.dom);
  }

  text(): string {
    return this.view.state.doc.toString();
  }

  edit(): Edit {
    const text = this.text();
    return { text, spans: this.track.spans(this.view.state, text), marks: marksOf(text, this.items()), accepted: [...this.accepted] };
  }

  print(): string {
    const text = this.text();
    return printOf({ text, marks: marksOf(text, this.items()), accepted: [...this.accepted] });
  }

  items(): readonly Item[] {
    return this.view.state.field(this.items_);
  }

  selection(): { from: number; to: number } {
    const { from, to } = this.view.state.selection.main;
    return { from, to };
  }

  select(from: number, to: number): void {
    const end = this.view.state.doc.length;
    this.view.dispatch({ selection: EditorSelection.single(Math.min(from, end), Math.min(to, end)), effects: EditorView.scrollIntoView(Math.min(from, end), { y: "nearest", yMargin: 60 }) });
  }

  replace(from: number, to: number, text: string, select?: { from: number; to: number }): void {
    const caret = select ?? { from: from + text.length, to: from + text.length };
    this.view.dispatch({ changes: { from, to, insert: text }, selection: EditorSelection.single(caret.from, caret.to), userEvent: "input.replace", scrollIntoView: true });
  }

  become(told: Partial<Told> & { text: string }): void {
    const spec: TransactionSpec[] = [{ changes: changes(this.text(), told.text), userEvent: "input.become" }];
    if (told.spans) spec.push({ effects: this.track.whole(told.text, told.spans), sequential: true });
    this.view.dispatch(...spec);
    if (told.accepted) this.accepted = new Set(told.accepted);
    if (told.marks) this.view.dispatch({ effects: setItems.of(itemsOf(told.text, told.marks, this.items().filter((i) => i.kind === "flag"))) });
    this.hooks.changed();
  }

  swap(from: number, middle: number, to: number): void {
    const s = this.view.state;
    const back = to - middle; // how far the first stretch goes
    const fore = middle - from;
    const placedThere = [
      ...this.track.within(s, from, middle).map((p) => ({ ...p, from: p.from + back, to: p.to + back })),
      ...this.track.within(s, middle, to).map((p) => ({ ...p, from: p.from - fore, to: p.to - fore })),
    ];
    const items = this.items().map((i) => (i.from >= from && i.to <= middle ? { ...i, from: i.from + back, to: i.to + back } : i.from >= middle && i.to <= to ? { ...i, from: i.from - fore, to: i.to - fore } : i));
    const text = s.sliceDoc(middle, to) + s.sliceDoc(from, middle);
    const caret = s.selection.main.head;
    this.view.dispatch({
      changes: { from, to, insert: text }, effects: [putWords(placedThere), setItems.of([...items].sort((a, b) => a.from - b.from))],
      selection: { anchor: caret < middle ? caret + back : caret - fore }, userEvent: "move.section", scrollIntoView: true,
    });
  }

  add(kind: "qa", from: number, to: number, reason: string): void {
    const made = item({ kind, from, to, was: this.view.state.sliceDoc(from, to), ms: this.msAt(from) ?? this.hooks.now(), reason });
    this.put([...this.items(), made].sort((a, b) => a.from - b.from));
  }

  reason(id: number, reason: string): void {
    this.put(this.items().map((i) => (i.id === id ? { ...i, reason } : i)));
  }

  drop(id: number): void {
    this.put(this.items().filter((i) => i.id !== id));
  }

  accept(flag: string): void {
    this.accepted.add(flag);
    this.view.dispatch({ effects: setItems.of(this.items()), annotations: Transaction.addToHistory.of(false) });
  }

  focus(): void {
    this.view.focus();
  }

  lock(): void {
    this.view.dispatch({ effects: StateEffect.appendConfig.of([EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-readonly": "true" })]) });
  }

  msAt(pos: number): number | null {
    const word = this.track.wordAt(this.view.state, pos);
    return word === null ? null : this.words[word].start_ms;
  }

  spoken(ms: number | null, follow: boolean): void {
    const word = ms === null ? -1 : this.heardAt(ms);
    if (word === this.current) return;
    this.current = word;
    const at = word < 0 ? null : this.track.place(this.view.state, word);
    const spec: TransactionSpec = { effects: [say.of(at)], annotations: bySound.of(true) };
    if (at && follow) {
      spec.selection = EditorSelection.cursor(at.from);
      spec.scrollIntoView = true;
    }
    this.view.dispatch(spec);
  }

  misspelt(words: readonly { from: number; to: number }[] | null): void {
    this.view.dispatch({ effects: [setUnknown.of(words ?? []), this.native.reconfigure(nativeSpelling(!words))] });
  }

  // heardAt is the last word of the draft that began by then, or -1.
  private heardAt(ms: number): number {
    let low = 0;
    let high = this.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.words[middle].start_ms <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  // now is the sound's place, or while nothing was played that of the words there.
  private now(pos: number): number {
    return this.hooks.now() || (this.msAt(Math.min(pos, this.view.state.doc.length)) ?? 0);
  }

  private put(list: readonly Item[]): void {
    this.view.dispatch({ effects: setItems.of(list) });
  }

  private state(text: string, s: Setting): EditorState {
    const sound = StateField.define<DecorationSet>({
      create: () => Decoration.none,
      update: (set, tr) => {
        set = set.map(tr.changes);
        for (const e of tr.effects) if (e.is(say)) set = e.value ? Decoration.set(looks.spoken.range(e.value.from, e.value.to)) : Decoration.none;
        return set;
      },
      provide: (f) => EditorView.decorations.from(f),
    });
    return EditorState.create({
      doc: text,
      extensions: [
        history({ minDepth: 1_000_000 }), keymap.of(typing), EditorView.lineWrapping, EditorView.cspNonce.of(s.nonce),
        theme, this.track.extension, this.items_, sound, unknown, lines, this.native.of(nativeSpelling(true)),
        EditorView.decorations.compute([this.items_], (state) => this.decorations(state)),
        invertedEffects.of((tr) => this.inverted(tr.startState.field(this.items_), tr.state.field(this.items_), tr.docChanged)),
        EditorState.transactionExtender.of((tr) => this.pasted(tr.isUserEvent("delete.cut"), tr.isUserEvent("input.paste"), tr)),
        EditorView.contentAttributes.of({ id: "text", "aria-label": s.label, lang: s.field.lang, autocorrect: "off", autocapitalize: "off", tabindex: "0" }),
        EditorView.updateListener.of((u) => {
          if (u.docChanged || u.startState.field(this.items_) !== u.state.field(this.items_)) this.hooks.changed();
          if (u.transactions.some((tr) => !tr.annotation(bySound) && (tr.docChanged || (tr.selection && tr.isUserEvent("select"))))) this.hooks.moved();
        }),
        EditorView.domEventHandlers({ mousedown: (e, view) => this.clicked(e, view) }),
      ],
    });
  }

  private decorations(state: EditorState): DecorationSet {
    const list = state.field(this.items_) ?? none;
    return Decoration.set(list.filter((i) => i.to > i.from).map((i) => looks[i.kind === "flag" ? (i.critical ? "critical" : "look") : i.kind].range(i.from, i.to)), true);
  }

  // inverted remembers for undo what a change settled, or a person.
  private inverted(before: readonly Item[], after: readonly Item[], docChanged: boolean): readonly StateEffect<readonly Item[]>[] {
    if (before === after) return [];
    const left = new Map(after.map((i) => [i.id, i.reason]));
    const lost = !docChanged || before.some((i) => left.get(i.id) !== i.reason) || after.length !== before.length;
    return lost ? [setItems.of(before)] : [];
  }

  // pasted gives words that are put in again where they were not cut their time.
  private pasted(cut: boolean, paste: boolean, tr: { startState: EditorState; changes: { iterChanges: (f: (fromA: number, toA: number, fromB: number, toB: number, inserted: { toString(): string }) => void) => void } }): { effects?: StateEffect<unknown>[] } | null {
    let effects: StateEffect<unknown>[] | null = null;
    tr.changes.iterChanges((fromA, toA, fromB, _toB, inserted) => {
      if (cut) this.kept = { text: tr.startState.sliceDoc(fromA, toA), at: fromA, words: this.track.within(tr.startState, fromA, toA) };
      else if (paste && this.kept && inserted.toString() === this.kept.text) {
        const by = fromB - this.kept.at;
        effects = [putWords(this.kept.words.map((p) => ({ ...p, from: p.from + by, to: p.to + by })))];
        this.kept = null;
      }
    });
    return effects && { effects };
  }

  private clicked(e: MouseEvent, view: EditorView): boolean {
    if (!e.ctrlKey && !e.altKey && !e.metaKey) return false;
    const pos = view.posAtCoords({ x: e.clientX, y: e.clientY });
    const ms = pos === null ? null : this.msAt(pos);
    if (ms === null) return false;
    e.preventDefault();
    this.hooks.hear(ms);
    return true;
  }
}
