import { around, find } from "./dom";
import { show } from "./dialogs";

/** Search or jump to, by Ctrl K. Without script the button leads to a page that does the same. */
export function jump(): void {
  const dialog = find<HTMLDialogElement>("#jump");
  const field = dialog && find<HTMLInputElement>("input", dialog);
  if (!dialog || !field) return;
  const open = (): void => {
    show(dialog);
    field.focus();
    field.select();
    field.dispatchEvent(new Event("jump"));
  };
  document.addEventListener("click", (event) => {
    if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey)) return;
    if (around(event, "[data-jump]")) {
      event.preventDefault();
      open();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  const items = (): HTMLAnchorElement[] => [...dialog.querySelectorAll<HTMLAnchorElement>(".it")];
  const chosen = (): HTMLAnchorElement | undefined => items().find((item) => item.classList.contains("on"));
  const choose = (item: HTMLAnchorElement | undefined): void => {
    chosen()?.classList.remove("on");
    item?.classList.add("on");
    item?.scrollIntoView({ block: "nearest" });
  };
  dialog.addEventListener("htmx:after:swap", () => choose(items()[0]));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const all = items();
      const at = chosen();
      const next = (at ? all.indexOf(at) : -1) + (event.key === "ArrowDown" ? 1 : -1);
      choose(all[(next + all.length) % Math.max(all.length, 1)]);
    } else if (event.key === "Escape") {
      // A search field takes the first Esc to empty itself; here it closes, as the key beside it says.
      event.preventDefault();
      dialog.close();
    } else if (event.key === "Enter") {
      const item = chosen();
      if (!item) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) window.open(item.href, "_blank", "noopener");
      else location.href = item.href;
    }
  });
}
