// Calls of the JSON API with the session's cookie.
import { t } from "./say";

export interface Answer<T> {
  ok: boolean;
  status: number; // 0: the server did not answer
  data: T | null;
  detail: string; // a sentence for the person, when it is not ok
}

// What is being read just now. An act that takes the job away waits for it:
// afterwards the same reading would be refused.
const reading = new Set<Promise<unknown>>();

export function track<T>(p: Promise<T>): Promise<T> {
  reading.add(p);
  const done = (): void => void reading.delete(p);
  p.then(done, done);
  return p;
}

export async function settled(): Promise<void> {
  await Promise.race([Promise.allSettled(reading), new Promise((resolve) => setTimeout(resolve, 2000))]);
}

export function call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, keepalive = false): Promise<Answer<T>> {
  const answer = send<T>(method, path, body, headers, keepalive);
  return method === "GET" ? track(answer) : answer;
}

async function send<T>(method: string, path: string, body: unknown, headers: Record<string, string>, keepalive: boolean): Promise<Answer<T>> {
  let res: Response;
  try {
    res = await fetch(path, {
      method, keepalive, cache: "no-store",
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, data: null, detail: t("The server does not answer.") };
  }
  let data: unknown = null;
  try {
    data = await res.json();
  } catch {
    // no body, or none that is JSON
  }
  return { ok: res.ok, status: res.status, data: data as T | null, detail: res.ok ? "" : sentence(res.status, data) };
}

export function sentence(status: number, problem: unknown): string {
  if (status === 401) return t("Your session has ended. Sign in again in another tab, then go on here.");
  const detail = (problem as { detail?: unknown } | null)?.detail;
  if (typeof detail === "string" && detail) return detail;
  return status >= 500 ? t("The server has trouble just now.") : t("That did not work.");
}
