// Which keys do what. The keymap is data of the account: the server sends the one
// in force with the page.

export interface Settings {
  keys: Record<string, string[]>; // command → keys
  rewind_ms: number;
  step_ms: number;
  slow: number;
  pause_typing: boolean;
  resume_ms: number;
  pedal_toggle: boolean;
  pedal_steps: boolean;
}

export function settingsOf(root: HTMLElement): Settings {
  return JSON.parse(root.dataset.settings!) as Settings;
}

export type Acts = Record<string, () => void>;

// again are the commands that a key held down repeats; of the others it does one.
const again = new Set(["back", "forward", "slower", "faster", "nextBlank", "previousBlank", "nextFlag", "previousFlag"]);

// byCode names keys whose character Alt changes on some keyboards.
const byCode: Record<string, string> = { Period: ".", Comma: ",", Slash: "/", Semicolon: ";", Minus: "-", Equal: "=" };

// keyOf gives a key as the keymap writes it, "Ctrl+Shift+Enter"; empty for one
// that is only held down, or that composes a character.
export function keyOf(e: KeyboardEvent): string {
  if (e.isComposing || ["Control", "Shift", "Alt", "AltGraph", "Meta", "Process", "Unidentified"].includes(e.key)) return "";
  let name = e.key === " " ? "Space" : e.key === "+" ? "Plus" : e.key;
  if (e.altKey && (name === "Dead" || (name.length === 1 && name > "~"))) {
    name = byCode[e.code] ?? /^(?:Key|Digit)(.)$/.exec(e.code)?.[1] ?? name;
  }
  if (name === "Dead") return "";
  if (name.length === 1) name = name.toUpperCase();
  return (e.ctrlKey || e.metaKey ? "Ctrl+" : "") + (e.altKey ? "Alt+" : "") + (e.shiftKey ? "Shift+" : "") + name;
}

export class Keymap {
  private commands = new Map<string, string>(); // key → command
  private down = new Map<string, string>(); // code → command whose key is held

  // acts are done when a key goes down, ends when it comes up again; may is asked
  // before each. A command that is not in acts leaves its keys to others.
  constructor(keys: Record<string, string[]>, private acts: Acts, private ends: Acts = {}, private may: (command: string) => boolean = () => true) {
    for (const [command, list] of Object.entries(keys)) for (const key of list) this.commands.set(key, command);
    document.addEventListener("keydown", (e) => this.press(e), { capture: true });
    document.addEventListener("keyup", (e) => this.release(e.code), { capture: true });
    addEventListener("blur", () => this.releaseAll());
    document.addEventListener("visibilitychange", () => document.hidden && this.releaseAll());
  }

  private press(e: KeyboardEvent): void {
    if (document.querySelector("dialog[open]")) return;
    const command = this.commands.get(keyOf(e));
    if (!command || !this.acts[command]) return;
    e.preventDefault();
    e.stopPropagation();
    if (e.repeat && !again.has(command)) return;
    if (!this.may(command)) return;
    if (this.ends[command]) this.down.set(e.code, command);
    this.acts[command]();
  }

  private release(code: string): void {
    const command = this.down.get(code);
    if (!command) return;
    this.down.delete(code);
    this.ends[command]();
  }

  private releaseAll(): void {
    for (const code of [...this.down.keys()]) this.release(code);
  }
}
