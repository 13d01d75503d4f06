// The microphone: opened without anything that would change the sound.

import { t } from "./say";

const quiet = 0.003; // −50 dB of full scale: nobody speaks so softly into a microphone that works
const quietMS = 5000;
const gapMS = 250;
const perMS = 16; // samples

export interface Hears {
  chunk(samples: Int16Array<ArrayBuffer>): void;
  level(peak: number): void;
  warn(what: string): void; // "" when all is well again
  gap(ms: number): void;
  ended(why: string): void;
}

export class Mic {
  private paused: (() => void) | null = null;
  private loud = 0; // when something was last heard
  private clippedAt = 0;
  private began = 0;
  private lag = { base: 0, least: Infinity, until: 0 };
  private running = false;

  private constructor(private context: AudioContext, private stream: MediaStream, private node: AudioWorkletNode, private hears: Hears) {
    node.port.onmessage = (e: MessageEvent) => this.message(e.data as Record<string, unknown>);
    const track = stream.getAudioTracks()[0];
    track.addEventListener("ended", () => hears.ended(t("The microphone was taken away. What was recorded is safe; connect it and go on.")));
    track.addEventListener("mute", () => hears.warn(t("The device has muted the microphone.")));
    track.addEventListener("unmute", () => hears.warn(""));
    context.addEventListener("statechange", () => {
      if (this.running && context.state !== "running") hears.ended(t("The device has stopped the recording, for a call perhaps. What was recorded is safe; go on when you can."));
    });
  }

  get name(): string {
    return this.stream.getAudioTracks()[0].label;
  }

  // open asks for the microphone; the error of one that cannot be had is a
  // sentence for the person.
  static async open(worklet: string, hears: Hears): Promise<Mic> {
    if (!isSecureContext) throw new Error(t("The browser gives the microphone only to pages over https. Ask an administrator to turn TLS on, or send a recording as a file."));
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) throw new Error(t("This browser cannot record. Use a newer one, or send a recording as a file."));
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    } catch (e) {
      const name = (e as DOMException).name;
      if (name === "NotAllowedError") throw new Error(t("The browser was told not to give this page the microphone. Allow it in the browser's settings of this page, or send a recording as a file."));
      if (name === "NotFoundError") throw new Error(t("No microphone was found. Connect one and try again, or send a recording as a file."));
      throw new Error(t("The microphone cannot be used; another program may have it. Try again, or send a recording as a file."));
    }
    try {
      return await Mic.connect(stream, worklet, hears, { sampleRate: 16000 });
    } catch {
      return Mic.connect(stream, worklet, hears, {}); // a browser that does not resample: the worklet does it
    }
  }

  private static async connect(stream: MediaStream, worklet: string, hears: Hears, options: AudioContextOptions): Promise<Mic> {
    const context = new AudioContext(options);
    try {
      await context.audioWorklet.addModule(worklet);
      const node = new AudioWorkletNode(context, "capture", { numberOfInputs: 1, numberOfOutputs: 1, channelCount: 1, channelCountMode: "explicit" });
      context.createMediaStreamSource(stream).connect(node);
      node.connect(context.destination); // gives silence; without it some browsers do not run the node
      await context.resume();
      return new Mic(context, stream, node, hears);
    } catch (e) {
      await context.close();
      throw e;
    }
  }

  start(): void {
    this.running = true;
    this.began = 0;
    this.loud = performance.now();
    this.node.port.postMessage("start");
  }

  // pause ends the take; when it is done, its last samples were handed over.
  pause(): Promise<void> {
    this.running = false;
    return new Promise((resolve) => {
      this.paused = resolve;
      this.node.port.postMessage("pause");
      setTimeout(resolve, 1000); // a device that is gone does not answer
    });
  }

  close(): void {
    this.running = false;
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }

  private message(m: Record<string, unknown>): void {
    if (m.samples) this.hears.chunk(m.samples as Int16Array<ArrayBuffer>);
    else if (m.paused) this.paused?.();
    else this.meter(m.level as number, m.clipped as number, m.total as number);
  }

  private meter(peak: number, clipped: number, total: number): void {
    this.hears.level(peak);
    if (!this.running) return;
    const now = performance.now();
    if (peak > quiet) this.loud = now;
    if (clipped > 1) this.clippedAt = now;
    if (now - this.loud > quietMS) this.hears.warn(t("No sound for 5 seconds. Is the microphone on, and the right one?"));
    else if (this.clippedAt && now - this.clippedAt < 3000) this.hears.warn(t("Too loud: the sound is cut off at its peaks. Hold the microphone further away."));
    else this.hears.warn("");
    this.watch(now, total);
  }

  // watch compares the samples with the clock. Messages may come late when the
  // page is busy; only what is missing for a whole second is a gap.
  private watch(now: number, total: number): void {
    if (!this.began) {
      this.began = now - total / perMS;
      this.lag = { base: 0, least: Infinity, until: now + 1000 };
    }
    this.lag.least = Math.min(this.lag.least, now - this.began - total / perMS);
    if (now < this.lag.until) return;
    if (this.lag.least - this.lag.base > gapMS) {
      this.hears.gap(Math.round(this.lag.least - this.lag.base));
    }
    this.lag = { base: this.lag.least, least: Infinity, until: now + 1000 };
  }
}
