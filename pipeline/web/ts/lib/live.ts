// Keeps the parts of a page that are marked data-live up to date: on an event
// the page is fetched again and those parts are exchanged. When events do not
// come through, it looks every few seconds. That keeps nobody signed in, and
// ends with the session.

const restMS = 2000; // least time between two looks
const pollMS = 10000;

export interface LiveOptions {
  path?: string; // where the page is fetched; default: where it is
  id?: string; // only events of this dictation count
  fetched?: (page: Document) => void;
}

export function live(options: LiveOptions = {}): { refresh: () => void } {
  const path = options.path ?? location.pathname + location.search;
  let timer = 0;
  let last = 0;
  let busy = false;
  let missed = false;
  let over = false; // the session has ended

  function refresh(): void {
    if (over) return;
    if (document.hidden) {
      missed = true;
      return;
    }
    if (timer) return;
    timer = setTimeout(look, Math.max(100, last + restMS - Date.now()));
  }

  async function look(): Promise<void> {
    timer = 0;
    last = Date.now();
    if (busy) return refresh();
    busy = true;
    try {
      const res = await fetch(path, { cache: "no-store", headers: { "X-Live": "1" } });
      if (new URL(res.url).pathname.startsWith("/login")) {
        over = true;
        events.close();
      } else if (res.ok) {
        if (events.readyState === EventSource.CLOSED) events = listen();
        const page = new DOMParser().parseFromString(await res.text(), "text/html");
        options.fetched?.(page);
        exchange(page);
      }
    } catch {
      // away: the next event or look tries again
    } finally {
      busy = false;
    }
  }

  function listen(): EventSource {
    const source = new EventSource("/api/v1/events");
    let opened = false;
    source.onopen = () => {
      if (opened) refresh(); // something may have happened in the gap
      opened = true;
    };
    source.onmessage = (e) => {
      if (!options.id || (JSON.parse(e.data) as { id: string }).id === options.id) refresh();
    };
    return source;
  }

  let events = listen();
  setInterval(() => {
    if (events.readyState !== EventSource.OPEN) refresh();
  }, pollMS);
  document.addEventListener("toggle", (e) => {
    const details = e.target as HTMLDetailsElement;
    if (!details.open && details.closest("[data-live]")) refresh(); // what was kept as it was
  }, { capture: true });
  addEventListener("pagehide", () => events.close());
  document.addEventListener("visibilitychange", () => {
    // Somebody who comes back may have signed in again elsewhere.
    if (!document.hidden && (missed || over)) {
      missed = over = false;
      refresh();
    }
  });
  return { refresh };
}

// inUse reports whether somebody fills a form in a part: what was typed is not
// taken from under the fingers.
function inUse(part: HTMLElement): boolean {
  const at = document.activeElement;
  return part.querySelector("details[open] form") !== null || (part.contains(at) && at!.matches("input:not([type=hidden]), select, textarea"));
}

// exchange puts the live parts of the fetched page in place of the ones shown.
function exchange(page: Document): void {
  const focused = document.activeElement;
  const mark = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.matches("a[href]") ? `a[href="${CSS.escape(focused.getAttribute("href")!)}"]` : "");
  const fresh = new Map([...page.querySelectorAll<HTMLElement>("[data-live]")].map((n) => [n.id, n]));
  for (const old of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const now = fresh.get(old.id);
    fresh.delete(old.id);
    if (inUse(old)) continue;
    if (!now) old.remove();
    else if (now.outerHTML !== old.outerHTML) old.replaceWith(document.importNode(now, true));
  }
  for (const added of fresh.values()) {
    const before = added.previousElementSibling?.id;
    const node = document.importNode(added, true);
    const place = before ? document.getElementById(before) : null;
    if (place) place.after(node);
    else document.getElementById("main")!.append(node);
  }
  if (mark && document.activeElement === document.body) document.querySelector<HTMLElement>(mark)?.focus();
}
