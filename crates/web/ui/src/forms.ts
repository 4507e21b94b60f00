import { find } from "./dom";

/** Forms that ask Ion show at once that they do, and cannot be sent twice. */
export function busyForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
    // After this event: a disabled button would not send its name.
    setTimeout(() => {
      for (const button of form.querySelectorAll<HTMLButtonElement>("button[type=submit]")) button.disabled = true;
      const waiting = form.dataset.busy ? find<HTMLTemplateElement>(`template#${form.dataset.busy}`) : null;
      if (waiting) find("#checks")?.replaceChildren(waiting.content.cloneNode(true));
    });
  });
  // Coming back by the browser's button finds the form usable again.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll<HTMLButtonElement>("form[method=post] button[type=submit]")) button.disabled = false;
  });
  find<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** The first start: the secret stands in the fragment, which never reaches a log. */
export function setup(): void {
  const form = find<HTMLFormElement>("form[data-setup]");
  const secret = form && find<HTMLInputElement>("#secret", form);
  if (!form || !secret) return;
  const kept = location.hash.slice(1);
  if (!kept) return;
  secret.value = kept;
  find("[data-setup-secret]", form)?.setAttribute("hidden", "");
  // A failed attempt renders this page again: the fragment must still be there then.
  form.action = `${form.getAttribute("action") ?? ""}#${kept}`;
}
