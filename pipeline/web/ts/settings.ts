import { call } from "./lib/api";
import { el } from "./lib/dom";
import { keyOf } from "./lib/keymap";
import { t } from "./lib/say";

// A button beside each field takes the keys that are pressed next. The server
// says whether they can be used; the page, whether another command has them.
const status = el("keys-status");

function say(what: string, bad = false): void {
  status.textContent = what;
  status.classList.toggle("bad", bad);
}

function keysIn(field: HTMLInputElement): string[] {
  return field.value.split(/\s+/).filter(Boolean);
}

const titleOf = (field: HTMLInputElement): string => field.labels![0].textContent!;

// takenBy names the command that has a key already.
function takenBy(key: string, field: HTMLInputElement): string {
  const fields = [...document.querySelectorAll<HTMLInputElement>("#keys input")];
  const other = fields.find((f) => f !== field && keysIn(f).some((k) => k.toLowerCase() === key.toLowerCase()));
  return other ? titleOf(other) : "";
}

async function take(field: HTMLInputElement, pressed: string): Promise<void> {
  const a = await call<{ key: string }>("POST", "/api/v1/me/keys", { key: pressed });
  if (!a.ok) return say(a.detail, true);
  const key = a.data!.key;
  const other = takenBy(key, field);
  if (other) return say(t("%s already does “%s”. Take it away there first.", key, other), true);
  if (!keysIn(field).includes(key)) field.value = [...keysIn(field), key].join(" ");
  say(t("%s is set for “%s”. It counts once you save the keys.", key, titleOf(field)));
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button.capture")) {
  const field = el<HTMLInputElement>(button.dataset.for!);
  let listening = false;
  const listen = (on: boolean) => {
    listening = on;
    button.setAttribute("aria-pressed", String(on));
  };
  button.hidden = false;
  listen(false);
  button.addEventListener("click", () => {
    listen(!listening);
    say(listening ? t("Press the keys for “%s” now. Tab leaves.", titleOf(field)) : "");
  });
  button.addEventListener("blur", () => listen(false));
  button.addEventListener("keydown", (e) => {
    if (!listening || e.key === "Tab") return;
    e.preventDefault();
    const pressed = keyOf(e);
    if (!pressed) return;
    listen(false);
    void take(field, pressed);
  });
}
