/** The first element below `root` that fits, of the kind that is named. */
export function find<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

/** The nearest element around an event's target that fits. */
export function around<T extends Element = HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}

/** Says something to screen readers, politely. */
export function announce(words: string): void {
  const region = find("#announce");
  if (region && region.textContent !== words) region.textContent = words;
}

/** True while typing: keys of one letter then belong to the field. */
export function typing(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}
