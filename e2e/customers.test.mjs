// Customers in sync, as a person works with them: the first plan, pairs by keys, a conflict, an edit. Judged by what Ion received.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { demo } from "./ionbridge.mjs";
import { look } from "./page.mjs";

let app;
let browser;
let page;
let context;
let faults;

before(async () => {
  [app, browser] = await Promise.all([demo(["--customers", "60", "--own-customers", "40", "--products", "20"]), launch()]);
  ({ context, page, faults } = await open(browser, app.url, { viewport: { width: 1440, height: 900 } }));
  page.setDefaultTimeout(20_000);
  await goTo("/login");
  await page.fill("#email", app.email);
  await page.fill("#password", app.password);
  await Promise.all([page.waitForURL(`${app.url}/`), page.keyboard.press("Enter")]);
});

after(async () => {
  await browser?.close();
  await app?.stop();
});

const goTo = (path) => page.goto(app.url + path, { waitUntil: "load" });

/** Writes of customers that Ion carried out, by method. */
async function written(method) {
  const answer = await context.request.get(`${app.sandbox}/_sandbox/ledger`, { headers: { "x-sandbox-key": app.sandbox_key } });
  const { entries } = await answer.json();
  return entries.filter((entry) => entry.method === method && entry.effect && entry.path.includes("/customers")).length;
}

/** Looks again until it holds; a job does it meanwhile. */
async function until(what, holds) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((go) => setTimeout(go, 100));
  }
  assert.fail(`never: ${what}`);
}

test("the first plan waits, and nothing was written to Ion", async () => {
  await until("the plan is there", async () => {
    await goTo("/");
    return (await page.locator('a[href*="/customers/sync/plans/"]').count()) > 0;
  });
  assert.equal((await written("PUT")) + (await written("POST")), 0);
  await page.locator('a[href*="/customers/sync/plans/"]').first().click();
  await page.waitForURL(/\/customers\/sync\/plans\//);
  assert.match(await page.locator("h1").innerText(), /First sync/);
  assert.deepEqual(await look(page, "the first plan"), []);
});

test("the plan is applied: what it counted is what Ion received", async () => {
  const apply = page.locator('button:has-text("Apply")').last();
  const actions = Number((await apply.innerText()).replace(/\D/g, ""));
  assert.ok(actions > 10, `${actions} actions`);
  await apply.click();
  await page.waitForURL(/\/activity\/runs\//);
  // The page loads itself anew at the end; what comes next must not meet that.
  await page.waitForFunction(() => /Done/.test(document.querySelector("#run-status")?.textContent ?? "") && !document.querySelector("[data-events]"), undefined, { timeout: 60_000 });
  await until("each push has arrived", async () => (await written("PUT")) > 0);
  assert.equal(await written("POST"), 0, "nothing was made in Ion: nobody chose it");
});

test("pairs are told apart by keys alone", async () => {
  await goTo("/customers/mapping/to-confirm");
  const waiting = async () => Number((await page.locator('.tabs a[aria-current], nav a[aria-current="page"]:has-text("To confirm")').last().innerText()).replace(/\D/g, "") || 0);
  const first = await waiting();
  assert.ok(first > 1, `${first} pairs wait`);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  const second = await waiting();
  assert.equal(second, first - 1, "one is linked");
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("x")]);
  assert.equal(await waiting(), second - 1, "one is kept apart");
  assert.deepEqual(await look(page, "mapping"), []);
});

test("a conflict is decided for our side, and Ion gets it", async () => {
  await goTo("/customers/conflicts");
  assert.match(await page.locator("main").innerText(), /Phone/);
  assert.deepEqual(await look(page, "conflicts"), []);
  const before = await written("PUT");
  await page.keyboard.press("1");
  // The choice has the focus on the button that saves it, which says what it does.
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  await until("Ion has our value", async () => (await written("PUT")) > before);
});

test("an edit is in Ion within seconds, and in the history with its rule", async () => {
  await goTo("/customers?link=linked");
  const card = await page.locator("tbody a.lk").first().getAttribute("href");
  await goTo(`${card}/edit`);
  assert.deepEqual(await look(page, "the form"), []);
  const before = await written("PUT");
  await page.fill("#phone", "+49 30 5550 0100");
  await page.locator('button[type="submit"]:has-text("Save")').first().click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  await until("Ion has the edit", async () => (await written("PUT")) > before);
  await until("the history says so", async () => {
    await goTo(`${card}/history`);
    return /C03/.test(await page.locator("main").innerText());
  });
  for (const tab of ["", "/contacts", "/orders", "/subscriptions", "/history", "/settings"]) {
    await goTo(card + tab);
    assert.deepEqual(await look(page, `the card${tab}`), []);
  }
});

test("every other page of customers can be read by everybody, on every width", async () => {
  for (const path of ["/customers", "/customers/new", "/customers/import", "/customers/mapping/not-in-ion", "/customers/mapping/only-in-ion", "/customers/mapping/failed", "/customers/mapping/ignored", "/customers/mapping/linked", "/settings/sync"]) {
    await goTo(path);
    assert.deepEqual(await look(page, path), []);
  }
});

test("nothing was refused, nothing broke, nothing left the server", () => {
  assert.deepEqual(faults, []);
});
