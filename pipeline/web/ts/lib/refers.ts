// The signed note that is added to or amended, above the patient.

import { el } from "./dom";
import type { Patients } from "./patients";
import type { Local } from "./rec-shelf";
import { t } from "./say";

type Refers = Required<Pick<Local, "refersTo" | "relation" | "why" | "noteTitle" | "noteHref">>;

const none: Refers = { refersTo: "", relation: "", why: "", noteTitle: "", noteHref: "" };

export class Banner {
  private panel = el("refers");
  private why = el<HTMLInputElement>("why");
  private now: Refers = none;

  constructor(private patients: Patients, private worktype: HTMLSelectElement, changed: () => void) {
    this.why.addEventListener("change", changed);
  }

  // asked takes up what the address of the page names.
  asked(): void {
    const d = this.panel.dataset;
    if (!d.number) return;
    this.set({ refersTo: d.number, relation: d.relation!, why: this.why.value, noteTitle: d.of!, noteHref: d.href! });
    this.patients.restore({ mrn: d.mrn!, name: d.name!, about: d.about! }, d.visit ? [{ number: d.visit, label: d.visitLabel! }] : [], d.visit ?? "");
    this.worktype.value = d.worktype!;
  }

  // restore shows what a recording was begun for.
  restore(l: Local): void {
    this.set({ refersTo: l.refersTo ?? "", relation: l.relation ?? "", why: l.why ?? "", noteTitle: l.noteTitle ?? "", noteHref: l.noteHref ?? "" });
  }

  forget(): void {
    this.set(none);
    if (location.search) history.replaceState(null, "", location.pathname); // the next one is for no note
  }

  get said(): Refers {
    return { ...this.now, why: this.now.relation === "amendment" ? this.why.value.trim() : "" };
  }

  // lacks reports that an amendment has no reason yet, and asks for it.
  lacks(): boolean {
    if (this.now.relation !== "amendment" || this.why.value.trim()) return false;
    this.why.focus();
    return true;
  }

  private set(r: Refers): void {
    this.now = r;
    const amends = r.relation === "amendment";
    this.panel.hidden = !r.refersTo;
    el("refers-kind").textContent = amends ? t("Amendment of") : t("Addendum to");
    const of = el<HTMLAnchorElement>("refers-of");
    of.textContent = r.noteTitle;
    of.href = r.noteHref;
    el("refers-hint").textContent = amends ? t("Dictate the whole text as it should be: it stands in the place of the note once it is signed.") :
      t("What you dictate is a document of its own, read together with the note. The signed text does not change.");
    el("why-field").hidden = !amends;
    this.why.required = amends;
    this.why.value = r.why;
    this.patients.fixed = Boolean(r.refersTo);
    this.worktype.disabled = Boolean(r.refersTo);
  }
}
