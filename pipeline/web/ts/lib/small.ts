// The small copy of a recording, for slow links.

// slow guesses from what the browser tells of the link; many tell nothing.
function slow(): boolean {
  const link = (navigator as { connection?: { saveData?: boolean; effectiveType?: string } }).connection;
  return Boolean(link?.saveData || /2g$|^3g$/.test(link?.effectiveType ?? ""));
}

// offerSmall wires the box that chooses between the two. The place in the
// recording stays.
export function offerSmall(audio: HTMLAudioElement, box: HTMLInputElement, whole: string, small: string): void {
  const choose = () => {
    const at = audio.currentTime;
    const running = !audio.paused;
    audio.src = box.checked ? small : whole;
    if (at) audio.currentTime = at;
    if (running) void audio.play();
  };
  box.checked = slow();
  if (box.checked) choose();
  box.addEventListener("change", choose);
}
