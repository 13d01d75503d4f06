// Three versions of a text side by side: what both began with, the saved one and
// one's own. Each place that both changed is chosen, or a whole text is.

import { el, make } from "./dom";
import { t, tn } from "./say";
import { conflict, merge, merged, type Piece } from "./worddiff";

export type Choice = { from: "mine" | "theirs" | "both"; text: string } | null;

const dialog = (): HTMLDialogElement => el<HTMLDialogElement>("conflict-dialog");

// chosen asks; null: later.
export async function chosen(base: string | null, mine: string, theirs: string, version: number, ask: (d: HTMLDialogElement) => Promise<string>): Promise<Choice> {
  el<HTMLTextAreaElement>("mine").value = mine;
  el<HTMLTextAreaElement>("theirs").value = theirs;
  el("theirs-label").textContent = t("The newest saved version (%d)", version);
  const pieces = base === null ? [] : merge(base, mine, theirs);
  el("merge").hidden = base === null;
  dialog().querySelector<HTMLButtonElement>("button[value=both]")!.hidden = base === null;
  const take = pieces.map((): "mine" | "theirs" | "both" => "mine");
  const disputes = pieces.filter(conflict).length;
  el("merge-count").textContent = disputes ? tn(disputes, "One place was changed in both. Choose there; all other changes are put together.", "%d places were changed in both. Choose there; all other changes are put together.") : t("The changes do not touch each other and can be put together.");
  el("merge").replaceChildren(...pieces.map((p, i) => shown(p, (c) => (take[i] = c))));
  const answer = await ask(dialog());
  if (answer === "mine") return { from: "mine", text: mine };
  if (answer === "theirs") return { from: "theirs", text: theirs };
  if (answer !== "both") return null;
  return { from: "both", text: pieces.map((p, i) => (conflict(p) ? (take[i] === "both" ? both(p) : p[take[i] as "mine" | "theirs"]) : merged(p))).join("") };
}

const both = (p: Piece): string => p.theirs + (/(^|\s)$/.test(p.theirs) || /^(\s|$)/.test(p.mine) ? "" : `${p.theirs}${p.mine}`.includes("\n") ? "\n" : " ") + p.mine;

function shown(p: Piece, choose: (c: "mine" | "theirs" | "both") => void): Node {
  if (conflict(p)) return choice(p, choose);
  if (p.mine === p.base && p.theirs === p.base) {
    return document.createTextNode(p.base.length > 400 ? `${p.base.slice(0, 180)} … ${p.base.slice(-180)}` : p.base);
  }
  const who = p.mine === p.theirs ? t("both") : p.mine === p.base ? t("saved") : t("yours");
  const out = make("span", { class: "change" }, make("b", { class: "small" }, `${who}: `));
  if (p.base) out.append(make("del", {}, p.base));
  if (merged(p)) out.append(make("ins", {}, merged(p)));
  return out;
}

let group = 0;

function choice(p: Piece, choose: (c: "mine" | "theirs" | "both") => void): Node {
  const name = `conflict-${++group}`;
  const option = (value: "mine" | "theirs" | "both", title: string, text: string): Node => {
    const radio = make("input", { type: "radio", name, value });
    radio.checked = value === "mine";
    radio.addEventListener("change", () => choose(value));
    return make("label", { class: "choice" }, radio, make("span", {}, make("b", {}, `${title}: `), text || t("(nothing)")));
  };
  return make("fieldset", { class: "conflict" }, make("legend", {}, t("Changed in both, before: “%s”", p.base.trim().slice(0, 120))),
    option("mine", t("Yours"), p.mine), option("theirs", t("Saved"), p.theirs), option("both", t("Both, one after the other"), both(p)));
}
