import { announce, around } from "./dom";

/** The eye beside a secret field: shows what is typed while it is pressed on. */
export function reveal(): void {
  document.addEventListener("click", (event) => {
    const button = around<HTMLButtonElement>(event, "[data-reveal]");
    const field = button && document.getElementById(button.dataset.reveal ?? "");
    if (!button || !(field instanceof HTMLInputElement)) return;
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    const use = button.querySelector("use");
    const icon = use?.getAttribute("href")?.replace(/#.*/, shown ? "#eye" : "#eye-off");
    if (icon) use?.setAttribute("href", icon);
  });
  // A password manager must not keep a token as a text field.
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof HTMLFormElement)) return;
    for (const button of event.target.querySelectorAll<HTMLElement>("[data-reveal]")) {
      const field = document.getElementById(button.dataset.reveal ?? "");
      if (field instanceof HTMLInputElement) field.type = "password";
    }
  });
}

/** Copies the text of an element. */
export function copyButtons(): void {
  document.addEventListener("click", async (event) => {
    const button = around<HTMLButtonElement>(event, "[data-copy]");
    const source = button && document.getElementById(button.dataset.copy ?? "");
    if (!button || !source) return;
    const text = [...source.childNodes].some((node) => node instanceof Element && node.querySelector(".ln")) ? withoutNumbers(source) : source.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text);
      announce("Copied");
    } catch {
      // No clipboard without https: select it, so that Ctrl C works.
      getSelection()?.selectAllChildren(source);
      announce("Selected: press Ctrl C");
      return;
    }
    const use = button.querySelector("use");
    const href = use?.getAttribute("href");
    if (!use || !href) return;
    use.setAttribute("href", href.replace(/#.*/, "#check"));
    setTimeout(() => use.setAttribute("href", href), 2000);
  });
}

function withoutNumbers(source: Element): string {
  const copy = source.cloneNode(true) as Element;
  for (const number of copy.querySelectorAll(".ln")) number.remove();
  return [...copy.children].map((line) => line.textContent ?? "").join("\n");
}
