// Headings and entries of lists look like it. The text stays plain: a heading is
// a short line in capitals or one that ends with a colon.

import { type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

export const heading = (line: string): boolean => line.length < 70 && (/^[A-Z][A-Z0-9 ,/&()'-]{2,}:?\s*$/.test(line) || /^[A-Z][A-Za-z0-9 ,/&()'-]{2,60}:\s*$/.test(line) || /^[A-Z][A-Z0-9 ,/&()'-]{2,40}:\s/.test(line));
const entry = (line: string): boolean => /^\s*(?:\d{1,3}[.)]|[-*•])\s/.test(line);

const looks = { heading: Decoration.line({ class: "cm-heading" }), entry: Decoration.line({ class: "cm-entry" }) };

function look(view: EditorView): DecorationSet {
  const b = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let pos = from; pos <= to; ) {
      const line = view.state.doc.lineAt(pos);
      if (heading(line.text)) b.add(line.from, line.from, looks.heading);
      else if (entry(line.text)) b.add(line.from, line.from, looks.entry);
      pos = line.to + 1;
    }
  }
  return b.finish();
}

export const lines: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = look(view);
    }

    update(u: ViewUpdate): void {
      if (u.docChanged || u.viewportChanged) this.decorations = look(u.view);
    }
  },
  { decorations: (p) => p.decorations },
);
