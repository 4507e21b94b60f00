import { announce, find } from "./dom";

const POLL = 2000;
const TELL = 10_000;

/** Live progress of a run: events where they come, else a question every 2 s. The run goes on without this page. */
export function live(): void {
  const body = find<HTMLElement>("#run-body[data-events]");
  if (!body) return;
  const events = body.dataset.events ?? "";
  const question = body.dataset.poll ?? "";
  const lost = find<HTMLElement>("#live-lost");
  let timer = 0;
  let told = 0;
  let over = false;

  const put = (html: string): void => {
    if (over) return;
    // Same-origin HTML that our own server rendered and escaped; scripts in it would not run.
    const incoming = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    if (!incoming) return;
    const scrolled = find(".log", body)?.scrollTop ?? 0;
    body.replaceChildren(incoming);
    const log = find(".log", body);
    if (log) log.scrollTop = scrolled;
    const status = find("#run-status");
    const next = (incoming as HTMLElement).dataset.status;
    if (status && next !== undefined && status.innerHTML !== next) status.innerHTML = next;
    if (lost) lost.hidden = true;
    const now = Date.now();
    const figure = find("[data-figure]", body);
    if (figure && now - told > TELL) {
      told = now;
      announce(`${figure.textContent ?? ""} ${figure.nextElementSibling?.textContent ?? ""}`);
    }
    if ((incoming as HTMLElement).hasAttribute("data-finished")) {
      over = true;
      source.close();
      clearInterval(timer);
      // The page of a finished run has more than this part: what can be done with it.
      location.reload();
    }
  };

  const ask = async (): Promise<void> => {
    try {
      const answer = await fetch(question, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" }, credentials: "same-origin" });
      if (answer.ok) put(await answer.text());
      else if (lost) lost.hidden = false;
    } catch {
      if (lost) lost.hidden = false;
    }
  };

  const source = new EventSource(events);
  source.addEventListener("progress", (event) => {
    clearInterval(timer);
    timer = 0;
    put(String((event as MessageEvent<string>).data));
  });
  source.addEventListener("error", () => {
    if (over) return;
    if (!timer) {
      timer = setInterval(ask, POLL);
      void ask();
    }
  });
}
