// The player of a recording: sound, waveform and position.

import { clock, el, maybe } from "./dom";
import { t } from "./say";
import { offerSmall } from "./small";
import { Wave } from "./wave";

const pauseIcon = "M6.5 4.5h4v15h-4zm7 0h4v15h-4z";
const playIcon = "M7 4.5v15l13-7.5z";
const loopS = 3;

export class Player {
  readonly audio = new Audio();
  rewindS = 0; // how far back a pause goes on again
  slowRate = 0.75; // of toggleSlow
  resumeMS = 0; // how long after the last key the sound goes on; 0: it does not wait for typing
  onTime: (ms: number) => void = () => {};
  onRate: (rate: number) => void = () => {};
  onLoop: (on: boolean) => void = () => {};
  onPause: () => void = () => {};

  private wave: Wave;
  private slider = el("wave");
  private button = el<HTMLButtonElement>("play");
  private label = el("clock");
  private totalMS: number;
  private loop: [number, number] | null = null;
  private resting = false; // paused, and not moved since
  private shownS = -1;
  private normal = 1; // the rate that toggleSlow goes back to
  private typing = 0; // timer while the sound waits for the typist

  constructor() {
    const root = el("player");
    this.totalMS = Number(root.dataset.ms);
    this.audio.preload = "none";
    this.audio.preservesPitch = true;
    this.audio.src = root.dataset.audio!;
    root.append(this.audio);
    const small = maybe<HTMLInputElement>("small");
    if (small) {
      small.parentElement!.hidden = false;
      offerSmall(this.audio, small, root.dataset.audio!, root.dataset.small!);
    }
    this.wave = new Wave(this.slider.querySelector("canvas")!);
    void this.wave.load(root.dataset.peaks!);
    this.button.disabled = false;
    this.button.addEventListener("click", () => this.toggle());
    this.wireAudio();
    this.wireSlider();
    this.keepClear(root);
    this.show();
  }

  get ms(): number {
    return this.audio.currentTime * 1000;
  }

  get running(): boolean {
    return !this.audio.paused;
  }

  toggle(): void {
    if (this.audio.paused && !this.typing) void this.play();
    else this.pause();
  }

  pause(): void {
    this.endTyping();
    this.rest();
  }

  // rest pauses. The event that tells so comes later, perhaps after the next key.
  private rest(): void {
    if (!this.audio.paused) this.resting = true;
    this.audio.pause();
  }

  async play(): Promise<void> {
    this.endTyping();
    if (this.resting && !this.audio.ended) this.audio.currentTime = Math.max(0, this.audio.currentTime - this.rewindS);
    this.resting = false;
    try {
      await this.audio.play();
    } catch (e) {
      if ((e as DOMException).name !== "AbortError") this.label.textContent = t("The sound cannot be played.");
    }
  }

  seek(ms: number): void {
    this.resting = false;
    this.endLoop();
    this.audio.currentTime = Math.min(Math.max(0, ms), this.totalMS) / 1000;
    this.show();
  }

  playFrom(ms: number): void {
    this.seek(ms);
    void this.play();
  }

  skip(seconds: number): void {
    this.seek(this.ms + seconds * 1000);
  }

  faster(by: number): void {
    this.setRate(Math.min(2, Math.max(0.5, Math.round((this.audio.playbackRate + by) * 8) / 8)));
  }

  // toggleSlow goes to the slow speed, and from there to the one before.
  toggleSlow(): void {
    const slow = this.audio.playbackRate === this.slowRate;
    if (!slow) this.normal = this.audio.playbackRate;
    this.setRate(slow ? this.normal : this.slowRate);
  }

  private setRate(rate: number): void {
    this.audio.defaultPlaybackRate = rate;
    this.audio.playbackRate = rate;
    this.onRate(rate);
  }

  // typed tells that a key was typed: the sound waits, when that is wanted, and
  // goes on some time after the last key.
  typed(): void {
    if (!this.resumeMS || (this.audio.paused && !this.typing)) return;
    clearTimeout(this.typing);
    this.rest();
    this.typing = setTimeout(() => void this.play(), this.resumeMS);
  }

  private endTyping(): void {
    clearTimeout(this.typing);
    this.typing = 0;
  }

  // toggleLoop plays the last three seconds again and again.
  toggleLoop(): void {
    if (this.loop) return this.endLoop();
    const to = Math.max(this.audio.currentTime, Math.min(loopS, this.totalMS / 1000));
    this.loop = [Math.max(0, to - loopS), to];
    this.resting = false;
    this.audio.currentTime = this.loop[0];
    this.onLoop(true);
    void this.play();
  }

  private endLoop(): void {
    if (!this.loop) return;
    this.loop = null;
    this.onLoop(false);
  }

  // keepClear has the page scroll what gets the focus out from under the player,
  // where that stays at the top.
  private keepClear(root: HTMLElement): void {
    const desk = root.closest<HTMLElement>(".desk");
    if (!desk) return;
    new ResizeObserver(() => {
      const sticky = getComputedStyle(desk).position === "sticky";
      document.documentElement.style.scrollPaddingTop = sticky ? `${desk.offsetHeight + 16}px` : "";
    }).observe(desk);
  }

  private wireAudio(): void {
    const path = this.button.querySelector("path")!;
    const running = (on: boolean) => {
      path.setAttribute("d", on ? pauseIcon : playIcon);
      this.button.setAttribute("aria-label", on ? t("Pause") : t("Play"));
    };
    this.audio.addEventListener("play", () => {
      running(true);
      this.tick();
    });
    this.audio.addEventListener("pause", () => {
      running(false);
      this.resting = true;
      this.onPause();
    });
    this.audio.addEventListener("seeked", () => this.show());
    this.audio.addEventListener("error", () => {
      this.label.textContent = t("The sound cannot be loaded. Load the page again.");
    });
  }

  private tick = (): void => {
    if (this.loop && this.audio.currentTime >= this.loop[1]) this.audio.currentTime = this.loop[0];
    this.show();
    if (!this.audio.paused) requestAnimationFrame(this.tick);
    else if (this.loop && this.audio.ended) void this.play();
  };

  private show(): void {
    this.wave.show(this.totalMS ? this.ms / this.totalMS : 0);
    this.onTime(this.ms);
    const s = Math.floor(this.audio.currentTime);
    if (s === this.shownS) return;
    this.shownS = s;
    this.label.textContent = `${clock(this.ms)} / ${clock(this.totalMS)}`;
    this.slider.setAttribute("aria-valuenow", String(Math.round(this.ms)));
    this.slider.setAttribute("aria-valuetext", `${clock(this.ms)} of ${clock(this.totalMS)}`);
  }

  private wireSlider(): void {
    const at = (e: PointerEvent) => {
      const box = this.slider.getBoundingClientRect();
      this.seek(((e.clientX - box.left) / box.width) * this.totalMS);
    };
    this.slider.addEventListener("pointerdown", (e) => {
      this.slider.setPointerCapture(e.pointerId);
      at(e);
    });
    this.slider.addEventListener("pointermove", (e) => {
      if (this.slider.hasPointerCapture(e.pointerId)) at(e);
    });
    this.slider.addEventListener("keydown", (e) => {
      const far: Record<string, number> = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -15, PageUp: 15 };
      if (e.key in far) this.skip(far[e.key]);
      else if (e.key === "Home") this.seek(0);
      else if (e.key === "End") this.seek(this.totalMS);
      else if (e.key === " ") this.toggle();
      else return;
      e.preventDefault();
    });
  }
}
