// The spell check: words that are on no list are underlined and listed. The server
// knows English and the words of medicine, the browser's own check does not.

import { call } from "./api";
import { el, make } from "./dom";
import type { Sheet } from "./editor";
import { t, tn } from "./say";

interface Place {
  from: number;
  to: number;
  word: string;
}

const pauseMS = 500; // after the last key
const batch = 500; // words of one question
const shownWords = 40;
const strangeWords = 30; // a text of which this many words were looked up …
const strangeShare = 0.4; // … and so many of them are unknown is in another language

// wordsOf finds what may be a misspelt word. What has a figure, an inner full stop
// or an underline is none; the server knows abbreviations and units.
export function wordsOf(text: string): Place[] {
  const found: Place[] = [];
  for (const m of text.matchAll(/\S+/g)) {
    if (/[\d_@\\]|\p{L}\.\p{L}/u.test(m[0])) continue;
    for (const w of m[0].matchAll(/\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*/gu)) {
      if (w[0].length < 2 || w[0].length > 60) continue;
      found.push({ from: m.index + w.index, to: m.index + w.index + w[0].length, word: w[0] });
    }
  }
  return found;
}

export class Spelling {
  private asked = new Map<string, string[] | null>(); // word → suggestions; null: it is right
  private left = new Set<string>(); // right here, in small letters
  private list: Place[] = [];
  private timer = 0;
  private asking = false;
  private off = false;
  private shown = "";

  // may says whether the text can be changed; mayAdd, whether this person puts words
  // on the site's list.
  constructor(private sheet: Sheet, private mayAdd: boolean, private say: (what: string) => void, private may: () => boolean) {
    // Whom the text is about is no mistake.
    for (const w of wordsOf(document.querySelector(".ident")?.textContent ?? "")) this.left.add(w.word.toLowerCase());
    sheet.dom.addEventListener("keydown", (e) => this.choose(e), { capture: true });
    if (!/^en\b/i.test(sheet.dom.lang || "en")) this.end(t("The spell check knows English only."));
  }

  // look is called after every change.
  look(): void {
    if (this.off) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(true), pauseMS);
  }

  // check looks at the whole text and asks for words it has not asked for. The word
  // that is being typed comes a little later.
  private async check(typing: boolean): Promise<void> {
    if (this.asking || this.off) return;
    const { from, to } = this.sheet.selection();
    const words = wordsOf(this.sheet.text());
    const now = typing && from === to ? words.find((w) => w.to === to) : undefined;
    const fresh = [...new Set(words.filter((w) => w !== now && !this.asked.has(w.word)).map((w) => w.word))].slice(0, batch);
    if (fresh.length) {
      this.asking = true;
      const a = await call<{ unknown: { word: string; suggestions: string[] }[] }>("POST", "/api/v1/words/unknown", { words: fresh });
      this.asking = false;
      if (!a.ok) return this.state(t("The spell check does not answer just now."));
      for (const w of fresh) this.asked.set(w, null);
      for (const u of a.data!.unknown) this.asked.set(u.word, u.suggestions);
      return this.check(typing);
    }
    this.show(words.filter((w) => w !== now && this.wrong(w.word)));
    if (now) this.timer = setTimeout(() => void this.check(false), 3 * pauseMS);
  }

  private wrong(word: string): boolean {
    return Boolean(this.asked.get(word)) && !this.left.has(word.toLowerCase());
  }

  private show(list: Place[]): void {
    const unknown = [...this.asked.values()].filter(Boolean).length;
    if (this.asked.size >= strangeWords && unknown > strangeShare * this.asked.size) {
      return this.end(t("The spell check is off: the text does not look English, and it knows English only."));
    }
    this.list = list;
    this.sheet.misspelt(list);
    const different = [...new Set(list.map((w) => w.word))];
    this.state(different.length ? tn(different.length, "One word.", "%d words.") : t("None."));
    const lines = different.slice(0, shownWords);
    const now = lines.join(" ");
    if (now === this.shown) return;
    this.shown = now;
    el("words").replaceChildren(...lines.map((w) => this.line(w)));
  }

  private line(word: string): HTMLElement {
    const row = make("li", {}, make("button", { type: "button", class: "plain", lang: "en", click: () => this.go(this.list.find((x) => x.word === word)) }, word));
    for (const s of this.asked.get(word)!) {
      row.append(make("button", { type: "button", lang: "en", "aria-label": t("Write %s for %s", s, word), click: () => this.write(this.list.find((x) => x.word === word), s) }, s));
    }
    const what = this.mayAdd ? t("Add to the list") : t("Leave it");
    row.append(make("button", { type: "button", class: "plain", "aria-label": `${what}: ${word}`, click: () => void this.keep(word) }, what));
    return row;
  }

  private go(p: Place | undefined): void {
    if (!p || this.sheet.text().slice(p.from, p.to) !== p.word) return this.look();
    this.sheet.focus();
    this.sheet.select(p.from, p.to);
    const near = this.asked.get(p.word) ?? [];
    const how = near.length ? t("Press %s, or type over it.", near.map((s, i) => `${i + 1} ${s}`).join(", ")) : t("No word of the list is near it.");
    this.say(`${t("“%s” is not in the word list.", p.word)} ${how}`);
  }

  // next goes to the next one after the caret, from the last to the first.
  next(): void {
    if (this.off) return this.say(el("words-state").textContent!);
    const { to } = this.sheet.selection();
    const p = this.list.find((w) => w.from >= to) ?? this.list[0];
    if (!p) return this.say(t("Every word is in the word list."));
    this.go(p);
  }

  // choose takes a suggestion for the word that was gone to, by its number.
  private choose(e: KeyboardEvent): void {
    if (e.ctrlKey || e.altKey || e.metaKey || !/^[1-3]$/.test(e.key)) return;
    const { from, to } = this.sheet.selection();
    const p = this.list.find((w) => w.from === from && w.to === to);
    const s = p && this.asked.get(p.word)?.[Number(e.key) - 1];
    if (!p || !s || !this.may()) return;
    e.preventDefault();
    e.stopPropagation();
    this.write(p, s);
  }

  private write(p: Place | undefined, s: string): void {
    if (!p || !this.may() || this.sheet.text().slice(p.from, p.to) !== p.word) return this.look();
    this.sheet.focus();
    this.sheet.replace(p.from, p.to, s);
    this.say(t("%s is %s now.", p.word, s));
  }

  // add takes the word at the caret for right: for the site, or in this text.
  async add(): Promise<void> {
    const { from, to } = this.sheet.selection();
    const p = this.list.find((w) => w.from <= from && w.to >= to);
    if (!p) return this.say(t("Go to a word that is not in the word list first."));
    await this.keep(p.word);
  }

  private async keep(word: string): Promise<void> {
    const plain = word.replace(/['’]s$/, "");
    if (this.mayAdd) {
      const a = await call("POST", "/api/v1/words", { word: plain });
      if (!a.ok) return this.say(a.detail);
      this.say(t("“%s” is on the site's list now.", plain));
    } else this.say(t("“%s” is left as it is. A QA editor or administrator can put it on the site's list.", plain));
    for (const w of [plain, word]) this.left.add(w.toLowerCase());
    this.show(this.list.filter((w) => this.wrong(w.word)));
    this.sheet.focus();
  }

  private state(what: string): void {
    const at = el("words-state");
    if (at.textContent !== what) at.textContent = what;
  }

  private end(why: string): void {
    this.off = true;
    this.list = [];
    this.sheet.misspelt(null);
    el("words").replaceChildren();
    this.state(why);
  }
}
