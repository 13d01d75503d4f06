import { maybe } from "./lib/dom";
import { Player } from "./lib/player";

const before = 300; // play a little of what comes before a change

if (maybe("player")) {
  const player = new Player();
  const changes = document.querySelectorAll<HTMLAnchorElement>("#diff a[data-ms], .flags a[data-ms]");
  for (const a of changes) {
    a.addEventListener("click", (e) => {
      e.preventDefault();
      for (const other of changes) other.removeAttribute("aria-current");
      a.setAttribute("aria-current", "true");
      player.playFrom(Number(a.dataset.ms) - before);
    });
  }
}
