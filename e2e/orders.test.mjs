// Orders, subscriptions and margins, as a person works with them: from an empty draft to a subscription that is cancelled again, and
// what goes wrong on the way. Judged by what Ion received and has.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { clerk, switches } from "./clerk.mjs";
import { demo } from "./ionbridge.mjs";
import { look, sideways } from "./page.mjs";

const PRODUCT = "Microsoft 365 Business Premium";
const TENANT = "kettleandcup";
const REFUSAL = { code: "MSFT_CR_1048", detail: "The tenant has reached the limit of trial seats for this offer." };
let app;
let browser;
let page;
let context;
let faults;
let steps;
/** Address of the first order's page, and of the subscription that came of it. */
let first;
let subscription;
/** The domain of the tenant that the first order's customer has at Microsoft. */
let known;

before(async () => {
  [app, browser] = await Promise.all([demo(["--customers", "24", "--own-customers", "6", "--products", "60", "--subscriptions", "30"]), launch()]);
  ({ context, page, faults } = await open(browser, app.url, { viewport: { width: 1440, height: 900 } }));
  page.setDefaultTimeout(20_000);
  steps = await clerk(page, app);
});

after(async () => {
  await browser?.close();
  await app?.stop();
});

const goTo = (path) => steps.goTo(path);
const words = (selector) => steps.words(selector);
const becomes = (...states) => steps.becomes(...states);
const place = () => steps.place();
const copy = (order, button) => steps.copy(order, button);
const goOn = () => steps.goOn();
const ion = (path, body) => switches(context, app, path, body);

/** Nothing that should not have happened on the way here. The browser itself logs answers of 422 that a form got on purpose. */
function unspoilt() {
  const told = faults.filter((fault) => !/Failed to load resource: the server responded with a status of 422/.test(fault));
  faults.length = 0;
  assert.deepEqual(told, []);
}

/** The page at its three widths in both themes by eye of the machine; the gallery has its other states. */
async function fine(name) {
  assert.deepEqual(await look(page, name), []);
  unspoilt();
}

/** The page is no wider than a phone. */
async function fits(name) {
  await page.setViewportSize({ width: 390, height: 900 });
  const over = await sideways(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.equal(over, "", name);
  unspoilt();
}

/** What was posted to make or change orders, in order: reference, items, and whether it had an effect. */
async function posted() {
  const { entries } = await ion("/ledger");
  return entries.filter((entry) => entry.method === "POST" && entry.path.endsWith("/orders")).map(({ sent, effect, order }) => ({ ...sent, effect, order }));
}

/** Ion's orders with this reference. */
const ordersWith = async (reference) => (await ion("/orders?last=1000")).orders.filter((one) => one.reference_id === reference);
const ionsSubscription = async (id) => (await ion("/subscriptions?last=1000")).subscriptions.find((one) => one.id === id);

/** Reference of the open order. */
const reference = async () => (await words(".head .sub")).match(/reference (\S+)/)[1];
test("the first plan is applied: customers are linked", async () => {
  await steps.firstPlan();
  await steps.apply();
  assert.deepEqual(await posted(), []);
});

test("an empty draft: for whom, what, how many", async () => {
  await goTo("/customers?link=linked");
  const { customers, tenants } = await ion("/customers");
  const domains = new Map(customers.map((one) => [one.customerOrganization, tenants[one.name.split("/").at(-1)]]));
  const name = (await page.locator("tbody a.lk").allInnerTexts()).find((one) => domains.get(one));
  known = domains.get(name);
  await goTo("/orders");
  await fits("orders before one of ours");
  await steps.draftFor(name);
  assert.match(await words(".head"), /Draft/);
  await steps.terms(PRODUCT);
  await fits("variants");
  await steps.take(25);
  await fine("products and terms");
});

test("what is typed in a draft saves itself, and is there on coming back", async () => {
  await page.fill('[name="po.0"]', "KC-2026-7");
  await page.locator('[name="po.0"]').blur();
  await page.waitForFunction(() => document.querySelector('input[name="version"]').value === "3");
  await page.reload();
  assert.equal(await page.inputValue('[name="po.0"]'), "KC-2026-7");
});

test("what Microsoft needs: what Ion tells of the customer is there, a missing answer is named at its field", async () => {
  await goOn();
  await page.waitForURL(/\/edit\/provisioning/);
  await page.waitForSelector('[name$=".domainName"]', { timeout: 30_000 });
  assert.equal(await page.inputValue('[name$=".domainName"]'), known);
  await page.fill('[name$=".domainName"]', "");
  await goOn();
  await page.waitForSelector(".fld.is-bad");
  assert.match(await words('.fld:has([name$=".domainName"]) .err'), /\w/);
  assert.match(await words('.fld:has([name$=".renewalSetting"]) .err'), /\w/);
  await fits("what the vendor needs, refused");
  await page.click(`button:has-text("Use ${known}")`);
  assert.equal(await page.inputValue('[name$=".domainName"]'), known);
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(new URLSearchParams(request.postData()).get("do")));
  await steps.provision(TENANT);
  page.removeAllListeners("request");
  assert.equal(sent.at(-1), "next");
  assert.ok(sent.length === 1 || sent[0] === "save", `nothing is saved beside what goes on: ${sent}`);
  await fine("review");
});

test("a wrong total is refused at its field, the right one places the order once", async () => {
  const total = await page.getAttribute("#typed", "data-typed");
  const button = await words('aside button[name="do"]');
  assert.equal(button.replace(/[^\d.]/g, ""), total, "the button names the amount");
  await page.fill("#typed", `${Number.parseInt(total, 10)}`);
  await goOn();
  await page.waitForSelector("#typed-e");
  assert.match(await words("#typed-e"), /not the total/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "typed");
  assert.deepEqual(await posted(), [], "nothing left");
  await fits("review, refused");
  await page.fill("#typed", total);
  assert.ok(await page.isVisible("#typed-good"));
  first = await place();
  await becomes("Placed", "In progress", "Completed");
  const [only, ...more] = await posted();
  assert.deepEqual(more, []);
  const [item, ...others] = only.orderItems;
  assert.deepEqual(others, []);
  assert.equal(only.referenceId, await reference());
  assert.equal(item.action, "CREATE");
  assert.equal(item.quantity, 25);
  assert.deepEqual(Object.fromEntries(item.attributes.map(({ name, value }) => [name, value])), { domainName: TENANT, renewalSetting: "auto-on" });
  const [held] = await ordersWith(only.referenceId);
  assert.equal(held.items[0].customer_po, "KC-2026-7");
  // What was typed is what Ion asks for in all: twelve months of the same.
  assert.equal((Number(held.items[0].price) * 25 * 12).toFixed(2), total);
});

test("the order is followed to its end, and its first log-in is shown once", async () => {
  await becomes("Completed");
  await page.waitForSelector('section:has(#sub-t) a', { timeout: 60_000 });
  await fine("order, completed");
  await page.click('button:has-text("Show it once")');
  assert.match(await words("#secret-user"), new RegExp(`@${TENANT}\\.onmicrosoft\\.com`));
  const secret = await words("#secret");
  assert.ok(secret.length > 8);
  await fits("the first log-in");
  await page.click('dialog a:has-text("safe place")');
  await page.waitForURL(/\/orders\/[0-9a-f-]+$/);
  for (const path of [first, `${first}?requests=1`]) {
    await goTo(path);
    assert.equal(await page.locator('button:has-text("Show it once")').count(), 0);
    assert.ok(!(await page.content()).includes(secret));
  }
});

test("the subscription that came of it: seats are changed", async () => {
  await page.click('a:has-text("Open subscription")');
  await page.waitForURL(/\/subscriptions\/[0-9a-f-]+$/);
  subscription = new URL(page.url()).pathname;
  const id = (await words("main")).match(/Ion’s id\s+(\d+)/)[1];
  assert.equal((await ionsSubscription(id)).quantity, 25);
  await page.fill("#seats", "30");
  await page.waitForFunction(() => /\+5/.test(document.querySelector("#delta").textContent));
  assert.match(await words("#effect"), /5 more seats/);
  await fine("subscription");
  await page.click('#effect button:has-text("Review")');
  await page.waitForURL(/\/edit\/review/);
  assert.match(await words("main"), /25 → 30 seats/);
  await fits("review of a change");
  await place();
  await becomes("Completed");
  assert.equal((await ionsSubscription(id)).quantity, 30);
  assert.equal((await posted()).length, 2);
  await page.waitForSelector('section:has(#sub-t) a:has-text("30 seats")', { timeout: 60_000 });
  await goTo(subscription);
  assert.match(await words('section:has(#ev)'), /5 seats more, now 30/);
});

test("its renewal is turned off, and it is cancelled", async () => {
  const id = (await words("main")).match(/Ion’s id\s+(\d+)/)[1];
  await page.click('.acts button:has-text("Renewal off")');
  await page.waitForURL(/\/edit\/review/);
  await place();
  await becomes("Completed");
  assert.equal((await ionsSubscription(id)).auto_renew, false);
  await goTo(subscription);
  await page.waitForSelector('h1:has-text("Ends")');
  await page.click('.acts button:has-text("Cancel…")');
  assert.ok(await page.isVisible("#ask-cancel"));
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Leave it as it is", "the safe way has the focus");
  await fits("cancel?");
  await page.click('#ask-cancel button:has-text("Review the cancellation")');
  await page.waitForURL(/\/edit\/review/);
  assert.equal((await ionsSubscription(id)).status, "active", "nothing was sent yet");
  await place();
  await becomes("Completed");
  assert.equal((await ionsSubscription(id)).status, "deleted");
  await goTo(subscription);
  await page.waitForSelector('h1:has-text("Cancelled")');
});

test("an answer that is cut: unconfirmed, found by itself, once in Ion", async () => {
  await copy(first);
  await ion("/faults", { path: "POST /api/v3/accounts/*/customers/*/orders", action: { kind: "cut-after" } });
  await place();
  await becomes("Unconfirmed");
  const name = await reference();
  assert.match(await words(".note.n-unsure"), /not (be )?sent again/);
  await fine("order, unconfirmed");
  await goTo("/orders?show=unconfirmed");
  assert.equal(await page.locator("tbody tr").count(), 1);
  await page.locator("tbody a.lk").click();
  await becomes("Placed", "In progress", "Completed");
  assert.equal((await ordersWith(name)).length, 1);
  assert.equal((await posted()).filter((one) => one.referenceId === name).length, 1, "it was not sent again");
  await becomes("Completed");
});

test("a refusal shows the vendor's words; its copy, pressed twice, is one order", async () => {
  await ion("/next-order/fail", REFUSAL);
  await copy(first);
  const failed = await place();
  await becomes("Failed");
  const told = await words("main");
  assert.ok(told.includes(REFUSAL.detail) && told.includes(REFUSAL.code), told);
  await fits("order, failed");
  await copy(failed, "Order again");
  // The one that was found is there already: more seats of it are offered.
  assert.match(await words("form#compose-form"), /already/i);
  const before = (await posted()).length;
  await page.fill("#typed", await page.getAttribute("#typed", "data-typed"));
  await page.locator('aside button[name="do"]').dblclick();
  await page.waitForURL(/\/orders\/[0-9a-f-]+\?done=/);
  await becomes("Completed");
  const name = await reference();
  assert.equal((await posted()).length, before + 1);
  assert.equal((await ordersWith(name)).length, 1);
});

test("two windows place one draft at once: one order", async () => {
  await copy(first);
  const before = (await posted()).length;
  const address = await page.evaluate(async () => {
    const form = document.querySelector("#compose-form");
    const body = new URLSearchParams(new FormData(form));
    body.set("typed", document.querySelector("#typed").dataset.typed);
    body.set("do", "place");
    await Promise.all([1, 2].map(() => fetch(form.action, { method: "POST", body })));
    return form.action;
  });
  await goTo(new URL(address).pathname.replace(/\/edit\/.*/, ""));
  await becomes("Completed");
  assert.equal((await posted()).length, before + 1);
  assert.equal((await ordersWith(await reference())).length, 1);
});

test("a margin rule: previewed while it is typed, saved, and named at the product", async () => {
  await goTo("/settings/margins");
  await page.click('a:has-text("New rule")');
  await page.waitForURL(/\/settings\/margins\/new/);
  await page.fill("#name", "Premium 20 %");
  await page.fill("#product", PRODUCT);
  await page.locator('.seg.radios label:has-text("Margin of sale")').click();
  await page.fill("#value", "20");
  await page.waitForFunction(() => /this rule/.test(document.querySelector("#does").textContent));
  const effect = await words("#does");
  assert.match(effect, /20\.0\s%/);
  await fine("a new margin rule");
  await page.click('button[name="do"][value="save"]');
  await page.waitForURL(/\/settings\/margins\/[0-9a-f-]{36}/);
  await fits("margin rules");
});
