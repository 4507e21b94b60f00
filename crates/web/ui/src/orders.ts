import htmx from "htmx.org/dist/htmx.esm.js";
import { announce, around, find } from "./dom";

const POLL = 2000;
const RETRY = 5000;
const PART = { "HX-Request": "true", "HX-Request-Type": "partial" };

/** Orders: drafts that save themselves, quantities, the typed total, and an order that moves. All of it works without script, too. */
export function orders(): void {
  countdown();
  steppers();
  offers();
  typedTotal();
  busy();
  compose();
  follow();
}

/** "0:24" until a moment; the moment itself stands on hover. */
function countdown(): void {
  const tick = (): void => {
    for (const place of document.querySelectorAll<HTMLElement>("[data-until]")) {
      const left = Math.ceil((Date.parse(place.dataset.until ?? "") - Date.now()) / 1000);
      if (Number.isNaN(left)) continue;
      place.title ||= place.textContent ?? "";
      const words = left <= 0 ? "now" : left < 3600 ? clock(left) : `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
      if (place.textContent !== words) place.textContent = words;
    }
  };
  tick();
  setInterval(tick, 1000);
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** One less, one more, within the bounds. */
function steppers(): void {
  document.addEventListener("click", (event) => {
    const button = around<HTMLButtonElement>(event, "[data-step]");
    const field = button?.parentElement?.querySelector("input");
    if (!button || !field) return;
    const least = Number(field.dataset.min ?? "1");
    const most = Number(field.dataset.max ?? "2147483647");
    const now = Number.parseInt(field.value.replace(/[\s,]/g, ""), 10);
    const next = Math.min(most, Math.max(least, (Number.isNaN(now) ? 0 : now) + Number(button.dataset.step)));
    if (String(next) === field.value) return;
    field.value = String(next);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/** Where the valid answers are few, a button gives one. */
function offers(): void {
  document.addEventListener("click", (event) => {
    const button = around<HTMLButtonElement>(event, "[data-use]");
    const field = button && document.getElementById(button.dataset.use ?? "");
    if (!button || !(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
    field.value = button.dataset.value ?? "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}

/** Says at once whether the typed total is the right one. The server decides. */
function typedTotal(): void {
  document.addEventListener("input", (event) => {
    const field = around<HTMLInputElement>(event, "input[data-typed]");
    const good = find("#typed-good");
    if (!field || !good) return;
    const matches = field.value.replace(/[\s\u00a0\u202f,]|[A-Za-z]/g, "") === field.dataset.typed;
    good.hidden = !matches;
    field.closest(".fld")?.classList.toggle("is-good", matches);
    if (!matches) return;
    find("#typed-e")?.setAttribute("hidden", "");
    field.closest(".fld")?.classList.remove("is-bad");
  });
}

/** The button that goes on stands beside its form, says that it does, and cannot be pressed twice. */
function busy(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    const pressed = event.submitter;
    setTimeout(() => {
      for (const button of form.elements) if (button instanceof HTMLButtonElement && button.type === "submit") button.disabled = true;
      const words = pressed instanceof HTMLElement ? pressed.dataset.busyWords : undefined;
      const label = words && pressed ? find("span", pressed) : null;
      if (label && words) {
        pressed?.setAttribute("data-label", label.textContent ?? "");
        label.textContent = words;
        announce(words);
      }
    });
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

/** A draft saves itself when a field changes; what is typed meanwhile stays. */
function compose(): void {
  const place = find("[data-compose]");
  if (!place) return;
  let sending = false;
  let dirty = false;
  let leaving = false;
  let timer = 0;
  let waiting: (() => void) | undefined;
  const form = (): HTMLFormElement | null => find<HTMLFormElement>("form[data-saves]", place);
  const later = (ms: number): void => {
    if (leaving) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), ms);
  };
  const say = (words: string): void => {
    const saved = find("[data-saved]", place);
    if (!saved) return;
    saved.textContent = words;
    saved.classList.add("stale");
  };

  async function save(keepalive = false): Promise<void> {
    const from = form();
    if (!from || sending || !dirty) return;
    sending = true;
    dirty = false;
    const sent = values(from);
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(from)) if (typeof value === "string") body.append(name, value);
    body.set("do", "save");
    try {
      const answer = await fetch(from.action, { method: "POST", body, keepalive, headers: PART, credentials: "same-origin" });
      if (answer.redirected || answer.status === 401 || answer.status === 404) return location.reload();
      if (answer.status < 500 && answer.headers.get("content-type")?.startsWith("text/html")) swap(place!, await answer.text(), sent, form);
      else throw new Error(String(answer.status));
    } catch {
      say("not saved: the server did not answer, trying again");
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(() => void save(), RETRY);
    } finally {
      sending = false;
    }
    const then = waiting;
    waiting = undefined;
    if (then) then();
    else if (dirty) later(150);
  }

  place.addEventListener("change", (event) => {
    if (event.target instanceof Element && "form" in event.target && event.target.form === form()) later(120);
  });
  place.addEventListener("input", (event) => {
    const field = event.target;
    if (field instanceof HTMLInputElement && field.form === form() && /^(quantity|addon)\./.test(field.name)) later(700);
  });
  // Two saves at once would stand in each other's way: a button waits for the one that is on its way, or that is due and would be
  // lost with the page. The draft's own form carries all that is typed: nothing is saved beside it.
  document.addEventListener(
    "submit",
    (event) => {
      const pressed = event.target;
      if (!(pressed instanceof HTMLFormElement) || !place.contains(pressed) || pressed.method !== "post") return;
      if (!sending && (!dirty || pressed === form())) {
        clearTimeout(timer);
        dirty = false;
        leaving = true;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const { id } = pressed;
      const { name, value } = (event.submitter ?? {}) as { name?: string; value?: string };
      waiting = () => {
        const again = id ? find<HTMLFormElement>(`form#${CSS.escape(id)}`) : pressed.isConnected ? pressed : null;
        const button = again && name ? [...again.elements].find((one) => one instanceof HTMLButtonElement && one.name === name && one.value === value) : undefined;
        again?.requestSubmit(button instanceof HTMLElement ? button : null);
      };
      if (!sending) void save();
    },
    true,
  );
  addEventListener("pagehide", () => void save(true));
  // Ion's form is on its way: it is taken over once it is here.
  const ask = async (): Promise<void> => {
    const from = form();
    if (!from?.hasAttribute("data-again")) return;
    if (!sending && !dirty && !document.hidden) {
      try {
        const sent = values(from);
        const answer = await fetch(location.href, { headers: PART, credentials: "same-origin" });
        if (answer.ok && !answer.redirected && !sending && !dirty) swap(place, await answer.text(), sent, form);
      } catch {
        // The next question asks again.
      }
    }
    setTimeout(() => void ask(), POLL);
  };
  setTimeout(() => void ask(), POLL);
  place.querySelector<HTMLElement>("[data-focus]")?.focus();
}

type Values = Map<string, string | boolean>;

function key(field: Element): string {
  return field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type) ? `${field.name}=${field.value}` : (field as HTMLInputElement).name;
}

function held(field: Element): string | boolean {
  return field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type) ? field.checked : (field as HTMLInputElement).value;
}

/** What a form holds, field by field. */
function values(form: HTMLFormElement): Values {
  const all: Values = new Map();
  for (const field of form.elements) if (field.matches("input:not([type=hidden]), select, textarea")) all.set(key(field), held(field));
  return all;
}

/** Puts in what the server answered; what was typed since then, the focus, and what is open stay. */
function swap(place: HTMLElement, html: string, sent: Values, form: () => HTMLFormElement | null): void {
  if (find("dialog[open]", place)) return;
  // Same-origin HTML that our own server rendered and escaped; scripts in it would not run.
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const old = form();
  const typed: Values = new Map();
  if (old) for (const [name, value] of values(old)) if (sent.get(name) !== value) typed.set(name, value);
  const at = document.activeElement;
  const focus = at instanceof HTMLElement && place.contains(at) ? at.id : "";
  const caret = at instanceof HTMLInputElement && at.type === "text" ? at.selectionStart : null;
  const open = new Map([...place.querySelectorAll<HTMLDetailsElement>("details[id]")].map((one) => [one.id, one.open]));
  const version = find<HTMLInputElement>('form[data-saves] input[name="version"]', fresh)?.value;
  for (const kept of place.querySelectorAll<HTMLElement>("[data-keep][id]")) {
    const twin = fresh.querySelector(`#${CSS.escape(kept.id)}`);
    if (!twin) continue;
    twin.replaceWith(kept);
    const carried = find<HTMLInputElement>('input[name="version"]', kept);
    if (carried && version) carried.value = version;
  }
  place.replaceChildren(...fresh.childNodes);
  for (const [id, was] of open) {
    const details = document.getElementById(id);
    if (details instanceof HTMLDetailsElement) details.open = was;
  }
  const now = form();
  if (now)
    for (const field of now.elements) {
      const value = typed.get(key(field));
      if (value === undefined) continue;
      if (typeof value === "boolean") (field as HTMLInputElement).checked = value;
      else (field as HTMLInputElement).value = value;
    }
  htmx.process(place);
  const back = focus ? document.getElementById(focus) : null;
  back?.focus({ preventScroll: true });
  if (back instanceof HTMLInputElement && caret !== null) back.setSelectionRange(caret, caret);
}

/** An order that moves: asked for every 2 s. It goes on without this page. */
function follow(): void {
  const body = find("#order-body[data-poll]");
  if (!body) return;
  const lost = find("#order-lost");
  let tag = body.dataset.tag ?? "";
  let said = find("[data-say]", body)?.textContent ?? "";
  const ask = async (): Promise<void> => {
    let over = false;
    // Nothing is moved away from under somebody's hands.
    const busy = document.hidden || find("dialog[open], :popover-open") || (document.activeElement instanceof HTMLInputElement && body.contains(document.activeElement));
    if (!busy) {
      try {
        const answer = await fetch(body.dataset.poll ?? "", { headers: { ...PART, "If-None-Match": tag }, credentials: "same-origin", cache: "no-store" });
        if (answer.redirected || answer.status === 401 || answer.status === 404) return location.reload();
        if (lost) lost.hidden = answer.ok || answer.status === 304;
        if (answer.ok) {
          tag = answer.headers.get("etag") ?? "";
          over = put(await answer.text());
        }
      } catch {
        if (lost) lost.hidden = false;
      }
    }
    if (!over) setTimeout(() => void ask(), POLL);
  };
  const put = (html: string): boolean => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const at = document.activeElement;
    const place = at instanceof HTMLElement && body.contains(at) ? [...body.querySelectorAll("a, button")].indexOf(at) : -1;
    body.replaceChildren(...fresh.childNodes);
    if (place >= 0) [...body.querySelectorAll<HTMLElement>("a, button")][place]?.focus({ preventScroll: true });
    const words = find("[data-say]", body)?.textContent ?? "";
    if (words !== said) announce(words);
    said = words;
    return find("[data-over]", body) !== null;
  };
  setTimeout(() => void ask(), POLL);
}
