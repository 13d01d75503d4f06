// One recording on the page: it is on disk chunk by chunk while it is spoken, and
// on its way to the server at the same time.

import { edit, samples, type Stretch, type Take } from "./rec-edit";
import type { Local, Shelf } from "./rec-shelf";
import { Sender, type Receipt } from "./sender";

const perSecond = 32000; // bytes

export class Deck {
  recording = false;
  room = true; // the device takes the chunks
  place = 0; // sample of what is heard
  readonly sender: Sender;

  private sizes: number[] = []; // bytes of the chunks that are safe on this device
  private total = 0; // samples spoken, those not on disk yet included
  private next = 0; // number of the next chunk
  private storing: Promise<void> = Promise.resolve();

  private constructor(private shelf: Shelf, readonly local: Local, sizes: number[], private changed: () => void) {
    this.sizes = sizes;
    this.next = sizes.length;
    this.total = this.stored / 2;
    while (local.takes.length && local.takes[local.takes.length - 1].from >= this.total) local.takes.pop();
    this.place = this.length;
    this.sender = new Sender({
      id: local.id,
      begin: () => ({
        author: shelf.user, patient_mrn: local.mrn, encounter: local.visit, worktype: local.worktype, priority: local.stat ? "stat" : "routine", format: "pcm",
        refers_to: local.refersTo ?? "", relation: local.relation ?? "", reason: local.why ?? "",
        device: local.device, takes: local.takes, gaps: local.gaps,
      }),
      sizes: () => this.sizes,
      bytes: (n) => shelf.chunk(local.id, n),
      end: () => (local.sending && !this.recording ? { samples: this.length } : null),
    }, () => void this.heard());
  }

  static async open(shelf: Shelf, local: Local, changed: () => void): Promise<Deck> {
    const sizes = await shelf.sizes(local.id);
    return new Deck(shelf, local, sizes, changed);
  }

  get stored(): number {
    return this.sizes.reduce((sum, n) => sum + n, 0);
  }

  // length is how many samples are heard.
  get length(): number {
    return samples(this.stretches);
  }

  get stretches(): Stretch[] {
    return edit(this.local.takes, this.total);
  }

  get chunks(): number[] {
    return this.sizes;
  }

  get seconds(): { device: number; server: number } {
    return { device: this.stored / perSecond, server: this.sender.onServer / perSecond };
  }

  // safe reports whether closing the page loses and delays nothing.
  get safe(): boolean {
    return !this.recording && this.total * 2 === this.stored && this.sender.onServer === this.stored && !this.local.sending;
  }

  get receipt(): Receipt | null {
    return this.sender.receipt;
  }

  async begin(mode: Take["mode"], device: string): Promise<void> {
    const { takes } = this.local;
    if (takes.length && takes[takes.length - 1].from === this.total) takes.pop();
    const at = mode === "append" ? this.length : Math.min(this.place, this.length);
    takes.push({ mode, at, from: this.total });
    this.place = at;
    this.local.device = device.slice(0, 200);
    this.recording = true;
    await this.say();
  }

  add(sound: Int16Array<ArrayBuffer>): void {
    const n = this.next++;
    this.total += sound.length;
    this.place += sound.length;
    const bytes = new Uint8Array(sound.buffer);
    this.storing = this.storing.then(async () => {
      this.room = await this.shelf.add(this.local.id, n, bytes);
      this.sizes.push(bytes.length);
      this.sender.wake();
      this.changed();
    });
  }

  gap(ms: number): void {
    if (this.local.gaps.length < 1000) this.local.gaps.push({ at: this.total, ms });
  }

  async pause(): Promise<void> {
    this.recording = false;
    await this.storing;
    await this.say();
  }

  // send says that the recording is complete.
  async send(): Promise<void> {
    this.local.sending = true;
    await this.say();
  }

  // say stores what is said of the recording, and tells the server; the server is
  // told also when the device has no room for it.
  async say(): Promise<void> {
    try {
      await this.shelf.save(this.local);
    } catch {
      this.room = false;
    }
    this.sender.announce();
    this.changed();
  }

  close(): void {
    this.sender.stop();
  }

  async remove(): Promise<void> {
    this.close();
    await this.storing;
    await this.shelf.remove(this.local.id);
  }

  // heard takes the recording off the device when the server has given its receipt.
  private async heard(): Promise<void> {
    if (this.sender.receipt) await this.shelf.remove(this.local.id);
    else if (this.sender.refused) this.local.sending = false;
    this.changed();
  }
}
