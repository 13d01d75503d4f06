// Sends a recording in chunks, as long as it takes: what the server has it says
// itself, so nothing is sent twice and nothing is forgotten.

import { call, sentence, type Answer } from "./api";
import { base64, digest, hex, SHA256, uuid } from "./sha256";
import { t } from "./say";

export interface Source {
  id: string;
  begin(): Record<string, unknown>; // what is announced
  sizes(): number[]; // bytes of the chunks that can be sent
  bytes(n: number): Promise<Uint8Array<ArrayBuffer>>;
  end(): { samples?: number } | null; // null: more will come
  prove?: boolean; // what the server has is compared with what is here
  renamed?(id: string): void; // it was another one: this one begins anew
}

export interface Receipt {
  id: string;
  job_number: string;
  sha256: string;
}

const atOnce = 3;
const leastMS = 200;
const mostMS = 5000;
const answerMS = 30000;

type Outcome = "on" | "idle" | "later" | "stop";

export class Sender {
  onServer = 0; // bytes
  trouble = ""; // why it does not go on, in words
  refused = false; // trying again does not help before something is changed
  receipt: Receipt | null = null;

  private dirty = true;
  private has: Set<number> | null = null;
  private wait = leastMS;
  private woken: (() => void) | null = null;
  private asked = false; // woken while it was at work
  private stopped = false;
  private online = (): void => this.wake();

  constructor(private source: Source, private changed: () => void) {
    addEventListener("online", this.online);
    void this.run();
  }

  // announce tells the server what is said of the recording now.
  announce(): void {
    this.dirty = true;
    this.wake();
  }

  wake(): void {
    this.refused = false;
    this.wait = leastMS;
    this.asked = true;
    this.woken?.();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.online);
    this.woken?.();
  }

  private async run(): Promise<void> {
    while (!this.stopped && !this.receipt) {
      this.asked = false;
      const outcome = await this.step().catch((e: unknown): Outcome => this.fail(String(e)));
      this.changed();
      if (outcome === "on" || this.asked) {
        this.wait = leastMS;
        continue;
      }
      await new Promise<void>((resolve) => {
        this.woken = resolve;
        if (outcome === "later") {
          setTimeout(resolve, this.wait * (0.5 + Math.random() / 2));
          this.wait = Math.min(mostMS, this.wait * 2);
        }
      });
      this.woken = null;
    }
    this.stop();
  }

  private async step(): Promise<Outcome> {
    if (this.dirty) return this.begin();
    if (!this.has) return this.learn();
    const sizes = this.source.sizes();
    const next: number[] = [];
    for (let n = 0; n < sizes.length && next.length < atOnce; n++) if (!this.has.has(n)) next.push(n);
    if (next.length) {
      const all = await Promise.all(next.map((n) => this.put(n)));
      return all.find((o) => o !== "on") ?? "on";
    }
    const end = this.source.end();
    return end ? this.complete(sizes, end) : "idle";
  }

  private async begin(): Promise<Outcome> {
    this.dirty = false;
    const a = await call<{ state: string }>("POST", "/api/v1/recordings", { id: this.source.id, ...this.source.begin() });
    if (a.ok) return this.fine();
    this.dirty = true;
    return this.judge(a);
  }

  private async learn(): Promise<Outcome> {
    const has = new Set<number>();
    const sizes = this.source.sizes();
    for (let from: number | undefined = 0; from !== undefined; ) {
      const a: Answer<{ chunks: { n: number; sha256: string }[]; next?: number }> = await call("GET", `/api/v1/recordings/${this.source.id}/chunks?from=${from}`);
      if (!a.ok) return this.judge(a);
      for (const c of a.data!.chunks) {
        if (this.source.prove && (c.n >= sizes.length || hex(await digest(await this.source.bytes(c.n))) !== c.sha256)) {
          return this.anew();
        }
        has.add(c.n);
      }
      from = a.data!.next;
    }
    this.has = has;
    this.count();
    return "on";
  }

  // anew sends the recording under an id of its own: that of this id is another.
  private anew(): Outcome {
    this.source.id = uuid();
    this.source.renamed?.(this.source.id);
    this.dirty = true;
    return "on";
  }

  private async put(n: number): Promise<Outcome> {
    const bytes = await this.source.bytes(n);
    const sum = base64(await digest(bytes));
    let res: Response;
    try {
      res = await fetch(`/api/v1/recordings/${this.source.id}/chunks/${n}`, {
        method: "PUT", body: bytes, cache: "no-store", signal: AbortSignal.timeout(answerMS),
        headers: { "Content-Type": "application/octet-stream", "Content-Digest": `sha-256=:${sum}:` },
      });
    } catch {
      return this.fail(t("The server does not answer."));
    }
    if (res.ok) {
      this.has!.add(n);
      this.count();
      this.changed();
      return this.fine();
    }
    return this.judge({ ok: false, status: res.status, data: null, detail: sentence(res.status, await res.json().catch(() => null)) });
  }

  private async complete(sizes: number[], end: { samples?: number }): Promise<Outcome> {
    const sum = new SHA256();
    let bytes = 0;
    for (let n = 0; n < sizes.length; n++) {
      sum.add(await this.source.bytes(n));
      bytes += sizes[n];
    }
    const a = await call<Receipt & { missing?: number[] }>("POST", `/api/v1/recordings/${this.source.id}/complete`,
      { chunks: sizes.length, bytes, sha256: hex(sum.end()), ...end });
    if (a.ok) {
      this.receipt = a.data;
      return this.fine();
    }
    if (a.status === 409 && a.data?.missing) {
      for (const n of a.data.missing) this.has!.delete(n);
      this.count();
      return "on";
    }
    return this.judge(a);
  }

  private count(): void {
    this.onServer = this.source.sizes().reduce((sum, size, n) => sum + (this.has!.has(n) ? size : 0), 0);
  }

  private fine(): Outcome {
    this.trouble = "";
    return "on";
  }

  // judge tells what can get better by itself from what cannot.
  private judge(a: Answer<unknown>): Outcome {
    if (a.status >= 400 && a.status < 500 && a.status !== 401 && a.status !== 408 && a.status !== 429) return this.refuse(a.detail);
    return this.fail(a.detail);
  }

  private refuse(why: string): Outcome {
    this.trouble = why;
    this.refused = true;
    return "stop";
  }

  private fail(why: string): Outcome {
    this.trouble = why;
    return "later";
  }
}
