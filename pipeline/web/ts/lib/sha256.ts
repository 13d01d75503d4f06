// SHA-256 (FIPS 180-4) piece by piece: the browser's own wants all bytes at once,
// and is not there on pages without TLS.

const k = new Uint32Array(64);
const start = new Uint32Array(8);
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let f = 2; f * f <= n; f++) if (n % f === 0) prime = false;
  if (!prime) continue;
  const bits = (root: number): number => Math.floor((root % 1) * 2 ** 32);
  if (i < 8) start[i] = bits(Math.sqrt(n));
  k[i++] = bits(Math.cbrt(n));
}

export class SHA256 {
  private h = start.slice();
  private block = new Uint8Array(64);
  private n = 0; // in block
  private length = 0;
  private w = new Int32Array(64);

  add(bytes: Uint8Array): this {
    this.length += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + 64 - this.n);
      this.block.set(part, this.n);
      at += part.length;
      if ((this.n += part.length) === 64) {
        this.mix();
        this.n = 0;
      }
    }
    return this;
  }

  // end gives the digest; nothing may be added after it.
  end(): Uint8Array {
    const length = this.length;
    const tail = new Uint8Array((this.n < 56 ? 64 : 128) - this.n);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(length / 2 ** 29));
    view.setUint32(tail.length - 4, (length << 3) >>> 0);
    this.add(tail);
    const out = new DataView(new ArrayBuffer(32));
    this.h.forEach((v, i) => out.setUint32(i * 4, v));
    return new Uint8Array(out.buffer);
  }

  private mix(): void {
    const { w, h } = this;
    const b = this.block;
    const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n));
    for (let i = 0; i < 16; i++) w[i] = (b[4 * i] << 24) | (b[4 * i + 1] << 16) | (b[4 * i + 2] << 8) | b[4 * i + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      w[i] = (w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10))) | 0;
    }
    let [a, bb, c, d, e, f, g, hh] = h;
    for (let i = 0; i < 64; i++) {
      const t1 = (hh + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & bb) ^ (a & c) ^ (bb & c))) | 0;
      [hh, g, f, e, d, c, bb, a] = [g, f, e, (d + t1) | 0, c, bb, a, (t1 + t2) | 0];
    }
    [a, bb, c, d, e, f, g, hh].forEach((v, i) => (h[i] = (h[i] + v) >>> 0));
  }
}

export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return new SHA256().add(bytes).end();
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

// uuid makes a version 4 UUID; crypto.randomUUID is not there without TLS.
export function uuid(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
