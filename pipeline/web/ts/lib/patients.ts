// Choosing the patient and the visit of a recording.

import { call } from "./api";
import { day, el, make, maybe } from "./dom";
import { t } from "./say";

interface Found {
  id: string;
  mrn: string;
  family: string;
  given: string;
  birth_date: string;
}

export interface Visit {
  number: string;
  label: string;
}

export interface Chosen {
  mrn: string;
  name: string;
  about: string; // number and birth date, as shown
}

const pauseMS = 250;

export class Patients {
  chosen: Chosen | null = null;
  onChange: () => void = () => {};
  fixed = Boolean(maybe("refers")?.dataset.number); // whose the note is that is added to

  private q = el<HTMLInputElement>("q");
  private state = el("q-state");
  private hits = el("hits");
  private whose = el("whose");
  private visitSelect = el<HTMLSelectElement>("visit");
  private select = maybe<HTMLSelectElement>("whose-select");
  private timer = 0;
  private asked = 0;

  constructor() {
    this.q.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.search(), pauseMS);
    });
    this.q.addEventListener("keydown", (e) => {
      if (e.key === "ArrowDown") this.hits.querySelector("button")?.focus();
    });
    el("find").addEventListener("submit", (e) => {
      e.preventDefault();
      void this.search();
    });
    if (this.select) {
      this.select.required = false;
      this.select.addEventListener("change", () => this.take());
      this.take();
    }
  }

  get visit(): string {
    return this.visitSelect.value;
  }

  private async search(): Promise<void> {
    const q = this.q.value.trim();
    this.hits.replaceChildren();
    this.hits.hidden = true;
    if (q.length < 2) return this.tell("");
    const turn = ++this.asked;
    const a = await call<{ patients: Found[] }>("POST", "/api/v1/patients/search", { q });
    if (turn !== this.asked) return; // a newer search is under way
    if (!a.ok) return this.tell(a.detail);
    const found = a.data!.patients;
    this.tell(found.length ? t("%d found. Choose one.", found.length) : t("Nobody's MRN or name begins with that."));
    this.hits.hidden = found.length === 0;
    for (const p of found) {
      const name = p.given ? `${p.family}, ${p.given}` : p.family;
      this.hits.append(make("li", {}, make("button", { type: "button", click: () => void this.pick(p, name) },
        name, make("span", {}, `MRN ${p.mrn}`), make("span", {}, t("born %s", day(p.birth_date))))));
    }
  }

  private tell(text: string): void {
    this.state.hidden = !text;
    this.state.textContent = text;
  }

  private async pick(p: Found, name: string): Promise<void> {
    const a = await call<{ encounters: { number: string; reason: string; start: string }[] }>("GET", `/api/v1/patients/${p.id}/encounters`);
    if (!a.ok) return this.tell(a.detail);
    const visits = a.data!.encounters.map((v) => ({ number: v.number, label: `${v.number} · ${day(v.start)} · ${v.reason}` }));
    this.set({ mrn: p.mrn, name, about: `MRN ${p.mrn} · ${t("born %s", day(p.birth_date))}` }, visits, visits[0]?.number ?? "");
    this.visitSelect.focus();
  }

  // take reads the choice in the plain list.
  private take(): void {
    const option = this.select!.selectedOptions[0];
    const group = option?.parentElement;
    if (!option?.value || !(group instanceof HTMLOptGroupElement)) return;
    const [mrn, visit] = option.value.split("|");
    const [name, ...rest] = group.label.split(" · ");
    const visits = [...group.querySelectorAll("option")].map((o) => ({ number: o.value.split("|")[1], label: o.dataset.about ?? o.label })).filter((v) => v.number);
    this.set({ mrn, name, about: rest.join(" · ") }, visits, visit);
  }

  // restore chooses who was chosen before.
  restore(who: Chosen, visits: Visit[], visit: string): void {
    this.set({ mrn: who.mrn, name: who.name, about: who.about }, visits, visit);
  }

  // forget lets the next patient be chosen.
  forget(): void {
    this.chosen = null;
    if (this.select) this.select.value = "";
    this.q.value = "";
    this.hits.replaceChildren();
    this.hits.hidden = true;
    this.tell("");
    this.swap(false);
  }

  private set(who: Chosen, visits: Visit[], visit: string): void {
    this.chosen = who;
    this.visitSelect.replaceChildren(...visits.map((v) => make("option", { value: v.number }, v.label)), make("option", { value: "" }, t("No visit")));
    this.visitSelect.value = visit;
    this.whose.replaceChildren(make("b", {}, who.name), make("span", {}, who.about), ...(this.fixed ? [] : [make("button", { type: "button", class: "plain", click: () => this.clear() }, t("Change patient"))]));
    this.swap(true);
  }

  // look puts the focus where a patient is found.
  look(): void {
    this.q.focus();
  }

  private clear(): void {
    this.forget();
    this.look();
  }

  private swap(chosen: boolean): void {
    this.whose.hidden = !chosen;
    el("visit-field").hidden = !chosen;
    el("find").hidden = chosen;
    el("whose-field").hidden = chosen;
    this.onChange();
  }
}
