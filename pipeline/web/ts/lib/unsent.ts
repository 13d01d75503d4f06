// Signing out is refused while recordings of this account are only on this
// device: nobody else could send them.

import { make, maybe } from "./dom";
import { waiting } from "./rec-shelf";
import { t, tn } from "./say";

export function guardSignOut(user: string, unsent: () => Promise<number> = () => waiting(user)): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/logout"]');
  form?.addEventListener("submit", (e) => {
    e.preventDefault();
    unsent().then((n) => (n ? refuse(n) : form.submit()), () => form.submit());
  });
}

function refuse(n: number): void {
  const said = maybe("signout-refused") ?? make("div", { id: "signout-refused", class: "note bad", role: "alert" });
  said.replaceChildren(make("p", {}, tn(n, "%d recording on this device is not sent yet. Send or discard it before you sign out.", "%d recordings on this device are not sent yet. Send or discard them before you sign out."), " ",
    make("a", { href: "/record" }, t("Show them"))));
  document.getElementById("main")!.prepend(said);
  said.scrollIntoView({ block: "nearest" });
}
