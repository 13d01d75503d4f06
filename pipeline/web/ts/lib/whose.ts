// Whose a part is: while a patient's number is typed, the list offers those who
// fit, and says who it is.

import { call } from "./api";
import { day, el, make } from "./dom";
import { t } from "./say";

interface Found {
  id: string;
  mrn: string;
  family: string;
  given: string;
  birth_date: string;
}

const pauseMS = 250;

export class Whose {
  private known = new Map<string, Found>(); // by number
  private timer = 0;

  constructor() {
    for (const item of document.querySelectorAll<HTMLLIElement>("#rows > li")) {
      const input = item.querySelector<HTMLInputElement>('input[name="mrn"]')!;
      const label = item.querySelector<HTMLElement>(".whose-part")!;
      input.addEventListener("input", () => {
        this.tell(input, label);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.search(input, label), pauseMS);
      });
      input.addEventListener("change", () => void this.visits(input.value.trim()));
      if (input.value) void this.search(input, label);
    }
  }

  private tell(input: HTMLInputElement, label: HTMLElement): void {
    const p = this.known.get(input.value.trim());
    label.textContent = p ? `${p.family}, ${p.given}, ${t("born %s", day(p.birth_date))}` : "";
  }

  private async search(input: HTMLInputElement, label: HTMLElement): Promise<void> {
    const q = input.value.trim();
    if (q.length < 2 || this.known.has(q)) return;
    const a = await call<{ patients: Found[] }>("POST", "/api/v1/patients/search", { q });
    if (!a.ok) return;
    for (const p of a.data!.patients) this.known.set(p.mrn, p);
    el("patients").replaceChildren(...[...this.known.values()].map((p) => make("option", { value: p.mrn }, `${p.family}, ${p.given}, born ${p.birth_date}`)));
    this.tell(input, label);
  }

  private async visits(mrn: string): Promise<void> {
    const p = this.known.get(mrn);
    if (!p) return;
    const a = await call<{ encounters: { number: string; reason: string; start: string }[] }>("GET", `/api/v1/patients/${p.id}/encounters`);
    if (!a.ok) return;
    el("visits").replaceChildren(...a.data!.encounters.map((v) => make("option", { value: v.number }, `${p.family}, ${day(v.start)}, ${v.reason}`)));
  }
}
