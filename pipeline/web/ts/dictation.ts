import { copyButtons, el, maybe } from "./lib/dom";
import { live } from "./lib/live";
import { Player } from "./lib/player";

copyButtons();
if (maybe("player")) new Player();
live({
  id: el("state").dataset.id,
  // The player comes when the sound is ready, with its own wiring.
  fetched: (page) => {
    if (page.getElementById("player") && !maybe("player")) location.reload();
  },
});
