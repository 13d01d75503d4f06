import { el } from "./lib/dom";
import { live } from "./lib/live";
import { Patients } from "./lib/patients";
import { guardSignOut } from "./lib/unsent";
import { t } from "./lib/say";
import { Uploads } from "./lib/uploads";

const list = live({ path: location.pathname === "/dictations" ? location.pathname + location.search : "/dictations" });
const patients = new Patients();
const uploads = new Uploads(patients, () => list.refresh());
patients.onChange = () => uploads.show();
guardSignOut(el("upload").dataset.user ?? "");

const drop = el("drop");
el("drop-hint").textContent = t("drop files here, or choose one or more");
for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (e) => {
    e.preventDefault();
    drop.classList.add("over");
  });
}
for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
drop.addEventListener("drop", (e) => {
  e.preventDefault();
  uploads.add((e as DragEvent).dataTransfer?.files ?? null);
});
const input = el<HTMLInputElement>("audio");
input.addEventListener("change", () => {
  uploads.add(input.files);
  input.value = "";
});
el<HTMLFormElement>("upload").addEventListener("submit", (e) => {
  e.preventDefault();
  uploads.send();
});
uploads.show();
