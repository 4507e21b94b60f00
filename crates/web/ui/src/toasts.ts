import { around, find } from "./dom";

const STAYS = 6000;

/** Messages at the lower edge: gone after 6 s, but not while they are hovered or focused. */
export function toasts(): void {
  document.addEventListener("click", (event) => around(event, "[data-close-toast]")?.closest(".toast-x")?.remove());
  for (const one of document.querySelectorAll<HTMLElement>(".toast-x")) fade(one);
}

/** Says what went wrong with a request of this page. */
export function complain(title: string, text: string): void {
  const box = find("#toasts");
  if (!box) return;
  const one = document.createElement("div");
  one.className = "toast-x";
  const words = document.createElement("div");
  words.className = "grow";
  const head = document.createElement("span");
  head.className = "b";
  head.textContent = title;
  const more = document.createElement("p");
  more.className = "t2";
  more.textContent = text;
  words.append(head, more);
  one.append(words);
  box.replaceChildren(one);
  fade(one);
}

function fade(one: HTMLElement): void {
  let timer = 0;
  const start = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => one.remove(), STAYS);
  };
  const stop = (): void => clearTimeout(timer);
  one.addEventListener("pointerenter", stop);
  one.addEventListener("focusin", stop);
  one.addEventListener("pointerleave", start);
  one.addEventListener("focusout", start);
  start();
}
