// Saves the text of a review: as new versions, never over somebody else's.

import { call } from "./api";
import { type Edit, printOf, type Told } from "./editor";
import { t } from "./say";
import { type Kept, Vault } from "./vault";

const pauseMS = 600; // of typing, before a save
const longestMS = 1000; // from a change to its save
const retryMS = [1000, 2000, 5000, 10000];

interface Saved {
  version: number;
  disputed: number;
}

export interface TextView extends Told {
  version: number;
}

export interface SaverHooks {
  edit: () => Edit;
  print: () => string;
  say: (text: string, bad?: boolean) => void;
  lock: (why: string) => void; // the dictation is not ours any more
  // conflict shows three texts and gives the one that goes on; null: later. The
  // sheet shows it already, and what was set aside is kept.
  conflict: (base: string | null, theirs: TextView) => Promise<"mine" | "theirs" | "later">;
  disputed: (words: number) => void; // the server places words elsewhere than this page
}

export class Saver {
  locked = false;

  private saved: string | null; // print of version; null: another than the page began with
  private base: { version: number; text: string } | null;
  private timer = 0;
  private since = 0; // when the oldest unsaved change was made
  private running: Promise<boolean> | null = null;
  private failures = 0;
  private shelving = 0; // timer
  private shelved = false;
  private readonly path: string;
  private readonly vault: Vault | null;

  constructor(private id: string, user: string, public version: number, private hooks: SaverHooks, asSaved = true) {
    this.path = `/api/v1/dictations/${id}/text`;
    this.vault = Vault.able ? new Vault(`${user}.${id}`) : null;
    this.saved = asSaved ? hooks.print() : null;
    this.base = asSaved ? { version, text: hooks.edit().text } : null;
  }

  get failing(): boolean {
    return this.failures > 0;
  }

  get dirty(): boolean {
    return this.hooks.print() !== this.saved;
  }

  // changed is called on every change of the text or its marks.
  changed(): void {
    if (this.locked) return;
    this.since ||= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.due(), Math.max(0, Math.min(pauseMS, this.since + longestMS - Date.now())));
    this.shelving ||= setTimeout(() => void this.shelve(), this.failures ? 100 : 400);
  }

  private async due(): Promise<void> {
    if (this.dirty) return this.autosave();
    this.since = 0;
    this.unshelve();
  }

  // autosave saves once; what is typed meanwhile waits for the next pause.
  private async autosave(): Promise<void> {
    if (this.running) await this.running;
    if (this.locked || !this.dirty) return;
    this.since = 0;
    this.running = this.put(this.hooks.edit());
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
    this.running = this.put(this.hooks.edit());
    const ok = await this.running;
    this.running = null;
    return ok && this.dirty ? this.save() : ok;
  }

  // leave tries a last save when the page goes away.
  leave(): void {
    if (this.dirty && !this.locked) void call("PUT", this.path, this.hooks.edit(), { "If-Match": `"${this.version}"` }, true);
  }

  // restore brings back what an earlier visit could not save.
  async restore(): Promise<Kept | null> {
    let kept: Kept | null = null;
    try {
      kept = (await this.vault?.get()) ?? null;
    } catch {
      // not readable, or from another key
    }
    if (!kept || printOf({ text: kept.text, marks: kept.marks as Edit["marks"], accepted: kept.accepted }) === this.saved) {
      this.shelved = kept !== null;
      this.unshelve();
      return null;
    }
    this.shelved = true;
    if (kept.base !== this.version) {
      this.version = kept.base; // the save then finds out, and asks
      this.base = null;
    }
    return kept;
  }

  private async put(edit: Edit): Promise<boolean> {
    const a = await call<Saved>("PUT", this.path, edit, { "If-Match": `"${this.version}"` });
    if (a.ok) {
      this.version = a.data!.version;
      this.saved = printOf(edit);
      this.base = { version: this.version, text: edit.text };
      this.failures = 0;
      if (!this.dirty) this.unshelve();
      this.hooks.say(t("Saved as version %d.", this.version));
      this.hooks.disputed(a.data!.disputed);
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
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.save(), wait);
      const kept = await this.shelve();
      const where = kept ? t("Your text is kept on this device and is saved as soon as that works.") : t("Your text is kept in this tab only: leave it open. It is saved as soon as that works.");
      this.hooks.say(`${t("Not saved: %s", a.detail)} ${where}`, true);
      return false;
    }
    this.hooks.say(t("Not saved: %s", a.detail), true);
    return false;
  }

  // settle asks which text goes on. None is lost.
  private async settle(): Promise<boolean> {
    const a = await call<TextView>("GET", this.path);
    if (!a.ok) {
      this.hooks.say(t("Not saved: %s", a.detail), true);
      return false;
    }
    const theirs = a.data!;
    const choice = await this.hooks.conflict(await this.baseText(), theirs);
    if (choice === "later") {
      this.hooks.say(t("Not saved: the text was changed elsewhere. Yours is kept on this device until you choose."), true);
      return false;
    }
    this.version = theirs.version;
    this.base = { version: theirs.version, text: theirs.text };
    this.saved = choice === "theirs" ? this.hooks.print() : null;
    if (choice === "theirs") {
      this.unshelve();
      this.hooks.say(t("You go on with version %d.", this.version));
      return true;
    }
    return this.put(this.hooks.edit());
  }

  // baseText is what both texts were made from.
  private async baseText(): Promise<string | null> {
    if (this.base?.version === this.version) return this.base.text;
    if (!this.version) return "";
    const a = await call<{ text: string }>("GET", `/api/v1/dictations/${this.id}/versions/${this.version}`);
    return a.ok ? a.data!.text : null;
  }

  // shelve keeps what is not saved in this browser; false when that cannot be.
  private async shelve(): Promise<boolean> {
    clearTimeout(this.shelving);
    this.shelving = 0;
    if (!this.vault || this.locked || !this.dirty) return false;
    const { text, marks, accepted } = this.hooks.edit();
    this.shelved = true;
    try {
      await this.vault.put({ base: this.version, text, marks, accepted });
      return true;
    } catch {
      return false; // full or forbidden: the page itself still has the text
    }
  }

  private unshelve(): void {
    clearTimeout(this.shelving);
    this.shelving = 0;
    if (!this.shelved) return;
    this.shelved = false;
    void this.vault?.remove().catch(() => {});
  }
}
