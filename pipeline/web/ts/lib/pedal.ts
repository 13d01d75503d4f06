// Foot pedals and hand mikes, through WebHID. Pedals that send keys need nothing
// here: the keymap has F13 to F16 for them.

import type { Player } from "./player";
import { t } from "./say";

export type Button = "back" | "play" | "forward" | "fourth" | "stop";

// What is used of WebHID; browsers other than Chrome and Edge have none of it.
interface HIDDevice extends EventTarget {
  vendorId: number;
  productId: number;
  opened: boolean;
  collections: { usagePage?: number; usage?: number }[];
  open(): Promise<void>;
  close(): Promise<void>;
}

interface HID extends EventTarget {
  getDevices(): Promise<HIDDevice[]>;
  requestDevice(options: { filters: { vendorId: number; productId: number; usagePage?: number; usage?: number }[] }): Promise<HIDDevice[]>;
}

// Model is a device with where its reports say which buttons are down: a mask of
// one or two bytes (little-endian) at a place, after a first byte that is command
// where there is one.
export interface Model {
  name: string;
  vendor: number;
  products: number[];
  usagePage?: number;
  usage?: number;
  command?: number;
  at: number;
  bytes: 1 | 2;
  bits: Partial<Record<Button, number>>;
}

export const models: Model[] = [
  { name: "Infinity", vendor: 0x05f3, products: [0x00ff], usagePage: 0x0c, usage: 3, at: 0, bytes: 1, bits: { back: 0, play: 1, forward: 2 } },
  { name: "Philips ACC2310, ACC2320, ACC2330", vendor: 0x0911, products: [0x1844, 0x091a], usagePage: 1, usage: 4, at: 0, bytes: 1, bits: { back: 0, play: 1, forward: 2, fourth: 3 } },
  { name: "Philips SpeechMike", vendor: 0x0911, products: [0x0c1c, 0x0c1d, 0x0c1e], usagePage: 0xffa0, command: 0x80, at: 7, bytes: 2, bits: { stop: 9, play: 10, forward: 11, back: 12, fourth: 13 } },
  { name: "PowerMic III", vendor: 0x0554, products: [0x1001], at: 1, bytes: 2, bits: { back: 4, forward: 5, play: 6 } },
  { name: "PowerMic 4", vendor: 0x0554, products: [0x0064], usagePage: 0xffa0, command: 0x80, at: 7, bytes: 2, bits: { play: 10, back: 13, forward: 14 } },
  { name: "Grundig", vendor: 0x15d8, products: [0x0024], usagePage: 0xffff, at: 0, bytes: 1, bits: { forward: 0, play: 1, back: 2 } },
];

export function modelOf(d: { vendorId: number; productId: number; collections: { usagePage?: number }[] }): Model | undefined {
  return models.find((m) => m.vendor === d.vendorId && m.products.includes(d.productId) &&
    (m.usagePage === undefined || d.collections.some((c) => c.usagePage === m.usagePage)));
}

// buttonsOf gives the buttons that are down in a report, null for a report that
// does not say.
export function buttonsOf(model: Model, report: DataView): Set<Button> | null {
  if (report.byteLength < model.at + model.bytes) return null;
  if (model.command !== undefined && report.getUint8(0) !== model.command) return null;
  const mask = model.bytes === 1 ? report.getUint8(model.at) : report.getUint16(model.at, true);
  const down = new Set<Button>();
  for (const [button, bit] of Object.entries(model.bits)) if (mask & (1 << bit)) down.add(button as Button);
  return down;
}

export interface PedalOptions {
  toggle: boolean; // a press starts, the next one stops
  steps: boolean; // back and forward go one step a press
  stepS: number;
}

const runMS = 200; // between two steps while back or forward is held
const runS = 1; // how far each goes

// Foot does what pedals ask for, whether they come as reports or as keys.
export class Foot {
  private running = 0;

  constructor(private player: Player, private options: PedalOptions, private fourth: () => void) {}

  press(button: Button): void {
    this.halt();
    if (button === "play") {
      if (this.options.toggle) this.player.toggle();
      else void this.player.play();
    } else if (button === "stop") this.player.pause();
    else if (button === "fourth") this.fourth();
    else this.run(button === "back" ? -1 : 1);
  }

  release(button: Button): void {
    if (button === "play") {
      if (!this.options.toggle) this.player.pause();
    } else this.halt();
  }

  private run(way: number): void {
    if (this.options.steps) return this.player.skip(way * this.options.stepS);
    this.player.skip(way * runS);
    this.running = setInterval(() => this.player.skip(way * runS), runMS);
  }

  private halt(): void {
    clearInterval(this.running);
  }
}

// Pedals keeps the connected devices.
export class Pedals {
  private hid = (navigator as unknown as { hid?: HID }).hid;
  private connected = new Map<HIDDevice, { model: Model; down: Set<Button>; listen: (e: Event) => void }>();

  constructor(private foot: Foot, private button: HTMLButtonElement, private status: HTMLElement) {
    button.hidden = false;
    button.addEventListener("click", () => void this.ask());
    addEventListener("blur", () => this.releaseAll());
    if (!this.hid) return;
    this.hid.addEventListener("connect", (e) => void this.open((e as unknown as { device: HIDDevice }).device));
    this.hid.addEventListener("disconnect", (e) => this.gone((e as unknown as { device: HIDDevice }).device));
    void this.known();
  }

  // known opens what this browser was allowed before.
  private async known(): Promise<void> {
    for (const d of await this.hid!.getDevices()) await this.open(d);
  }

  private async ask(): Promise<void> {
    if (!this.hid) {
      this.say(t("This browser cannot read pedals. Use Chrome or Edge, or let the pedal send the keys F13 to F16, which work everywhere."));
      return;
    }
    const filters = models.flatMap((m) => m.products.map((productId) => ({
      vendorId: m.vendor, productId, ...(m.usagePage === undefined ? {} : { usagePage: m.usagePage }), ...(m.usage === undefined ? {} : { usage: m.usage }),
    })));
    try {
      const chosen = await this.hid.requestDevice({ filters });
      for (const d of chosen) await this.open(d);
      if (!this.connected.size) this.say(t("No pedal was chosen."));
    } catch {
      this.say(t("The browser does not let this page ask for a pedal."));
    }
  }

  private async open(d: HIDDevice): Promise<void> {
    const model = modelOf(d);
    if (!model || this.connected.has(d)) return;
    const listen = (e: Event) => this.report(d, (e as unknown as { data: DataView }).data);
    this.connected.set(d, { model, down: new Set(), listen });
    try {
      if (!d.opened) await d.open();
      d.addEventListener("inputreport", listen);
      this.tell();
    } catch {
      this.connected.delete(d);
      this.say(t("The pedal %s cannot be opened. Another program may have it; close that one and plug the pedal in again.", model.name));
    }
  }

  private gone(d: HIDDevice): void {
    const c = this.connected.get(d);
    if (!c) return;
    d.removeEventListener("inputreport", c.listen);
    this.connected.delete(d);
    for (const b of c.down) this.foot.release(b);
    if (this.connected.size) this.tell();
    else this.say(t("The pedal %s was unplugged. It works again as soon as it is plugged in.", c.model.name));
  }

  private report(d: HIDDevice, data: DataView): void {
    const c = this.connected.get(d);
    const now = c && buttonsOf(c.model, data);
    if (!now) return;
    const before = c.down;
    c.down = now;
    for (const b of before) if (!now.has(b)) this.foot.release(b);
    for (const b of now) if (!before.has(b)) this.foot.press(b);
  }

  // releaseAll: what happens to a pedal while another window has the focus is not told.
  private releaseAll(): void {
    for (const c of this.connected.values()) {
      for (const b of c.down) this.foot.release(b);
      c.down = new Set();
    }
  }

  private tell(): void {
    this.say(t("Pedal connected: %s.", [...this.connected.values()].map((c) => c.model.name).join(", ")));
  }

  private say(what: string): void {
    this.status.textContent = what;
  }
}
