// Text that need not be typed again: what is typed for a phrase shows what it
// stands for, and Space, Tab or Enter puts that in its place. [name] in it is a
// field to be typed over, [name: a|b] one with values to choose from.

import { call } from "./api";
import { make } from "./dom";
import { t, tn } from "./say";

export interface Phrase {
  kind: "expander" | "normal" | "template";
  site: boolean;
  worktype: string;
  trigger: string;
  title: string;
  text: string;
}

// Sheet is as much of the text's editor as is needed here. Places count UTF-16 units.
export interface Sheet {
  readonly dom: HTMLElement;
  text(): string;
  selection(): { from: number; to: number };
  select(from: number, to: number): void;
  replace(from: number, to: number, text: string, select?: { from: number; to: number }): void; // one step of undo
  focus(): void;
}

export interface Field {
  from: number;
  to: number;
  name: string;
  choices: string[];
}

const longestTrigger = 24;
const longestField = 80;

// fieldsOf finds the fields as the server does.
export function fieldsOf(text: string): Field[] {
  const fields: Field[] = [];
  for (const m of text.matchAll(/\[([^[\]\n]+)\]/g)) {
    const inner = m[1];
    if (!inner.trim() || [...inner].length > longestField) continue;
    const colon = inner.indexOf(":");
    const list = colon < 0 ? "" : inner.slice(colon + 1);
    const chosen = list.includes("|");
    fields.push({
      from: m.index, to: m.index + m[0].length, name: (chosen ? inner.slice(0, colon) : inner).trim(),
      choices: chosen ? list.split("|").map((c) => c.trim()) : [],
    });
  }
  return fields;
}

interface Match {
  phrase: Phrase;
  from: number; // where what was typed begins
  to: number;
  typed: string;
  whole: boolean; // all of the trigger is there
}

export class Phrases {
  private all: Phrase[] = [];
  private seen = "";
  private done: { before: string; after: string; from: number; trigger: string } | null = null; // the last one that was put in
  private declined: { from: number; trigger: string } | null = null; // undone: not put in again there
  private offered: { field: Field; hint: string } | null = null; // the field that was gone to

  constructor(private sheet: Sheet, private preview: HTMLElement, private templates: HTMLElement, private worktype: string, private say: (what: string) => void, private may: () => boolean) {
    sheet.dom.addEventListener("keydown", (e) => this.press(e), { capture: true });
    sheet.dom.addEventListener("blur", () => (preview.textContent = ""));
    document.addEventListener("selectionchange", () => this.look());
    void this.load();
  }

  private async load(): Promise<void> {
    const a = await call<{ phrases: Phrase[] }>("GET", `/api/v1/phrases?worktype=${encodeURIComponent(this.worktype)}`);
    if (!a.ok) return this.say(t("The phrases could not be loaded: %s", a.detail));
    this.all = a.data!.phrases;
    this.offerTemplates();
    this.look();
  }

  // look is called after every change; it shows what would be put in.
  look(): void {
    const text = this.sheet.text();
    if (text !== this.seen) {
      if (this.done && this.seen === this.done.after && text === this.done.before) this.declined = this.done;
      this.seen = text;
      this.offerTemplates();
    }
    this.show(this.sheet.dom.contains(document.activeElement) ? this.hint() : "");
  }

  private hint(): string {
    if (this.offered && this.at(this.offered.field)) return this.offered.hint;
    const m = this.match();
    if (!m) return "";
    const words = m.phrase.text.replace(/\s+/g, " ");
    return m.whole
      ? t("%s: %s – Space, Tab or Enter puts it in.", m.phrase.trigger, words.slice(0, 160))
      : t("%s: %s – type on.", m.phrase.trigger, words.slice(0, 60));
  }

  // show tells at the caret, where the eyes are. The focus stays in the text.
  private show(what: string): void {
    if (this.preview.textContent === what) return;
    this.preview.textContent = what;
    if (what) this.place();
  }

  private at(f: Field): boolean {
    const { from, to } = this.sheet.selection();
    return from === f.from && to === f.to;
  }

  // match finds the phrase of the word before the caret; failing that, the one it
  // could become.
  private match(): Match | null {
    const { from: a, to } = this.sheet.selection();
    if (a !== to || !this.may()) return null;
    const before = this.sheet.text().slice(Math.max(0, to - longestTrigger - 8), to);
    const word = /[^\s[\]]+$/.exec(before)?.[0].replace(/^["'(“„‚{/]+/, "") ?? "";
    if (word.length < 2) return null;
    const after = this.sheet.text()[to];
    if (after && /[\p{L}\p{N}]/u.test(after)) return null; // the caret is within a word
    const typed = word.toLowerCase();
    const from = to - word.length;
    if (this.declined && (this.declined.from !== from || !this.declined.trigger.startsWith(typed))) this.declined = null;
    if (this.declined) return null;
    let phrase = this.all.find((p) => p.trigger === typed);
    const whole = Boolean(phrase);
    phrase ??= this.all.filter((p) => p.trigger.startsWith(typed)).sort((p, q) => p.trigger.length - q.trigger.length)[0];
    return phrase ? { phrase, from, to, typed: word, whole } : null;
  }

  private press(e: KeyboardEvent): void {
    if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey || e.isComposing) return;
    if (this.choose(e)) return;
    if (e.key !== " " && e.key !== "Tab" && e.key !== "Enter") return;
    const m = this.match();
    if (!m?.whole) return;
    e.preventDefault();
    e.stopPropagation();
    const capital = /^\p{Lu}\P{Lu}*$/u.test(m.typed) ? m.phrase.text.replace(/^./u, (c) => c.toUpperCase()) : m.phrase.text;
    this.put(m.from, m.to, capital + (e.key === " " ? " " : ""), m.phrase.trigger);
  }

  // put writes a phrase and goes to its first field.
  private put(from: number, to: number, text: string, trigger: string): void {
    const before = this.sheet.text();
    const field = fieldsOf(text)[0];
    this.sheet.replace(from, to, text, field && { from: from + field.from, to: from + field.to });
    this.done = { before, after: this.sheet.text(), from, trigger };
    this.seen = this.done.after;
    if (field) this.tell(from + field.from);
    else this.show("");
  }

  // choose takes a value of the field that was gone to, by its number.
  private choose(e: KeyboardEvent): boolean {
    const f = this.offered?.field;
    const choice = f?.choices[Number(e.key) - 1];
    if (!f || choice === undefined || !this.at(f) || !this.may()) return false;
    e.preventDefault();
    e.stopPropagation();
    this.sheet.replace(f.from, f.to, choice);
    this.offered = null;
    if (this.fields) this.nextField();
    return true;
  }

  get fields(): number {
    return fieldsOf(this.sheet.text()).length;
  }

  // nextField goes to the next field after the caret, from the last to the first.
  nextField(): void {
    const fields = fieldsOf(this.sheet.text());
    if (!fields.length) return this.say(t("There is no field in the text."));
    const f = fields.find((f) => f.from >= this.sheet.selection().to) ?? fields[0];
    this.sheet.focus();
    this.sheet.select(f.from, f.to);
    this.tell(f.from);
  }

  private tell(from: number): void {
    const fields = fieldsOf(this.sheet.text());
    const i = fields.findIndex((f) => f.from === from);
    if (i < 0) return;
    const f = fields[i];
    const where = tn(fields.length, "Field: %s.", "Field %[3]d of %[1]d: %[2]s.", f.name, i + 1);
    const how = f.choices.length ? t("Press %s, or type over it.", f.choices.map((c, n) => `${n + 1} ${c}`).join(", ")) : t("Type over it.");
    this.offered = { field: f, hint: `${where} ${how}` };
    this.show(this.offered.hint);
  }

  private offerTemplates(): void {
    const list = this.all.filter((p) => p.kind === "template" && p.worktype === this.worktype);
    const show = list.length > 0 && !this.sheet.text().trim() && this.may();
    if (show === !this.templates.hidden) return;
    this.templates.hidden = !show;
    const buttons = list.map((p) => make("button", { type: "button", click: () => this.begin(p) }, p.title || p.text.split("\n")[0].slice(0, 60)));
    this.templates.replaceChildren(...(show ? [make("span", {}, t("The text is empty. Begin with a template:")), ...buttons] : []));
  }

  private begin(p: Phrase): void {
    this.sheet.focus();
    this.put(0, this.sheet.text().length, p.text, p.trigger);
  }

  // place puts the preview under the caret, or under the text where the caret's
  // place is not told.
  private place(): void {
    const range = this.sheet.dom instanceof HTMLTextAreaElement ? null : document.getSelection()?.getRangeAt(0).cloneRange();
    if (range && range.startOffset > 0 && range.startContainer.nodeType === Node.TEXT_NODE) range.setStart(range.startContainer, range.startOffset - 1);
    const at = range?.getBoundingClientRect();
    const box = this.sheet.dom.getBoundingClientRect();
    const known = at && at.bottom > 0;
    const left = known ? at.left : box.left + 8;
    const top = (known ? at.bottom : Math.min(box.bottom, innerHeight) - this.preview.offsetHeight) + 6;
    this.preview.style.left = `${Math.max(8, Math.min(left, innerWidth - this.preview.offsetWidth - 8))}px`;
    this.preview.style.top = `${Math.min(top, innerHeight - this.preview.offsetHeight - 8)}px`;
  }
}
