// The lines on the waveform that part a recording. Each is a slider: by mouse or
// finger, and by keys.

import { make } from "./dom";
import { parsePlace, place } from "./place";
import { t } from "./say";

export const leastMS = 1000; // of a part; the server refuses shorter ones

// Row is one part as it stands in the form.
interface Row {
  item: HTMLLIElement;
  input: HTMLInputElement | null; // none for the first, which begins at 0
  start: number;
  line: HTMLElement | null;
}

export class Cuts {
  onMove: (n: number, ms: number) => void = () => {};
  onPlay: (ms: number, until: number) => void = () => {};
  private rows: Row[];

  constructor(private tape: HTMLElement, private totalMS: number) {
    this.rows = [...document.querySelectorAll<HTMLLIElement>("#rows > li")].map((item) => ({
      item, input: item.querySelector<HTMLInputElement>('input[name="start"]:not([type="hidden"])'), start: Number(item.dataset.start), line: null,
    }));
    tape.classList.add("live");
    this.rows.forEach((row, i) => {
      if (row.input) this.draw(row, i);
      row.item.querySelector("a.listen")?.addEventListener("click", (e) => {
        e.preventDefault();
        this.onPlay(row.start, this.end(i));
      });
    });
    this.show();
  }

  private end(i: number): number {
    return this.rows[i + 1]?.start ?? this.totalMS;
  }

  private draw(row: Row, i: number): void {
    const line = make("div", { class: "cut", role: "slider", tabindex: "0", "aria-label": t("Beginning of part %d", i + 1), "aria-valuemin": "0", "aria-valuemax": String(this.totalMS) }, make("span", {}, String(i + 1)));
    row.line = line;
    this.tape.append(line);
    line.addEventListener("pointerdown", (e) => {
      e.preventDefault();
      line.setPointerCapture(e.pointerId);
      line.focus();
    });
    line.addEventListener("pointermove", (e) => {
      if (!line.hasPointerCapture(e.pointerId)) return;
      const box = this.tape.getBoundingClientRect();
      this.move(i, Math.round((((e.clientX - box.left) / box.width) * this.totalMS) / 100) * 100);
    });
    line.addEventListener("keydown", (e) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -100, PageUp: 100 }[e.key];
      if (step) this.move(i, row.start + step * (e.shiftKey ? 1000 : 100));
      else if (e.key === " ") this.onPlay(row.start, this.end(i));
      else if (e.key === "Delete") row.item.querySelector<HTMLButtonElement>('button[value^="remove:"]')?.click();
      else return;
      e.preventDefault();
    });
    row.input!.addEventListener("change", () => {
      const ms = parsePlace(row.input!.value);
      if (ms !== null) this.move(i, ms, true);
    });
  }

  // move puts the beginning of a part elsewhere, between its neighbours. What was
  // typed stays as it is typed: the server says what is wrong with it.
  private move(i: number, ms: number, typed = false): void {
    const row = this.rows[i];
    if (!typed) {
      ms = Math.max(this.rows[i - 1].start + leastMS, Math.min(ms, this.end(i) - leastMS));
      row.input!.value = place(ms);
    }
    row.start = Math.max(0, Math.min(ms, this.totalMS));
    this.show();
    if (!typed) this.onMove(i + 1, row.start);
  }

  private show(): void {
    this.rows.forEach((row, i) => {
      const head = row.item.querySelector("h2 .num");
      if (head) head.replaceChildren(` ${t("%s to", place(row.start))} `, make("span", { class: "until" }, place(this.end(i))));
      if (!row.line) return;
      row.line.style.left = `${(row.start / this.totalMS) * 100}%`;
      row.line.setAttribute("aria-valuenow", String(row.start));
      row.line.setAttribute("aria-valuetext", t("%s of %s", place(row.start), place(this.totalMS)));
    });
  }
}
