// Recordings on this device: one encrypted row for each chunk, on disk before
// anything else happens with it. The key cannot leave the browser. They go only
// when the server has given a receipt, or the author discards them.

import type { Take } from "./rec-edit";

export interface Local {
  id: string;
  mrn: string;
  name: string;
  about: string; // MRN and birth date, as shown
  born: string;
  visit: string;
  visitLabel: string;
  worktype: string;
  stat: boolean;
  refersTo?: string; // document number of the signed note that it adds to or amends
  relation?: string;
  why?: string; // of an amendment
  noteTitle?: string; // of that note, and its address
  noteHref?: string;
  device: string;
  created: number;
  takes: Take[];
  gaps: { at: number; ms: number }[];
  sending: boolean; // the author said that it is complete
}

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

type Row = Sealed & { id: string; user: string };
type ChunkRow = Sealed & { id: string; n: number; size: number };

const strict: IDBTransactionOptions = { durability: "strict" };

function done<T>(r: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(r.error);
  });
}

function finished(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onerror = tx.onabort = () => reject(tx.error);
  });
}

function openDB(): Promise<IDBDatabase> {
  const r = indexedDB.open("dictation-recordings", 1);
  r.onupgradeneeded = () => {
    r.result.createObjectStore("keys", { keyPath: "user" });
    r.result.createObjectStore("recordings", { keyPath: "id" });
    r.result.createObjectStore("chunks", { keyPath: ["id", "n", "size"] });
  };
  return done(r);
}

// waiting counts the recordings of an account that are on this device.
export async function waiting(user: string): Promise<number> {
  if (!globalThis.indexedDB || !user) return 0;
  const db = await openDB();
  try {
    const rows = (await done(db.transaction("recordings").objectStore("recordings").getAll())) as Row[];
    return rows.filter((r) => r.user === user).length;
  } finally {
    db.close();
  }
}

export class Shelf {
  private memory = new Map<string, Uint8Array<ArrayBuffer>>(); // chunks for which the device had no room

  private constructor(private db: IDBDatabase, private key: CryptoKey, readonly user: string) {}

  static async open(user: string): Promise<Shelf> {
    const db = await openDB();
    const known = (await done(db.transaction("keys").objectStore("keys").get(user))) as { key: CryptoKey } | undefined;
    if (known) return new Shelf(db, known.key, user);
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const tx = db.transaction("keys", "readwrite", strict);
    tx.objectStore("keys").put({ user, key });
    await finished(tx);
    return new Shelf(db, key, user);
  }

  // all lists the account's recordings, oldest first, and counts those of others.
  async all(): Promise<{ mine: Local[]; others: number }> {
    const rows = (await done(this.db.transaction("recordings").objectStore("recordings").getAll())) as Row[];
    const mine: Local[] = [];
    for (const row of rows.filter((r) => r.user === this.user)) {
      mine.push(JSON.parse(new TextDecoder().decode(await this.unseal(row, row.id))) as Local);
    }
    return { mine: mine.sort((a, b) => a.created - b.created), others: rows.length - mine.length };
  }

  async save(l: Local): Promise<void> {
    const row: Row = { id: l.id, user: this.user, ...(await this.seal(new TextEncoder().encode(JSON.stringify(l)), l.id)) };
    const tx = this.db.transaction("recordings", "readwrite", strict);
    tx.objectStore("recordings").put(row);
    await finished(tx);
  }

  // sizes gives the bytes of each chunk, in order.
  async sizes(id: string): Promise<number[]> {
    const keys = (await done(this.db.transaction("chunks").objectStore("chunks").getAllKeys(range(id)))) as [string, number, number][];
    const out: number[] = [];
    for (const [, n, size] of keys) {
      if (n !== out.length) break; // behind a chunk that is not there nothing can be used
      out.push(size);
    }
    return out;
  }

  // add puts a chunk on disk; false: it is only in the memory of this page.
  async add(id: string, n: number, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      const row: ChunkRow = { id, n, size: bytes.length, ...(await this.seal(bytes, `${id}/${n}`)) };
      const tx = this.db.transaction("chunks", "readwrite", strict);
      tx.objectStore("chunks").put(row);
      await finished(tx);
      return true;
    } catch {
      this.memory.set(`${id}/${n}`, bytes);
      return false;
    }
  }

  async chunk(id: string, n: number): Promise<Uint8Array<ArrayBuffer>> {
    const held = this.memory.get(`${id}/${n}`);
    if (held) return held;
    const row = (await done(this.db.transaction("chunks").objectStore("chunks").get(IDBKeyRange.bound([id, n], [id, n, Infinity])))) as ChunkRow;
    return new Uint8Array(await this.unseal(row, `${id}/${n}`));
  }

  async remove(id: string): Promise<void> {
    const tx = this.db.transaction(["recordings", "chunks"], "readwrite", strict);
    tx.objectStore("recordings").delete(id);
    tx.objectStore("chunks").delete(range(id));
    await finished(tx);
    for (const key of this.memory.keys()) if (key.startsWith(`${id}/`)) this.memory.delete(key);
  }

  private async seal(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) }, this.key, bytes) };
  }

  private unseal(s: Sealed, name: string): Promise<ArrayBuffer> {
    return crypto.subtle.decrypt({ name: "AES-GCM", iv: s.iv, additionalData: new TextEncoder().encode(name) }, this.key, s.data);
  }
}

function range(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, Infinity, Infinity]);
}
