// What keys do to words and sections, in either editor.

import { heading } from "./editor_lines";
import { blankSpace, type Sheet } from "./editor";

type Case = "upper" | "lower" | "capital" | "toggle";

const lower = (s: string): string => s.toLowerCase();
const upper = (s: string): string => s.toUpperCase();
const capital = (s: string): string => lower(s).replace(/(^|[\s(/-])(\p{L})/gu, (_, before: string, c: string) => before + upper(c));

// toggle goes from lower case to capitals to upper case and round again.
const toggle = (s: string): string => (s === lower(s) ? capital(s) : s === upper(s) && s !== capital(s) ? lower(s) : upper(s));

const writes: Record<Case, (s: string) => string> = { upper, lower, capital, toggle };

// changeCase writes what is selected, or the word at the caret, in another case.
export function changeCase(sheet: Sheet, how: Case): void {
  const text = sheet.text();
  const at = sheet.selection();
  let { from, to } = at;
  if (from === to) {
    while (from > 0 && !blankSpace(text[from - 1])) from--;
    while (to < text.length && !blankSpace(text[to])) to++;
  }
  const next = writes[how](text.slice(from, to));
  if (next === text.slice(from, to)) return;
  sheet.replace(from, to, next, at.from === at.to ? { from: Math.min(at.from, from + next.length), to: Math.min(at.from, from + next.length) } : { from, to: from + next.length });
}

// sections are where the parts of a text begin: at its headings or, in a text
// without any, at its paragraphs.
function sections(text: string): number[] {
  const heads: number[] = [];
  const paragraphs: number[] = [];
  let pos = 0;
  let open = true; // nothing but empty lines since the last paragraph
  for (const line of text.split("\n")) {
    if (heading(line)) heads.push(pos);
    if (line.trim() && open) paragraphs.push(pos);
    open = !line.trim();
    pos += line.length + 1;
  }
  const found = heads.length ? heads : paragraphs;
  return [...new Set([0, ...found, text.length])];
}

// moveSection changes the places of the caret's section and its neighbour.
// False: there is none.
export function moveSection(sheet: Sheet, up: boolean): boolean {
  let text = sheet.text();
  if (!text.endsWith("\n")) {
    const { from, to } = sheet.selection();
    sheet.replace(text.length, text.length, "\n", { from, to }); // the last section goes above others
    text += "\n";
  }
  const at = sections(text);
  const i = at.findLastIndex((from) => from <= sheet.selection().from && from < text.length);
  const first = up ? i - 1 : i;
  if (first < 0 || first + 2 >= at.length) return false;
  sheet.swap(at[first], at[first + 1], at[first + 2]);
  return true;
}
