// Sending recordings: one line, one progress bar and one receipt per file. A file
// goes in chunks; one that was begun before, on any page, goes on where it was.

import { call } from "./api";
import { copyButton, el, make } from "./dom";
import type { Patients } from "./patients";
import { t, tn } from "./say";
import { Sender, type Receipt } from "./sender";
import { uuid } from "./sha256";

type State = "ready" | "waiting" | "sending" | "received" | "failed";

interface Item {
  file: File;
  line: HTMLLIElement;
  bar: HTMLProgressElement;
  info: HTMLSpanElement;
  buttons: HTMLSpanElement;
  state: State;
  id: string; // of the recording; sent again with the same id, it is received once
  about: Record<string, unknown>;
  sender?: Sender;
}

const atOnce = 2;
const chunk = 1 << 20;

export class Uploads {
  private items: Item[] = [];
  private list = el("files");
  private button = el<HTMLButtonElement>("send-button");
  private state = el("send-state");
  private several = el<HTMLInputElement>("several");
  private maxBytes = Number(el("upload").dataset.max);
  private user = el("upload").dataset.user ?? "";

  constructor(private patients: Patients, private received: () => void) {
    this.several.addEventListener("change", () => this.show());
    addEventListener("beforeunload", (e) => {
      if (this.count("ready", "waiting", "sending", "failed")) e.preventDefault();
    });
  }

  add(files: FileList | null): void {
    for (const file of files ?? []) {
      const item: Item = {
        file, line: make("li"), bar: make("progress", { max: "100", value: "0", "aria-label": t("Progress of %s", file.name) }), info: make("span"),
        buttons: make("span", { class: "row" }), state: "ready", id: uuid(), about: {},
      };
      item.line.append(make("strong", {}, file.name), item.info, item.buttons);
      this.items.push(item);
      this.list.append(item.line);
      if (file.size > this.maxBytes) this.fail(item, t("This file is larger than the limit of %d MB. Send it in parts.", Math.floor(this.maxBytes / 1048576)), false);
      else this.ready(item);
    }
    this.show();
  }

  // send starts all that are ready, for the patient who is chosen now.
  send(): void {
    const who = this.patients.chosen;
    if (!who && !this.several.checked) return;
    const form = new FormData(el<HTMLFormElement>("upload"));
    for (const item of this.items) {
      if (item.state !== "ready") continue;
      item.about = {
        patient_mrn: who?.mrn ?? "", encounter: who ? this.patients.visit : "", several: this.several.checked,
        refers_to: form.get("refers_to") ?? "", relation: form.get("relation") ?? "", reason: form.get("reason") ?? "",
        worktype: String(form.get("worktype")), priority: String(form.get("priority")),
      };
      this.wait(item, who?.name ?? t("several patients"));
    }
    this.pump();
  }

  show(): void {
    this.list.hidden = this.items.length === 0;
    const ready = this.count("ready");
    const who = this.patients.chosen ?? (this.several.checked ? { name: t("several patients") } : null);
    this.button.disabled = !ready || !who;
    this.button.textContent = ready && who ? tn(ready, "Send %d recording for %s", "Send %d recordings for %s", who.name) : t("Send");
    const moving = this.count("waiting", "sending");
    const failed = this.count("failed");
    const done = this.count("received");
    const say = (n: number, what: string) => (n ? `${what} ` : "");
    this.state.textContent = ready && !who ? t("Find the patient first.") :
      !ready && who && !this.items.length ? t("Add a recording.") :
      say(moving, t("%d on the way.", moving)) + say(done, t("%d received.", done)) + say(failed, t("%d not sent.", failed));
  }

  private count(...states: State[]): number {
    return this.items.filter((i) => states.includes(i.state)).length;
  }

  private pump(): void {
    for (const item of this.items) {
      if (this.count("sending") >= atOnce) break;
      if (item.state === "waiting") this.start(item);
    }
    this.show();
  }

  private ready(item: Item): void {
    item.info.textContent = t("%s, not sent yet", bytes(item.file.size));
    item.buttons.replaceChildren(make("button", { type: "button", click: () => this.remove(item) }, t("Remove")));
  }

  private remove(item: Item): void {
    if (item.sender && item.state !== "received") {
      item.sender.stop();
      void call("POST", `/api/v1/recordings/${item.id}/discard`);
    }
    item.line.remove();
    this.items.splice(this.items.indexOf(item), 1);
    this.pump();
  }

  private wait(item: Item, name?: string): void {
    item.state = "waiting";
    if (name) item.line.firstElementChild!.after(make("span", { class: "small" }, t("for %s", name)));
    item.line.classList.remove("bad");
    item.info.textContent = t("Waiting its turn");
    item.info.className = "wide";
    item.bar.value = 0;
    item.line.append(item.bar);
    item.buttons.replaceChildren(make("button", { type: "button", click: () => this.remove(item) }, t("Stop")));
  }

  private start(item: Item): void {
    item.state = "sending";
    item.info.textContent = t("Starting");
    void this.begun(item).then(() => {
      if (item.state === "sending" && this.items.includes(item)) item.sender = new Sender(this.source(item), () => this.progress(item));
    });
  }

  // begun looks whether a file of this name and length was begun before.
  private async begun(item: Item): Promise<void> {
    const a = await call<{ recordings: { id: string; name?: string; length?: number }[] }>("GET", "/api/v1/recordings");
    const found = a.data?.recordings?.find((r) => r.name === item.file.name && r.length === item.file.size && !this.items.some((i) => i.id === r.id));
    if (a.ok && found) item.id = found.id;
  }

  private source(item: Item): ConstructorParameters<typeof Sender>[0] {
    const { file } = item;
    const sizes = Array.from({ length: Math.ceil(file.size / chunk) }, (_, n) => Math.min(chunk, file.size - n * chunk));
    return {
      id: item.id, prove: true, sizes: () => sizes, end: () => ({}),
      begin: () => ({ ...item.about, author: this.user, format: "file", name: file.name, length: file.size, device: "" }),
      bytes: async (n) => new Uint8Array(await file.slice(n * chunk, (n + 1) * chunk).arrayBuffer()),
      renamed: (id) => (item.id = id),
    };
  }

  private progress(item: Item): void {
    const s = item.sender;
    if (!s || item.state !== "sending") return;
    if (s.receipt) {
      this.receive(item, s.receipt);
      return this.pump();
    }
    if (s.refused) {
      s.stop();
      this.fail(item, s.trouble, true);
      return this.pump();
    }
    item.bar.value = (s.onServer / item.file.size) * 100;
    const there = s.onServer < item.file.size ? t("%s of %s", bytes(s.onServer), bytes(item.file.size)) : t("Being stored");
    item.info.textContent = s.trouble ? `${there} · ${s.trouble} ${t("It goes on by itself.")}` : there;
  }

  private receive(item: Item, r: Receipt): void {
    item.state = "received";
    item.bar.remove();
    item.buttons.replaceChildren();
    item.info.className = "wide";
    item.info.replaceChildren(make("span", { class: "tag good" }, t("Received")), ` ${t("Job")} `, make("a", { href: `/dictations/${r.id}` }, r.job_number));
    item.line.append(make("span", { class: "hash wide" }, `SHA-256 ${r.sha256} `, copyButton(() => `${r.job_number} ${r.sha256}`)));
    this.received();
  }

  private fail(item: Item, why: string, again: boolean): void {
    item.state = "failed";
    item.bar.remove();
    item.info.className = "wide";
    item.info.replaceChildren(make("span", { class: "tag bad" }, t("Not sent")), ` ${why}`);
    item.buttons.replaceChildren(make("button", { type: "button", class: "plain", click: () => this.remove(item) }, t("Remove")));
    if (!again) return;
    item.buttons.prepend(make("button", {
      type: "button",
      click: () => {
        this.wait(item);
        this.pump();
      },
    }, t("Try again")));
  }
}

function bytes(n: number): string {
  return n >= 1048576 ? `${(n / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(n / 1024))} kB`;
}
