import { announce, find } from "./dom";
import { complain } from "./toasts";

interface Context {
  request: { headers: Record<string, string>; method: string };
  response?: { status: number };
  target?: Element;
}

/** Lists that answer while one types, and everything else that htmx sends. */
export function lists(): void {
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = (event as CustomEvent<{ ctx: Context }>).detail.ctx;
    const token = find<HTMLMetaElement>('meta[name="csrf"]')?.content;
    if (token && request.method !== "GET") request.headers["X-CSRF-Token"] = token;
  });
  document.addEventListener("htmx:after:swap", () => {
    const words = find("#list [data-announce]")?.textContent;
    if (words) announce(words);
  });
  document.addEventListener("htmx:response:error", (event) => {
    const status = (event as CustomEvent<{ ctx: Context }>).detail.ctx.response?.status ?? 0;
    if (status === 401) location.reload();
    else complain("The server answered with an error", `Code ${status}. The list shows what it showed before; try again.`);
  });
  document.addEventListener("htmx:error", () => complain("No answer", "The server could not be reached. The list shows what it showed before."));
  // Enter in a search field that answers while one types has nothing to add.
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.hasAttribute("data-live")) event.preventDefault();
  });
  // The chosen tab is in sight on a narrow screen.
  for (const tab of document.querySelectorAll<HTMLElement>(".tabs-x [aria-current]")) {
    const bar = tab.parentElement;
    if (bar) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - 96;
  }
}
