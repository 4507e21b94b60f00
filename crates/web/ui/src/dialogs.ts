import { around, find } from "./dom";

/** Dialogs open by `popovertarget` without script; with it they are modal: focus stays inside, Esc is the safe way out. */
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const opener = around<HTMLButtonElement>(event, "button[popovertarget], [data-open]");
    const target = opener && document.getElementById(opener.getAttribute("popovertarget") ?? opener.dataset.open ?? "");
    if (opener && target instanceof HTMLDialogElement) {
      event.preventDefault();
      if (target.open || opener.getAttribute("popovertargetaction") === "hide") close(target);
      else show(target);
      return;
    }
    const closer = around(event, "[data-close]");
    const dialog = closer?.closest("dialog");
    if (dialog) close(dialog);
  });
  // A dialog that the server sent open: modal too. One that must not be lost by Esc says `data-stay`.
  for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[data-modal]")) {
    dialog.close();
    dialog.showModal();
    const back = dialog.dataset.modal;
    // Browsers close without asking where the page was not touched before; a key that is taken does not come so far.
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && dialog.hasAttribute("data-stay")) event.preventDefault();
    });
    dialog.addEventListener("cancel", (event) => {
      if (dialog.hasAttribute("data-stay")) event.preventDefault();
      else if (back) location.href = back;
    });
  }
}

/** Opens a dialog as a modal one, also where it can be a popover. */
export function show(dialog: HTMLDialogElement): void {
  for (const open of document.querySelectorAll<HTMLElement>(":popover-open")) open.hidePopover();
  dialog.removeAttribute("popover");
  if (!dialog.open) dialog.showModal();
}

export function close(dialog: HTMLDialogElement): void {
  if (dialog.matches(":popover-open")) dialog.hidePopover();
  if (dialog.open) dialog.close();
}

/** Puts a menu below its button where the browser does not do that by itself. */
export function popovers(): void {
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLElement) || !menu.classList.contains("pop") || !menu.matches(":popover-open")) return;
      const opener = find<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
      if (!opener || innerWidth < 768) {
        menu.style.left = menu.style.top = "";
        return;
      }
      const at = opener.getBoundingClientRect();
      const left = Math.min(at.left, innerWidth - menu.offsetWidth - 8);
      const below = at.bottom + 4;
      const top = below + menu.offsetHeight > innerHeight ? Math.max(8, at.top - 4 - menu.offsetHeight) : below;
      menu.style.left = `${Math.max(8, left)}px`;
      menu.style.top = `${top}px`;
      find<HTMLElement>("a, button, input:not([type=hidden])", menu)?.focus();
    },
    true,
  );
}
