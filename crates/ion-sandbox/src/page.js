// The sandbox's page: shows its state, turns knobs, injects faults. The key comes with the page's address.
"use strict";
const key = new URLSearchParams(location.search).get("key") ?? "";
const $ = (id) => document.getElementById(id);
const el = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), { textContent: text }, attributes);
async function ask(path, method = "GET", body) {
  const reply = await fetch(path, { method, headers: { "x-sandbox-key": key, ...(body === undefined ? {} : { "content-type": "application/json" }) }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(text || `HTTP ${reply.status}`);
  return text ? JSON.parse(text) : {};
}
const say = (text) => { $("said").textContent = text; };
const fault = (path, action, more = {}) => () => ask("faults", "POST", { path, action, ...more });
const ACTIONS = [
  ["Move 1 % of the prices", () => ask("catalog/move-prices", "POST", { per_mille: 10 })],
  ["Add 10 products", () => ask("catalog/add", "POST", { count: 10 })],
  ["Withdraw 10 products", () => ask("catalog/withdraw", "POST", { count: 10 })],
  ["Withdraw half of them", async () => ask("catalog/withdraw", "POST", { count: Math.floor((await ask("state")).products / 2) })],
  ["Spoil 5 products", () => ask("catalog/corrupt", "POST", { count: 5 })],
  ["Mend what was spoiled", () => ask("catalog/mend", "POST", {})],
  ["Next list: 503", fault("/api/*", { kind: "status", code: 503 })],
  ["Next list: wait 3 s (429)", fault("/api/*", { kind: "status", code: 429, retry_after: "3" })],
  ["Next list: cut", fault("/api/*", { kind: "cut-body", bytes: 500 })],
  ["Page token expires", fault("/api/v3/accounts/*", { kind: "expire-token" }, { skip: 2 })],
  ["Next customer write: lost before", fault("PUT /api/v3/accounts/*", { kind: "cut-before" })],
  ["Next customer write: done, answer lost", fault("PUT /api/v3/accounts/*", { kind: "cut-after" })],
  ["Next customer write: done, then 500", fault("PUT /api/v3/accounts/*", { kind: "status-after", code: 500 })],
  ["Next new customer: made, answer lost", fault("POST /api/v3/accounts/*", { kind: "cut-after" })],
  ["Next order: lost before", fault("POST /api/v3/accounts/*/customers/*/orders", { kind: "cut-before" })],
  ["Next order: placed, answer lost", fault("POST /api/v3/accounts/*/customers/*/orders", { kind: "cut-after" })],
  ["Next order: placed, then 500", fault("POST /api/v3/accounts/*/customers/*/orders", { kind: "status-after", code: 500 })],
  ["Next order: placed later, answer lost", fault("POST /api/v3/accounts/*/customers/*/orders", { kind: "effect-later", requests: 3 })],
  ["The access token dies", fault("/api/v3/*", { kind: "token-dies" })],
  ["Lose the next refresh reply", fault("/oauth/token", { kind: "cut-after" })],
  ["Refuse the next refresh", fault("/oauth/token", { kind: "status", code: 400, body: "oauth" })],
  ["An hour passes", () => ask("clock/advance", "POST", { seconds: 3600 })],
  ["A week passes", () => ask("clock/advance", "POST", { seconds: 604800 })],
  ["No more faults", () => ask("faults", "DELETE")],
];
for (const [name, act] of ACTIONS) {
  const button = el("button", name, { type: "button" });
  button.addEventListener("click", async () => { try { await act(); say(`Done: ${name}.`); await show(); } catch (error) { say(`Not done: ${error.message}`); } });
  $("actions").append(button);
}
$("credentials").addEventListener("click", async () => {
  const made = await ask("credentials", "POST");
  $("tokens").replaceChildren(...[["Account ID", made.account_id], ["Access Token", made.access_token], ["Refresh Token", made.refresh_token]].flatMap(([name, value]) => [el("dt", name), el("dd", value)]));
});
function knobRow(doc, value) {
  const row = el("tr", ""), input = el("input", "", { value: String(value), ariaLabel: doc.name });
  input.addEventListener("change", async () => { try { await ask("knobs", "POST", { [doc.name]: input.value }); say(`${doc.name} is ${input.value}.`); } catch (error) { say(error.message); } });
  const name = el("td", ""), cell = el("td", "");
  name.append(el("code", doc.name));
  cell.append(input);
  row.append(name, cell, el("td", `${doc.what.trim()} (${doc.values})`));
  return row;
}
const MEMBERS = ["customerOrganization", "customerName", "customerEmail", "customerPhone", "customerAddress/street", "customerAddress/city"];
const doing = (act, told) => async () => { try { await act(); say(told); await customers(); } catch (error) { say(error.message); } };
function customerRow(customer) {
  const id = customer.name.split("/").pop(), row = el("tr", ""), active = customer.customerStatus !== "INACTIVE", last = el("td", "");
  row.append(el("td", id));
  for (const member of MEMBERS) {
    const value = member.split("/").reduce((part, name) => part?.[name], customer) ?? "";
    const cell = el("td", ""), input = el("input", "", { value, ariaLabel: `${member} of ${id}` });
    input.addEventListener("change", doing(() => ask(`customers/${id}`, "POST", { [member]: input.value }), `${member} of ${id} is ${input.value}.`));
    cell.append(input);
    row.append(cell);
  }
  for (const action of [active ? "deactivate" : "activate", "remove"]) {
    const button = el("button", action, { type: "button" });
    button.addEventListener("click", doing(() => ask(`customers/${id}/${action}`, "POST", {}), `${id}: ${action} is done.`));
    last.append(button);
  }
  row.append(el("td", customer.customerStatus), last);
  return row;
}
async function customers() {
  const told = await ask(`customers?text=${encodeURIComponent($("find").value)}`);
  $("found").textContent = told.found > told.customers.length ? `${told.customers.length} of ${told.found}` : `${told.found}`;
  $("customers").replaceChildren(...told.customers.map(customerRow));
}
$("find").addEventListener("change", () => customers());
$("add-customer").addEventListener("click", doing(() => ask("customers", "POST", { organisation: $("new-name").value, email: $("new-email").value }), "Added."));
$("take-email").addEventListener("click", doing(() => ask("emails/take", "POST", { email: $("new-email").value }), "Ion refuses that e-mail now."));
customers().catch(() => {});
const acting = (path, action, body, told, after) => {
  const button = el("button", action, { type: "button" });
  button.addEventListener("click", async () => { try { await ask(`${path}/${action}`, "POST", body); say(told); await after(); } catch (error) { say(error.message); } });
  return button;
};
const ENDED = ["COMPLETED", "ERROR", "CANCELED"];
function orderRow(order) {
  const row = el("tr", ""), last = el("td", ""), id = order.id;
  const lines = order.items.map((item) => `${item.action} ${item.quantity} × ${item.sku_id}`).join("; ");
  for (const text of [id, order.customer_id, order.reference_id, lines, `${order.total} ${order.currency}`, order.request === null ? "portal" : `request ${order.request}`, order.status]) row.append(el("td", text));
  if (!ENDED.includes(order.status)) for (const action of ["move-on", "complete", "hold", "fail", "cancel"]) last.append(acting(`orders/${id}`, action, {}, `${id}: ${action} is done.`, orders));
  row.append(last);
  return row;
}
async function orders() {
  const told = await ask(`orders?last=30&text=${encodeURIComponent($("find-order").value)}`);
  $("orders-found").textContent = `${told.orders.length} of ${told.found}`;
  $("orders").replaceChildren(...told.orders.map(orderRow));
  const found = await ask(`subscriptions?last=30&text=${encodeURIComponent($("find-subscription").value)}`);
  $("subscriptions-found").textContent = `${found.subscriptions.length} of ${found.found}`;
  if (!$("subscriptions").contains(document.activeElement)) $("subscriptions").replaceChildren(...found.subscriptions.map(subscriptionRow));
}
function subscriptionRow(one) {
  const row = el("tr", ""), seats = el("td", ""), last = el("td", ""), id = one.id;
  const input = el("input", "", { value: one.quantity, type: "number", ariaLabel: `Seats of ${id}` });
  input.addEventListener("change", async () => { try { await ask(`subscriptions/${id}/seats`, "POST", { seats: Number(input.value) }); say(`${id} has ${input.value} seats.`); } catch (error) { say(error.message); } });
  seats.append(input);
  row.append(el("td", id), el("td", one.customer_id), el("td", one.name), seats, el("td", one.end.slice(0, 10)), el("td", one.auto_renew ? "on" : "off"), el("td", one.status));
  for (const action of [one.status === "active" ? "suspend" : "resume", "cancel", one.auto_renew ? "auto-renew-off" : "auto-renew-on", "renew", "remove"]) last.append(acting(`subscriptions/${id}`, action, {}, `${id}: ${action} is done.`, orders));
  row.append(last);
  return row;
}
for (const id of ["find-order", "find-subscription"]) $(id).addEventListener("change", () => orders());
$("place-order").addEventListener("click", async () => { try { const made = await ask("orders", "POST", null); say(`Order ${made.id} is placed.`); await orders(); } catch (error) { say(error.message); } });
for (const [id, action, told] of [["fail-next", "fail", "The next order fails in the end."], ["hold-next", "hold", "The next order rests on hold."]]) $(id).addEventListener("click", async () => { await ask(`next-order/${action}`, "POST", {}); say(told); });
orders().catch(() => {});
setInterval(() => { if (!document.hidden) orders().catch(() => {}); }, 4000);
async function show() {
  const state = await ask("state"), { entries } = await ask("ledger?last=40");
  $("facts").textContent = `Account ${state.account_id} · ${state.products} products · ${state.customers} customers · ${state.orders} orders · ${state.subscriptions} subscriptions · ${state.requests} requests · ${state.exchanges} refreshes · ${state.now}${state.faults.length ? ` · ${state.faults.length} faults waiting` : ""}`;
  if (!$("knobs").contains(document.activeElement)) $("knobs").replaceChildren(...state.knob_docs.map((doc) => knobRow(doc, state.knobs[doc.name])));
  $("requests").replaceChildren(...entries.reverse().map((entry) => {
    const row = el("tr", ""), request = el("td", "");
    request.append(el("code", `${entry.method} ${entry.path}${entry.query ? "?" + entry.query : ""}`));
    const token = entry.refresh ? `refresh no. ${entry.refresh.number}${entry.refresh.consumed ? ", used before" : ""}` : entry.access === null ? "none" : `access no. ${entry.access}`;
    row.append(el("td", String(entry.n)), request, el("td", token), el("td", entry.status === 0 ? "cut" : String(entry.status), { className: entry.status >= 400 || entry.status === 0 ? "bad" : "" }), el("td", entry.fault ?? ""));
    return row;
  }));
}
show().catch((error) => { $("facts").textContent = error.message; });
setInterval(() => { if (!document.hidden) show().catch(() => {}); }, 2000);
