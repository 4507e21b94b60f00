import { find } from "./dom";

/** Forms of customers: more rows without asking the server, states of the chosen country, the result of a conflict. */
export function customers(): void {
  form();
  conflict();
  drop();
}

function form(): void {
  const form = find<HTMLFormElement>("form[data-customer]");
  if (!form) return;
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-more]")) {
    button.type = "button";
    button.addEventListener("click", () => {
      const name = button.dataset.more ?? "";
      const rows = find<HTMLElement>(`#${name}`, form);
      const one = find<HTMLTemplateElement>(`#${name}-one`, form);
      if (!rows || !one) return;
      const place = rows.children.length;
      const row = one.content.cloneNode(true) as DocumentFragment;
      for (const part of row.querySelectorAll<HTMLElement>("[id], [name], [for]")) {
        for (const attribute of ["id", "name", "for"]) {
          const value = part.getAttribute(attribute);
          if (value) part.setAttribute(attribute, value.replace(".new", `.${place}`));
        }
      }
      rows.append(row);
      find<HTMLInputElement>("input", rows.lastElementChild ?? rows)?.focus();
    });
  }
  const country = find<HTMLSelectElement>("#country", form);
  const state = find<HTMLInputElement>("#state", form);
  const offer = (): void => {
    if (!country || !state) return;
    const list = `states-${country.value}`;
    if (document.getElementById(list)) state.setAttribute("list", list);
    else state.removeAttribute("list");
  };
  country?.addEventListener("change", offer);
  offer();
  find<HTMLElement>("[data-focus]", form)?.focus();
}

function conflict(): void {
  const form = find<HTMLFormElement>("form[data-conflict]");
  const result = form && find("[data-result]", form);
  const ways = form && find<HTMLElement>("[data-ways]", form);
  if (!form || !result || !ways) return;
  const words = result.textContent ?? "";
  const save = find<HTMLButtonElement>("[data-save]", form);
  const show = (): void => {
    const fields: Record<string, string[]> = { ionbridge: [], ion: [], "": [] };
    const values: string[] = [];
    for (const row of form.querySelectorAll<HTMLElement>("[data-field]")) {
      const chosen = find<HTMLInputElement>("input:checked", row);
      fields[chosen?.value ?? ""]?.push(row.dataset.field ?? "");
      if (chosen) values.push(chosen.dataset.value || "empty");
    }
    const chosen = values.length;
    result.textContent = chosen ? values.join(" · ") : words;
    ways.hidden = chosen === 0;
    for (const way of ways.querySelectorAll<HTMLElement>("[data-way]")) {
      const list = fields[way.dataset.way ?? ""] ?? [];
      way.hidden = list.length === 0;
      const target = find("[data-list]", way);
      if (target) target.textContent = list.join(", ");
    }
    if (save) save.textContent = chosen === 1 ? "Save 1 choice" : chosen ? `Save ${chosen} choices` : "Save choices";
  };
  form.addEventListener("change", show);
  // With script the two buttons choose, and saving stays a step of its own.
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-side]")) {
    button.type = "button";
    button.addEventListener("click", () => {
      for (const radio of form.querySelectorAll<HTMLInputElement>(`input[type="radio"][value="${button.dataset.side}"]`)) radio.checked = true;
      show();
      save?.focus();
    });
  }
  show();
}

/** A file may be dropped onto its field. */
function drop(): void {
  const place = find<HTMLElement>("[data-drop]");
  const field = place && find<HTMLInputElement>('input[type="file"]', place);
  if (!place || !field) return;
  for (const name of ["dragover", "dragleave", "drop"]) {
    place.addEventListener(name, (event) => {
      if (!(event instanceof DragEvent)) return;
      event.preventDefault();
      place.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer?.files.length) field.files = event.dataTransfer.files;
    });
  }
}
