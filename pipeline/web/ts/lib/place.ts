// Places in a recording as people write them: "2:05.3", "1:02:05.0".

export function place(ms: number): string {
  const s = Math.floor(ms / 1000);
  const rest = Math.round(ms % 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const text = h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
  return `${text}.${rest % 100 ? String(rest).padStart(3, "0") : rest / 100}`;
}

// parsePlace gives milliseconds, or null for what is no time.
export function parsePlace(text: string): number | null {
  const m = /^(?:(?:(\d{1,3}):)?(\d{1,6}):)?(\d{1,6})(?:[.,](\d*))?$/.exec(text.trim());
  if (!m) return null;
  const [h, min, s] = [m[1], m[2], m[3]].map((f) => Number(f ?? 0));
  if ((m[2] && s > 59) || (m[1] && min > 59)) return null;
  return (h * 3600 + min * 60 + s) * 1000 + Number(`${m[4] ?? ""}000`.slice(0, 3));
}
