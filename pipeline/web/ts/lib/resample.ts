// From a microphone's rate to that of recordings, where the browser does not do
// it itself: windowed sinc, one table of weights for each place between samples.

export const rate = 16000;

const phases = 320; // places between two samples; enough to be exact for 44.1, 48 and 22.05 kHz
const crossings = 40;
const pass = 0.47; // of the lower rate

export function resampler(from: number): (x: Float32Array) => Float32Array {
  if (from === rate) return (x) => x;
  const step = from / rate;
  const cut = (2 * pass) / Math.max(1, step);
  const wing = Math.ceil(crossings * Math.max(1, step));
  const tables: Float32Array[] = [];
  let held = new Float32Array(wing);
  let at = wing; // of the next sample, in held

  function table(phase: number): Float32Array {
    return (tables[phase] ??= Float32Array.from({ length: 2 * wing + 1 }, (_, i) => {
      const t = i - wing - phase / phases;
      const w = Math.abs(t) >= wing ? 0 : 0.42 + 0.5 * Math.cos((Math.PI * t) / wing) + 0.08 * Math.cos((2 * Math.PI * t) / wing);
      return w * cut * (t === 0 ? 1 : Math.sin(Math.PI * cut * t) / (Math.PI * cut * t));
    }));
  }

  return (x) => {
    const all = new Float32Array(held.length + x.length);
    all.set(held);
    all.set(x, held.length);
    const out: number[] = [];
    for (; at + wing + 1 < all.length; at += step) {
      let whole = Math.floor(at);
      let phase = Math.round((at - whole) * phases);
      if (phase === phases) {
        phase = 0;
        whole++;
      }
      const weights = table(phase);
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * all[whole - wing + i];
      out.push(sum);
    }
    const drop = Math.floor(at) - wing;
    held = all.slice(drop);
    at -= drop;
    return Float32Array.from(out);
  };
}
