import { track } from "./api";

// The waveform: reads peaks (BBC audiowaveform .dat) and draws them.

export interface Peaks {
  min: Int16Array;
  max: Int16Array;
}

export function parsePeaks(buf: ArrayBuffer): Peaks {
  const view = new DataView(buf);
  const version = view.getInt32(0, true);
  const narrow = (view.getUint32(4, true) & 1) === 1;
  const channels = version >= 2 ? view.getInt32(20, true) : 1;
  const head = version >= 2 ? 24 : 20;
  const length = Math.min(view.getUint32(16, true), Math.floor((buf.byteLength - head) / (channels * (narrow ? 2 : 4))));
  const min = new Int16Array(length);
  const max = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    const at = head + i * channels * (narrow ? 2 : 4);
    min[i] = narrow ? view.getInt8(at) * 256 : view.getInt16(at, true);
    max[i] = narrow ? view.getInt8(at + 1) * 256 : view.getInt16(at + 2, true);
  }
  return { min, max };
}

// Wave draws on a canvas; part is how much of it was played (0 to 1).
export class Wave {
  private peaks: Peaks | null = null;
  private part = 0;
  private drawn = -1;

  constructor(private canvas: HTMLCanvasElement) {
    new ResizeObserver(() => this.draw(true)).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(true));
  }

  async load(url: string): Promise<void> {
    try {
      const res = await track(fetch(url, { cache: "no-store" }));
      if (!res.ok) return;
      this.peaks = parsePeaks(await res.arrayBuffer());
      this.draw(true);
    } catch {
      // without peaks the line below still shows the position
    }
  }

  show(part: number): void {
    this.part = part;
    this.draw(false);
  }

  private draw(all: boolean): void {
    const { canvas, peaks } = this;
    const ratio = devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    const line = Math.round(this.part * width);
    if (!width || (!all && line === this.drawn)) return;
    this.drawn = line;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const g = canvas.getContext("2d")!;
    const style = getComputedStyle(canvas);
    const played = style.getPropertyValue("--accent");
    const ahead = style.getPropertyValue("--edge");
    g.clearRect(0, 0, width, height);
    const bar = Math.max(1, Math.round(2 * ratio));
    const step = bar + Math.max(1, Math.round(ratio));
    const mid = height / 2;
    for (let x = 0; x < width; x += step) {
      const tall = Math.max(ratio, this.loudest(x / width, (x + step) / width, peaks) * (height - 4 * ratio));
      g.fillStyle = x < line ? played : ahead;
      g.fillRect(x, mid - tall / 2, bar, tall);
    }
    g.fillStyle = style.getPropertyValue("--ink");
    g.fillRect(Math.min(line, width - bar), 0, bar, height);
  }

  private loudest(from: number, to: number, peaks: Peaks | null): number {
    if (!peaks) return 0;
    const n = peaks.max.length;
    let loud = 0;
    for (let i = Math.floor(from * n); i < Math.max(to * n, Math.floor(from * n) + 1) && i < n; i++) {
      loud = Math.max(loud, peaks.max[i], -peaks.min[i]);
    }
    return Math.sqrt(loud / 32768); // quiet speech stays visible
  }
}
