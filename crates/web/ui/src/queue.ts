import { around, find, typing } from "./dom";

/**
 * Keys of a page and of its queue: `data-key` names the one that presses a button or follows a link; Space chooses the row.
 * Taken before the keys of every page, so that a queue may give J, K and Enter a meaning of its own.
 */
export function queue(): void {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (typing() && !chosenBox()) return;
      if (document.querySelector("dialog[open], :popover-open") || localStorage.getItem("ib_keys_off") === "1") return;
      if (event.key === " ") return choose(event);
      const at = document.activeElement;
      // Enter on a button or link that has the focus means that one; the entry of a queue is the pair that is open.
      if (event.key === "Enter" && at instanceof HTMLElement && at.matches("button, summary, a:not(.queue a, #pair .icon-b)")) return;
      const target = find<HTMLElement>(`[data-key="${CSS.escape(event.key.length === 1 ? event.key.toLowerCase() : event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      target.click();
    },
    true,
  );
  document.addEventListener("change", (event) => {
    const all = around<HTMLInputElement>(event, '[data-choose="all"]');
    if (all) for (const box of boxes(all)) box.checked = all.checked;
    count();
  });
  document.addEventListener("click", (event) => {
    const none = around(event, '[data-choose="none"]');
    if (!none) return;
    for (const box of boxes(none)) box.checked = false;
    count();
  });
  // The open pair follows the one that htmx brought.
  document.addEventListener("htmx:after:swap", () => {
    const open = find("#pair");
    if (open) mark();
  });
  addEventListener("popstate", () => setTimeout(mark, 0));
  count();
}

/** A ticked box has the focus: letters are no text there. */
function chosenBox(): boolean {
  return document.activeElement instanceof HTMLInputElement && /^(checkbox|radio)$/.test(document.activeElement.type);
}

function boxes(part: Element): HTMLInputElement[] {
  return [...(part.closest("form")?.querySelectorAll<HTMLInputElement>('input[name="pick"][type="checkbox"]') ?? [])];
}

function choose(event: KeyboardEvent): void {
  const at = document.activeElement;
  if (at instanceof HTMLElement && at.matches("button, summary, input")) return;
  const row = find("[data-row].at") ?? find("[data-queue] [data-row].on");
  const box = row && find<HTMLInputElement>('input[type="checkbox"]', row);
  if (!box) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  box.click();
}

function count(): void {
  for (const bar of document.querySelectorAll<HTMLElement>("[data-bulk]")) {
    const chosen = boxes(bar).filter((box) => box.checked).length;
    const words = find("[data-count]", bar);
    if (words) words.textContent = `${chosen} chosen`;
  }
}

function mark(): void {
  const here = location.pathname + location.search;
  for (const row of document.querySelectorAll<HTMLElement>("#queue > li")) {
    const link = find<HTMLAnchorElement>("a.lk", row);
    const open = link?.getAttribute("href") === here;
    row.classList.toggle("on", open);
    row.classList.toggle("click", !open);
    link?.toggleAttribute("aria-current", open);
    if (open) row.scrollIntoView({ block: "nearest" });
  }
}
