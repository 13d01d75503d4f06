// Where somebody was in a dictation, kept in this browser: the dictation's id and
// two numbers, nothing about the patient.

export interface Place {
  ms: number; // of the sound
  caret: number; // in the text
}

const most = 200;

function all(user: string): Record<string, Place & { at: number }> {
  try {
    return JSON.parse(localStorage.getItem(key(user)) ?? "{}");
  } catch {
    return {};
  }
}

const key = (user: string): string => `dictation.places.${user}`;

export function lastPlace(user: string, id: string): Place | null {
  return all(user)[id] ?? null;
}

// keepPlace remembers a place, or forgets it; the oldest ones go.
export function keepPlace(user: string, id: string, place: Place | null): void {
  const places = all(user);
  delete places[id];
  if (place && (place.ms > 0 || place.caret > 0)) places[id] = { ...place, at: Date.now() };
  const newest = Object.entries(places).sort((a, b) => b[1].at - a[1].at).slice(0, most);
  try {
    localStorage.setItem(key(user), JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // full or forbidden: the next visit begins at the start
  }
}
