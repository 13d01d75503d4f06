// Small helpers for pages that the server rendered.
import { t } from "./say";

export function el<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element "${id}"`);
  return found as T;
}

export function maybe<T extends HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

type Props = Record<string, string | (() => void)>;

// make builds an element: text stays text, functions listen for clicks.
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, props: Props = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// copyButton copies what textOf gives and says that it did.
export function copyButton(textOf: () => string): HTMLButtonElement {
  const b = make("button", { type: "button", class: "plain" }, t("Copy"));
  wireCopy(b, textOf);
  return b;
}

function wireCopy(b: HTMLButtonElement, textOf: () => string): void {
  b.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(textOf());
      b.textContent = t("Copied");
    } catch {
      b.textContent = t("Select and copy it");
    }
  });
}

// copyButtons brings the page's own copy buttons to life; without scripts they stay hidden.
export function copyButtons(): void {
  for (const b of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    b.hidden = false;
    wireCopy(b, () => el(b.dataset.copy!).textContent ?? "");
  }
}

export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return h ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

// day writes a date as the pages do: "2026-11-21" or a time becomes 21 Nov 2026,
// in German 21.11.2026. Figures alone would be read the wrong way round by half the world.
export function day(when: string): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return when;
  const timeZone = when.length === 10 ? "UTC" : undefined; // a date has no hour that could shift it
  if (document.documentElement.lang === "de") return date.toLocaleDateString("de-DE", { day: "2-digit", month: "2-digit", year: "numeric", timeZone });
  const part = (o: Intl.DateTimeFormatOptions) => date.toLocaleDateString("en-US", { ...o, timeZone });
  return `${part({ day: "numeric" })} ${part({ month: "short" })} ${part({ year: "numeric" })}`;
}
