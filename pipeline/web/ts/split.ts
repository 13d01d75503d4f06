import { Cuts } from "./lib/cuts";
import { el, make, maybe } from "./lib/dom";
import { place } from "./lib/place";
import { t } from "./lib/say";
import { offerSmall } from "./lib/small";
import { Whose } from "./lib/whose";

const tape = maybe("tape"); // none while the page asks for the last yes
if (tape) {
  const totalMS = Number(el("split").dataset.ms);
  const cuts = new Cuts(tape, totalMS);
  const state = el("cut-state");
  el("keys-help").hidden = false;
  cuts.onMove = (n, ms) => {
    state.textContent = t("Part %d begins at %s.", n, place(ms));
  };
  const audio = maybe<HTMLAudioElement>("sound");
  if (audio) wireSound(audio, cuts, tape, totalMS);
  if (maybe("patients")) new Whose();
}

function wireSound(audio: HTMLAudioElement, cuts: Cuts, tape: HTMLElement, totalMS: number): void {
  let until = 0; // where a part that is listened to ends, in seconds
  const head = make("div", { class: "head-line" });
  const at = el<HTMLInputElement>("at");
  tape.append(head);
  const show = () => {
    head.style.left = `${Math.min(100, (audio.currentTime * 100000) / totalMS)}%`;
    if (until && audio.currentTime >= until) {
      until = 0;
      audio.pause();
    }
    if (document.activeElement !== at) at.value = place(Math.round(audio.currentTime * 10) * 100);
  };
  const play = async (ms: number, end: number) => {
    audio.currentTime = ms / 1000;
    until = end / 1000;
    try {
      await audio.play();
    } catch (e) {
      if ((e as DOMException).name !== "AbortError") el("cut-state").textContent = t("The sound cannot be played.");
    }
  };
  cuts.onPlay = (ms, end) => void play(ms, end);
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("seeked", show);
  tape.addEventListener("click", (e) => {
    if ((e.target as Element).closest(".cut")) return;
    const box = tape.getBoundingClientRect();
    until = 0;
    audio.currentTime = (((e.clientX - box.left) / box.width) * totalMS) / 1000;
  });
  const box = maybe<HTMLInputElement>("small");
  if (box) {
    el("small-choice").hidden = false;
    offerSmall(audio, box, audio.getAttribute("src")!, audio.dataset.small!);
  }
}
