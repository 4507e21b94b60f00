// A small viewer of our own OpenAPI description: by tag, each route with its fields and answers. Nothing is sent from here.

type Json = Record<string, unknown>;

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
  examples?: unknown[];
}

interface Media {
  schema?: Schema;
  example?: unknown;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { description?: string; required?: boolean; content?: Record<string, Media> };
  responses?: Record<string, { description?: string; content?: Record<string, Media> }>;
  security?: Record<string, string[]>[];
}

interface Description {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  tags?: { name: string; description?: string }[];
  components?: { schemas?: Record<string, Schema> };
}

const METHODS = ["get", "post", "put", "patch", "delete"];

let whole: Description;

function make(tag: string, className = "", ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function resolve(schema: Schema | undefined): { schema: Schema; name: string } {
  const name = schema?.$ref?.split("/").at(-1) ?? "";
  return { schema: (name ? whole.components?.schemas?.[name] : schema) ?? {}, name };
}

/** A schema in a few words: `Product`, `list of Product`, `text (uuid)`, `one of a, b`. */
function words(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) return resolve(schema).name;
  const some = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (some) return some.map(words).filter((word) => word !== "null").join(schema.allOf ? " and " : " or ");
  if (schema.enum) return `one of ${schema.enum.join(", ")}`;
  const types = [schema.type ?? []].flat().filter((type) => type !== "null");
  if (types.includes("array")) return `list of ${words(schema.items) || "anything"}`;
  const plain: Record<string, string> = { string: "text", integer: "integer", number: "number", boolean: "true or false", object: "object" };
  const word = types.map((type) => plain[type] ?? type).join(" or ");
  return schema.format ? `${word} (${schema.format})` : word;
}

/** Fields of an object, also those of the parts that it is put together from. */
function fields(schema: Schema): { properties: [string, Schema][]; required: string[] } {
  const own = { properties: Object.entries(schema.properties ?? {}), required: schema.required ?? [] };
  for (const part of schema.allOf ?? []) {
    const more = fields(resolve(part).schema);
    own.properties.push(...more.properties);
    own.required.push(...more.required);
  }
  return own;
}

function table(schema: Schema | undefined, seen: string[] = []): HTMLElement | null {
  const { schema: found, name } = resolve(schema);
  if (name && seen.includes(name)) return null;
  const path = name ? [...seen, name] : seen;
  const isList = [found.type ?? []].flat().includes("array");
  if (isList) return table(found.items, path);
  for (const part of found.oneOf ?? found.anyOf ?? []) {
    const inner = table(part, path);
    if (inner) return inner;
  }
  const { properties, required } = fields(found);
  if (properties.length === 0) return null;
  const body = make("tbody");
  for (const [field, type] of properties) {
    const about = make("td", "t2", type.description ?? resolve(type).schema.description ?? "");
    const inner = path.length < 4 ? table(type, path) : null;
    if (inner) {
      const more = make("details", "mt-1");
      more.append(make("summary", "sm", `Fields of ${words(type)}`), inner);
      about.append(more);
    }
    body.append(make("tr", "", make("td", "nw", make("span", "mono", field), required.includes(field) ? "" : make("span", "t3 sm", " optional")), make("td", "t2", words(type)), about));
  }
  return framed(["Field", "Kind", "Meaning"], body);
}

function framed(heads: string[], body: HTMLElement): HTMLElement {
  const row = make("tr");
  for (const head of heads) {
    const cell = make("th", "", head);
    cell.setAttribute("scope", "col");
    row.append(cell);
  }
  return make("div", "tw", make("table", "tx flat", make("thead", "", row), body));
}

function content(media: Record<string, Media> | undefined): HTMLElement[] {
  return Object.entries(media ?? {}).flatMap(([kind, one]) => {
    const parts = [make("p", "sm t2", make("span", "mono", kind), " ", words(one.schema))];
    const rows = table(one.schema);
    if (rows) parts.push(rows);
    const example = one.example ?? resolve(one.schema).schema.example;
    if (example !== undefined) parts.push(make("pre", "path pre", JSON.stringify(example, null, 2)));
    return parts;
  });
}

function route(path: string, method: string, operation: Operation): HTMLElement {
  const id = operation.operationId ?? `${method}-${path}`;
  const card = make("details", "card ref-op");
  card.id = id;
  const head = make("summary", "card-h", make("span", `ref-m ref-${method}`, method.toUpperCase()), make("span", "mono b grow", path), make("span", "t2 ref-s", operation.summary ?? ""));
  const body = make("div", "card-b stack-s");
  if (operation.description) for (const line of operation.description.split(/\n\n+/)) body.append(make("p", "t2", line));
  if (operation.parameters?.length) {
    const rows = make("tbody");
    for (const one of operation.parameters) {
      rows.append(make("tr", "", make("td", "nw", make("span", "mono", one.name), one.required ? "" : make("span", "t3 sm", " optional")), make("td", "t2 nw", one.in), make("td", "t2", words(one.schema)), make("td", "t2", one.description ?? "")));
    }
    body.append(make("h3", "mt-2", "Parameters"), framed(["Name", "In", "Kind", "Meaning"], rows));
  }
  if (operation.requestBody) body.append(make("h3", "mt-2", "Body"), ...content(operation.requestBody.content));
  for (const [code, answer] of Object.entries(operation.responses ?? {})) {
    const tone = code.startsWith("2") ? "s-ok" : code.startsWith("4") ? "s-warn" : code.startsWith("5") ? "s-bad" : "";
    body.append(make("h3", "mt-2 row-x", make("span", `st ${tone}`, code), answer.description ?? ""), ...content(answer.content));
  }
  card.append(head, body);
  return card;
}

async function main(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-description]");
  if (!place) return;
  const answer = await fetch(place.dataset.description ?? "", { credentials: "same-origin" });
  if (!answer.ok) {
    place.append(make("p", "bad", `The description could not be read (code ${answer.status}).`));
    return;
  }
  whole = (await answer.json()) as Description;
  const groups = new Map<string, HTMLElement[]>();
  for (const [path, methods] of Object.entries(whole.paths)) {
    for (const method of METHODS) {
      const operation = (methods as Json)[method] as Operation | undefined;
      if (!operation) continue;
      const tag = operation.tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), route(path, method, operation)]);
    }
  }
  const head = make("div", "", make("h1", "", `${whole.info.title} ${whole.info.version}`));
  for (const line of (whole.info.description ?? "").split(/\n\n+/).filter(Boolean)) head.append(make("p", "t2 mt-1", line));
  place.replaceChildren(head);
  for (const [tag, routes] of groups) {
    const about = whole.tags?.find((one) => one.name === tag)?.description ?? "";
    place.append(make("section", "stack-s", make("div", "row-x mt-3", make("h2", "", tag), make("span", "cnt", String(routes.length)), make("span", "t2", about)), ...routes));
  }
  const wanted = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted instanceof HTMLDetailsElement) {
    wanted.open = true;
    wanted.scrollIntoView();
  }
}

void main();
