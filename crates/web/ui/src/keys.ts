import { find, typing } from "./dom";
import { show } from "./dialogs";

const OFF = "ib_keys_off";

/** Keys of the page; those of one letter rest while a field has the focus, and can be switched off. */
export function keys(): void {
  const box = find<HTMLInputElement>("#keys-off");
  if (box) {
    box.checked = localStorage.getItem(OFF) === "1";
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
  }
  let go = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = document.activeElement?.closest("form");
      if (form && form.method === "post") {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing() || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem(OFF) === "1") return;
    const key = event.key;
    if (go && Date.now() - go < 1500) {
      go = 0;
      const link = find<HTMLAnchorElement>(`.side [data-go="${CSS.escape(key.toLowerCase())}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (key === "g") go = Date.now();
    else if (key === "/") focusSearch(event);
    else if (key === "?") openKeys(event);
    else if (key === "j" || key === "ArrowDown") step(event, 1);
    else if (key === "k" || key === "ArrowUp") step(event, -1);
    else if (key === "Enter") open(event);
    else if (key === "Escape") current()?.classList.remove("at");
  });
}

function focusSearch(event: KeyboardEvent): void {
  const field = find<HTMLInputElement>("#q");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function openKeys(event: KeyboardEvent): void {
  const dialog = find<HTMLDialogElement>("#keys");
  if (!dialog) return;
  event.preventDefault();
  show(dialog);
}

function current(): HTMLElement | null {
  return find<HTMLElement>("[data-row].at");
}

function step(event: KeyboardEvent, by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = current();
  // Arrows scroll the page until somebody chose a row by J.
  if (rows.length === 0 || (!at && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  const next = rows[at ? rows.indexOf(at) + by : by > 0 ? 0 : rows.length - 1];
  if (!next) return;
  at?.classList.remove("at");
  next.classList.add("at");
  next.scrollIntoView({ block: "nearest" });
  find<HTMLElement>("a.lk, a, button", next)?.focus({ preventScroll: true });
}

function open(event: KeyboardEvent): void {
  // A focused link or button answers Enter by itself.
  if (document.activeElement instanceof HTMLElement && document.activeElement.matches("a, button, summary")) return;
  const row = current();
  const link = row && find<HTMLAnchorElement>("a.lk, a", row);
  if (!link) return;
  event.preventDefault();
  link.click();
}
