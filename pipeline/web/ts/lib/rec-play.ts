// Plays what was recorded, as it would be sent, from any place: a few seconds at
// a time are read from the device.

import { within, type Stretch } from "./rec-edit";

const rate = 16000;
const block = 2 * rate;

export class Playback {
  private context: AudioContext | null = null;
  private turn = 0;

  constructor(private read: (n: number) => Promise<Uint8Array<ArrayBuffer>>, private moved: (at: number) => void, private ended: () => void) {}

  get playing(): boolean {
    return this.context !== null;
  }

  stop(): void {
    this.turn++;
    void this.context?.close();
    this.context = null;
  }

  // play begins at a sample of what is heard; sizes are the bytes of the chunks.
  async play(heard: Stretch[], sizes: number[], from: number, to: number): Promise<void> {
    this.stop();
    const turn = ++this.turn;
    const context = (this.context = new AudioContext({ sampleRate: rate }));
    await context.resume();
    let at = from;
    let when = context.currentTime + 0.05;
    const zero = when;
    const tick = setInterval(() => {
      if (turn !== this.turn) return clearInterval(tick);
      const now = Math.min(to, Math.round(from + Math.max(0, context.currentTime - zero) * rate));
      this.moved(now);
      if (now >= to) {
        clearInterval(tick);
        this.stop();
        this.ended();
      }
    }, 100);
    while (at < to && turn === this.turn) {
      const n = Math.min(block, to - at);
      const sound = context.createBuffer(1, n, rate);
      sound.copyToChannel(await this.samples(within(heard, at, at + n), sizes, n), 0);
      if (turn !== this.turn) return;
      const source = context.createBufferSource();
      source.buffer = sound;
      source.connect(context.destination);
      source.start(when);
      when += n / rate;
      at += n;
      // the next block is read when this one is half over
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, (when - context.currentTime) * 1000 - 1000)));
    }
  }

  private async samples(stretches: Stretch[], sizes: number[], n: number): Promise<Float32Array<ArrayBuffer>> {
    const out = new Float32Array(n);
    let put = 0;
    for (const [a, b] of stretches) {
      let start = 0;
      for (let i = 0; i < sizes.length && start < b; i++) {
        const long = sizes[i] / 2;
        const from = Math.max(a, start) - start;
        const to = Math.min(b, start + long) - start;
        if (from < to) {
          const chunk = new Int16Array((await this.read(i)).buffer);
          for (let k = from; k < to; k++) out[put++] = chunk[k] / 32768;
        }
        start += long;
      }
    }
    return out;
  }
}
