// Saves the text of a review: as new versions, never over somebody else's.

import { call } from "./api";

const pauseMS = 800; // of typing, before a save
const longestMS = 5000; // of typing without one
const retryMS = [1000, 2000, 5000, 10000];

interface Saved {
  version: number;
}

interface TextView {
  version: number;
  text: string;
}

export interface SaverHooks {
  text: () => string;
  say: (text: string, bad?: boolean) => void;
  lock: (why: string) => void; // the dictation is not ours any more
  conflict: (theirs: TextView) => Promise<"mine" | "theirs" | "later">;
  take: (theirs: string) => void; // put the saved text in place of ours
}

export class Saver {
  locked = false;

  private saved: string | null; // text of version; null: another than the page began with
  private timer = 0;
  private since = 0; // when the oldest unsaved change was typed
  private running: Promise<boolean> | null = null;
  private failures = 0;
  private readonly path: string;
  private readonly shelf: string;

  constructor(id: string, user: string, public version: number, private hooks: SaverHooks, asSaved = true) {
    this.path = `/api/v1/dictations/${id}/text`;
    this.shelf = `dictation.unsaved.${user}.${id}`;
    this.saved = asSaved ? hooks.text() : null;
  }

  get dirty(): boolean {
    return this.hooks.text() !== this.saved;
  }

  // changed is called on every change of the text.
  changed(): void {
    if (this.locked) return;
    if (!this.dirty) return this.unshelve();
    this.shelve();
    if (!this.failures) this.hooks.say("Not saved yet.");
    this.since ||= Date.now();
    const wait = Math.min(pauseMS, Math.max(0, this.since + longestMS - Date.now()));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.autosave(), wait);
  }

  // autosave saves once; what is typed meanwhile waits for the next pause.
  private async autosave(): Promise<void> {
    if (this.running) await this.running;
    if (this.locked || !this.dirty) return;
    this.running = this.put(this.hooks.text());
    const ok = await this.running;
    this.running = null;
    if (ok && this.dirty) this.changed();
  }

  // save gives true when the newest version is what the person sees.
  async save(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.locked) return false;
    if (!this.dirty) return true;
    this.running = this.put(this.hooks.text());
    const ok = await this.running;
    this.running = null;
    return ok && this.dirty ? this.save() : ok;
  }

  // leave tries a last save when the page goes away.
  leave(): void {
    if (this.dirty && !this.locked) {
      void call("PUT", this.path, { text: this.hooks.text() }, { "If-Match": `"${this.version}"` }, true);
    }
  }

  // restore brings back what an earlier visit of this tab could not save.
  async restore(): Promise<string | null> {
    let kept: { base: number; text: string } | null = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(this.shelf) ?? "null");
    } catch {
      // nothing readable is there
    }
    if (!kept || kept.text === this.saved) {
      this.unshelve();
      return null;
    }
    if (kept.base !== this.version) this.version = kept.base; // the save then finds out, and asks
    return kept.text;
  }

  private async put(text: string): Promise<boolean> {
    const a = await call<Saved>("PUT", this.path, { text }, { "If-Match": `"${this.version}"` });
    if (a.ok) {
      this.version = a.data!.version;
      this.saved = text;
      this.since = this.failures = 0;
      if (!this.dirty) this.unshelve();
      this.hooks.say(`Saved as version ${this.version}.`);
      return true;
    }
    if (a.status === 412) return this.settle();
    if (a.status === 423 || a.status === 409 || a.status === 403) {
      this.locked = true;
      this.hooks.lock(a.detail);
      return false;
    }
    if (a.status === 0 || a.status >= 500 || a.status === 429 || a.status === 401) {
      const wait = retryMS[Math.min(this.failures++, retryMS.length - 1)];
      this.timer = setTimeout(() => void this.save(), wait);
      this.hooks.say(`Not saved: ${a.detail} Your text is kept on this device and is saved as soon as that works.`, true);
      return false;
    }
    this.hooks.say(`Not saved: ${a.detail}`, true);
    return false;
  }

  // settle asks which of two texts goes on. Neither is lost.
  private async settle(): Promise<boolean> {
    const a = await call<TextView>("GET", this.path);
    if (!a.ok) {
      this.hooks.say(`Not saved: ${a.detail}`, true);
      return false;
    }
    const theirs = a.data!;
    const choice = await this.hooks.conflict(theirs);
    if (choice === "later") {
      this.hooks.say("Not saved: the text was changed elsewhere. Yours is kept on this device until you choose.", true);
      return false;
    }
    this.version = theirs.version;
    this.saved = theirs.text;
    if (choice === "theirs") {
      this.hooks.take(theirs.text);
      this.unshelve();
      this.hooks.say(`You go on with version ${this.version}.`);
      return true;
    }
    return this.put(this.hooks.text());
  }

  private shelve(): void {
    try {
      sessionStorage.setItem(this.shelf, JSON.stringify({ base: this.version, text: this.hooks.text() }));
    } catch {
      // full or forbidden: the page itself still has the text
    }
  }

  private unshelve(): void {
    this.since = 0;
    sessionStorage.removeItem(this.shelf);
  }
}
