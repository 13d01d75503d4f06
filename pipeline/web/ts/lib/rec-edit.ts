// What the author means of all that he spoke: takes that were appended, inserted
// or spoken over. The server joins the recording by the same rules.

export interface Take {
  mode: "append" | "insert" | "overwrite";
  at: number; // sample of what is heard, where the take goes
  from: number; // sample of all that was spoken, where it begins
}

export type Stretch = [from: number, to: number];

export function edit(takes: Take[], total: number): Stretch[] {
  let heard: Stretch[] = [];
  takes.forEach((take, i) => {
    const end = Math.min(total, takes[i + 1]?.from ?? total);
    if (take.from >= end) return;
    const long = samples(heard);
    const at = take.mode === "append" ? long : take.at;
    const upTo = take.mode === "overwrite" ? Math.min(long, at + end - take.from) : at;
    heard = [...within(heard, 0, at), [take.from, end], ...within(heard, upTo, long)];
  });
  return heard;
}

export function within(heard: Stretch[], from: number, to: number): Stretch[] {
  const out: Stretch[] = [];
  let at = 0;
  for (const [a, b] of heard) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, b - a);
    if (start < end) out.push([a + start, a + end]);
    at += b - a;
  }
  return out;
}

export function samples(heard: Stretch[]): number {
  return heard.reduce((n, [a, b]) => n + b - a, 0);
}
