// Differences of two texts by words, and what becomes of one text that two people
// changed.

// pairs finds the elements that two lists have in common, in order (Myers' O(ND)
// algorithm, forwards, after equal beginnings and ends are set aside). Lists that
// differ in more than most places have only those in common.
const most = 2000;

export function pairs(a: readonly string[], b: readonly string[]): [number, number][] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const found: [number, number][] = [];
  for (let i = 0; i < head; i++) found.push([i, i]);
  for (const [i, j] of middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail))) found.push([i + head, j + head]);
  for (let i = tail; i > 0; i--) found.push([a.length - i, b.length - i]);
  return found;
}

function middle(a: readonly string[], b: readonly string[]): [number, number][] {
  const n = a.length;
  const m = b.length;
  if (!n || !m) return [];
  const reach = Math.min(n + m, most);
  const far = new Int32Array(2 * reach + 3);
  const trail: Int32Array[] = [];
  for (let d = 0; d <= reach; d++) {
    trail.push(far.slice(reach - d, reach + d + 3));
    for (let k = -d; k <= d; k += 2) {
      const at = k + reach + 1;
      let x = k === -d || (k !== d && far[at - 1] < far[at + 1]) ? far[at + 1] : far[at - 1] + 1;
      while (x < n && x - k < m && a[x] === b[x - k]) x++;
      far[at] = x;
      if (x >= n && x - k >= m) return back(trail, d, n, m);
    }
  }
  return [];
}

// back walks the trail from the end; trail[d] holds the diagonals -d-1 to d+1.
function back(trail: Int32Array[], d: number, n: number, m: number): [number, number][] {
  const found: [number, number][] = [];
  let x = n;
  let y = m;
  for (; d >= 0; d--) {
    const far = trail[d];
    const at = (k: number): number => far[k + d + 1];
    const k = x - y;
    const before = d === 0 ? 0 : k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before);
    const fromY = fromX - before;
    while (x > fromX && y > fromY && x > 0 && y > 0) found.push([--x, --y]);
    x = fromX;
    y = fromY;
  }
  return found.reverse();
}

// words splits a text into words and the white space between them; joined, they
// are the text.
export const words = (text: string): string[] => text.match(/\s+|\S+/g) ?? [];

export interface Change {
  from: number; // in the old text
  to: number;
  insert: string;
}

// changes are the few places where the new text differs from the old one.
export function changes(older: string, newer: string): Change[] {
  const a = words(older);
  const b = words(newer);
  const list: Change[] = [];
  let i = 0;
  let j = 0;
  let at = 0;
  for (const [x, y] of [...pairs(a, b), [a.length, b.length] as [number, number]]) {
    const gone = a.slice(i, x).join("");
    const came = b.slice(j, y).join("");
    if (gone || came) list.push({ from: at, to: at + gone.length, insert: came });
    at += gone.length + (a[x]?.length ?? 0);
    i = x + 1;
    j = y + 1;
  }
  return list;
}

// Piece is a stretch of three versions of a text: agreed, or changed by one, by
// both alike, or by both otherwise (a conflict).
export interface Piece {
  base: string;
  mine: string;
  theirs: string;
}

export const conflict = (p: Piece): boolean => p.mine !== p.theirs && p.mine !== p.base && p.theirs !== p.base;
export const merged = (p: Piece): string => (p.mine === p.base ? p.theirs : p.mine);

// merge lays three versions side by side. The pieces joined are each version.
export function merge(base: string, mine: string, theirs: string): Piece[] {
  const o = words(base);
  const a = words(mine);
  const b = words(theirs);
  const inA = new Map(pairs(o, a));
  const inB = new Map(pairs(o, b));
  const pieces: Piece[] = [];
  let [i, x, y] = [0, 0, 0]; // of o, a, b
  const push = (p: Piece): void => {
    const before = pieces.at(-1);
    const equal = (q: Piece): boolean => q.base === q.mine && q.base === q.theirs;
    if (before && equal(before) && equal(p)) {
      pieces[pieces.length - 1] = { base: before.base + p.base, mine: before.mine + p.mine, theirs: before.theirs + p.theirs };
    } else if (p.base || p.mine || p.theirs) pieces.push(p);
    // Nothing but white space between two conflicts: they are one.
    const [c, gap, d] = pieces.slice(-3);
    if (d && equal(gap) && !gap.base.trim() && conflict(c) && conflict(d)) {
      pieces.splice(-3, 3, { base: c.base + gap.base + d.base, mine: c.mine + gap.mine + d.mine, theirs: c.theirs + gap.theirs + d.theirs });
    }
  };
  for (let n = 0; n <= o.length; n++) {
    const [toA, toB] = n < o.length ? [inA.get(n), inB.get(n)] : [a.length, b.length];
    if (toA === undefined || toB === undefined) continue;
    push({ base: o.slice(i, n).join(""), mine: a.slice(x, toA).join(""), theirs: b.slice(y, toB).join("") });
    if (n < o.length) push({ base: o[n], mine: a[toA], theirs: b[toB] });
    [i, x, y] = [n + 1, toA + 1, toB + 1];
  }
  return pieces;
}
