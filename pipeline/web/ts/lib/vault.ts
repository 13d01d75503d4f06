// Text that could not be saved yet, kept in this browser: encrypted with a key
// that scripts can use and not read out, and gone as soon as it is saved.

const name = "dictation-unsaved";

export interface Kept {
  base: number; // version it was made from
  text: string;
  marks: unknown[];
  accepted: string[];
}

export class Vault {
  private opened: Promise<{ db: IDBDatabase; key: CryptoKey }> | null = null;
  private turn: Promise<unknown> = Promise.resolve(); // one after the other

  // able: browsers encrypt only on pages that came over HTTPS or from this machine.
  static readonly able = typeof indexedDB !== "undefined" && globalThis.isSecureContext && Boolean(globalThis.crypto?.subtle);

  constructor(private id: string) {}

  put(kept: Kept): Promise<void> {
    return this.next(async ({ db, key }) => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: this.bound() }, key, new TextEncoder().encode(JSON.stringify(kept)));
      await done(db.transaction("texts", "readwrite", { durability: "strict" }).objectStore("texts").put({ iv, data }, this.id));
    });
  }

  get(): Promise<Kept | null> {
    return this.next(async ({ db, key }) => {
      const row = (await done(db.transaction("texts").objectStore("texts").get(this.id))) as { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer } | undefined;
      if (!row) return null;
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: this.bound() }, key, row.data);
      return JSON.parse(new TextDecoder().decode(plain)) as Kept;
    });
  }

  remove(): Promise<void> {
    return this.next(async ({ db }) => {
      await done(db.transaction("texts", "readwrite").objectStore("texts").delete(this.id));
    });
  }

  private bound(): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(this.id);
  }

  private next<T>(act: (at: { db: IDBDatabase; key: CryptoKey }) => Promise<T>): Promise<T> {
    const run = this.turn.then(async () => act(await (this.opened ??= open())));
    this.turn = run.catch(() => {});
    return run;
  }
}

function done<T>(r: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(r.error);
  });
}

async function open(): Promise<{ db: IDBDatabase; key: CryptoKey }> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("texts");
  };
  const db = await done(request);
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Another tab may be making one too: the first stays.
  const store = db.transaction("keys", "readwrite").objectStore("keys");
  const key = ((await done(store.get("key"))) as CryptoKey | undefined) ?? fresh;
  if (key === fresh) await done(store.put(fresh, "key"));
  return { db, key };
}
