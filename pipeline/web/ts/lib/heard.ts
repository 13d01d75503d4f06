// What the recogniser heard, with the word that sounds just now, and the words
// that are worth a second listen.

import { make, maybe } from "./dom";
import type { Player } from "./player";

interface Word {
  text: string;
  start_ms: number;
  end_ms: number;
}

const before = 300;

export class Heard {
  private words: Word[] = [];
  private nodes: Text[] = [];
  private index = new Map<Node, number>();
  private current = -1;
  private strip = maybe("heard");

  constructor(player: Player) {
    this.strip?.addEventListener("click", (e) => {
      const i = this.wordAt(e.clientX, e.clientY);
      if (i !== undefined) player.playFrom(this.words[i].start_ms - before);
    });
  }

  load(words: Word[], doubts: number[]): void {
    if (!this.strip) return;
    this.words = words;
    const marked = new Set(doubts);
    this.words.forEach((w, i) => {
      const node = document.createTextNode(w.text);
      this.nodes.push(node);
      this.index.set(node, i);
      this.strip!.append(marked.has(i) ? make("mark", { title: "uncertain" }, node) : node, " ");
    });
  }

  // show marks the word at ms.
  show(ms: number): void {
    const i = this.find(ms);
    if (i === this.current || !this.nodes.length) return;
    this.current = i;
    if (!CSS.highlights) return;
    if (i < 0) {
      CSS.highlights.delete("spoken");
      return;
    }
    const range = new Range();
    range.selectNodeContents(this.nodes[i]);
    CSS.highlights.set("spoken", new Highlight(range));
    const word = range.getBoundingClientRect();
    const box = this.strip!.getBoundingClientRect();
    if (word.bottom > box.bottom || word.top < box.top) this.strip!.scrollTop += word.top - box.top - box.height / 3;
  }

  // find gives the last word that began by ms, or -1.
  private find(ms: number): number {
    let lo = 0;
    let hi = this.words.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.words[mid].start_ms <= ms) lo = mid + 1;
      else hi = mid;
    }
    return lo - 1;
  }

  private wordAt(x: number, y: number): number | undefined {
    const node = document.caretPositionFromPoint?.(x, y)?.offsetNode ?? document.caretRangeFromPoint?.(x, y)?.startContainer;
    return node && (this.index.get(node) ?? this.index.get(node.previousSibling ?? node));
  }
}
