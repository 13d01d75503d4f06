// Runs where the sound is: takes what the microphone gives, makes it 16 kHz and
// 16 bits, and hands it over in chunks of half a second.

import { rate, resampler } from "./lib/resample";

declare const sampleRate: number;
declare function registerProcessor(name: string, make: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  port: MessagePort;
}

const chunk = rate / 2;
const levelEvery = rate / 20;

class Capture extends AudioWorkletProcessor {
  private on = false;
  private held = new Int16Array(chunk);
  private n = 0; // in held
  private total = 0; // since it was started
  private level = { peak: 0, clipped: 0, since: 0 };
  private convert = resampler(sampleRate);

  constructor() {
    super();
    this.port.onmessage = (e: MessageEvent<"start" | "pause">) => {
      if (e.data === "start") {
        this.on = true;
        this.total = 0;
        return;
      }
      this.flush();
      this.on = false;
      this.port.postMessage({ paused: true });
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const x = inputs[0]?.[0];
    if (x) for (const f of this.convert(x)) this.take(f);
    return true;
  }

  private take(f: number): void {
    const s = Math.max(-32768, Math.min(32767, Math.round(f * 32768)));
    const l = this.level;
    l.peak = Math.max(l.peak, Math.abs(f));
    if (s === 32767 || s === -32768) l.clipped++;
    if (this.on) {
      this.held[this.n++] = s;
      this.total++;
    }
    if (++l.since >= levelEvery) {
      this.port.postMessage({ level: l.peak, clipped: l.clipped, total: this.total });
      this.level = { peak: 0, clipped: 0, since: 0 };
    }
    if (this.n === chunk) this.flush();
  }

  private flush(): void {
    if (!this.n) return;
    const samples = this.held.slice(0, this.n);
    this.n = 0;
    this.port.postMessage({ samples }, [samples.buffer]);
  }
}

registerProcessor("capture", Capture);
