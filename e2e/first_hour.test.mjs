// The first hour of a new user: the real binary, a real browser, a sandbox as unforgiving as Ion.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { sandbox, server } from "./ionbridge.mjs";
import { look } from "./page.mjs";

const PASSWORD = "correct horse battery staple";
let ion;
let app;
let browser;
let page;
let context;
let faults;

before(async () => {
  ion = await sandbox({ products: 300 });
  await ion.control("/catalog/corrupt", { count: 3 });
  // Six pages, so that an import can be watched and stopped.
  [app, browser] = await Promise.all([server(ion, { IONBRIDGE_ION__PAGE_SIZE: "50" }), launch()]);
  ({ context, page, faults } = await open(browser, app.origin, { viewport: { width: 1440, height: 900 } }));
  page.setDefaultTimeout(15_000);
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await ion?.stop();
});

/** The page at its three widths in both themes, and nothing that should not have happened on the way. */
async function fine(name) {
  assert.deepEqual(await look(page, name), []);
  // The browser itself logs answers of 4xx that a form got on purpose.
  const told = faults.filter((fault) => !/Failed to load resource: the server responded with a status of 4/.test(fault));
  faults.length = 0;
  assert.deepEqual(told, []);
}

const text = (selector) => page.locator(selector).first().innerText();
const goTo = (path) => page.goto(app.origin + path);
const fields = async (account, access, refresh) => {
  await page.fill("#account_id", account);
  await page.fill("#access_token", access);
  await page.fill("#refresh_token", refresh);
};
const press = async (name) => {
  await Promise.all([page.waitForEvent("framenavigated"), page.click(`button:has-text("${name}")`)]);
  await page.waitForLoadState("load");
};
/** How many products the live page says were read. */
const figure = () => page.evaluate(() => Number((document.querySelector("[data-figure]")?.textContent ?? "0").replace(/\D/g, "")));
/** Waits until the live page tells of more than `number` products. */
const beyond = (number) => page.waitForFunction((least) => Number((document.querySelector("[data-figure]")?.textContent ?? "0").replace(/\D/g, "")) > least, number);
/** Waits until the run ended as `state`; its page loads itself anew then, with what only an ended run has. */
const ended = (state) => page.waitForFunction((words) => new RegExp(words).test(document.querySelector("#run-status").textContent) && !document.querySelector("[data-events]"), state, { timeout: 60_000 });
/** The words beside a field that is wrong. */
const wrongAt = (field) => text(`.fld:has(#${field}) .err`);

test("the link of the first start makes the admin, once", async () => {
  await page.goto(app.setupLink);
  await page.fill("#name", "Dana Reseller");
  await page.fill("#email", "dana@reseller.example");
  await page.fill("#password", "short");
  await page.click("button[type=submit]");
  await page.waitForLoadState("load");
  assert.match(page.url(), /setup/, "a short password is refused");
  await fine("set-up, refused");
  await page.fill("#password", PASSWORD);
  await Promise.all([page.waitForURL(`${app.origin}/#main`), page.click("button[type=submit]")]);
  await fine("dashboard before anything");
  const other = await browser.newContext();
  const second = await other.newPage();
  await second.goto(app.setupLink);
  assert.equal(await second.locator("#password").count(), 0, "the link is used up");
  await other.close();
});

test("log out, a wrong password, log in", async () => {
  await goTo("/profile");
  await fine("profile");
  await context.request.post(`${app.origin}/logout`);
  await context.clearCookies();
  await goTo("/products");
  assert.match(page.url(), /\/login/);
  await fine("log-in");
  await page.fill("#email", "dana@reseller.example");
  await page.fill("#password", "wrong horse");
  await page.keyboard.press("Enter");
  await page.waitForSelector('[role="alert"], .note.n-bad');
  await fine("log-in, refused");
  await page.fill("#email", "dana@reseller.example");
  await page.fill("#password", PASSWORD);
  await Promise.all([page.waitForURL(`${app.origin}/products`), page.keyboard.press("Enter")]);
  await fine("products before anything");
});

test("settings, integrations, configure: each wrong field is named", async () => {
  await goTo("/");
  await page.click('a[href^="/settings"]');
  await goTo("/settings/integrations");
  assert.match(await text("main"), /StreamOne Ion - TD Synnex/);
  await fine("integrations before anything");
  await page.click('a:has-text("Configure")');
  await page.waitForSelector("#account_id");
  await fine("configure");
  const { account, access, refresh } = ion.credentials;

  await fields("", access, refresh);
  await press("Test connection");
  assert.match(await wrongAt("account_id"), /\w/);

  await fields("99999", access, refresh);
  await press("Test connection");
  assert.match(await wrongAt("account_id"), /99999|Account ID/i);
  await fine("configure, wrong account");

  await fields(account, refresh, access);
  await press("Test connection");
  assert.match(await text("main"), /swapped/i);

  await fields(account, "not-a-token", refresh);
  await press("Test connection");
  assert.match(await wrongAt("access_token"), /\w/);

  await fields(account, access, "A".repeat(48));
  await press("Save");
  assert.match(await wrongAt("refresh_token"), /\w/);
  await fine("configure, spent refresh token");
});

test("test, then save: active, and the import can be watched", async () => {
  const { account, access, refresh } = ion.credentials;
  await fields(account, access, refresh);
  await press("Test connection");
  assert.match(await text("#checks"), /not yet proven|Save/i);
  await fine("configure, tested");
  assert.equal((await ion.control("/state", undefined, "GET")).exchanges, 1, "a test spends nothing; the wrong token was one try");
  await press("Save");
  assert.match(page.url(), /\/settings\/integrations\/[0-9a-f-]+/);
  assert.match(await text("main"), /Active/);
  assert.match(await text("main"), /3[12] days/);
  await fine("connection");
});

test("the import is live, and ends", async () => {
  // Pages come slowly until they were seen to come: the import cannot end before.
  await ion.control("/knobs", { "latency-ms": "1500" });
  await page.click('button:has-text("Import the catalog")');
  await page.waitForURL(/\/activity\/runs\//);
  await beyond(0);
  await beyond(await figure());
  await ion.control("/knobs", { "latency-ms": "0" });
  await ended("Done");
  assert.match(await text("main"), /297|300/);
  await fine("run");
});

test("products: search as one types, filter, sort, page, detail with its plot", async () => {
  await goTo("/products");
  await fine("products");
  await page.keyboard.press("/");
  await page.keyboard.type("business premium", { delay: 5 });
  await page.waitForURL(/q=business/);
  await page.waitForFunction(() => [...document.querySelectorAll("tbody tr .lk")].every((one) => /premium/i.test(one.textContent)));
  await page.click('.chip[popovertarget="f-vendor"]');
  await page.click("#f-vendor a:has-text('Microsoft')");
  await page.waitForURL(/vendor=Microsoft/);
  await page.locator("thead a").first().click();
  await page.waitForURL(/sort=/);
  await page.locator("tbody .lk").first().click();
  await page.waitForURL(/\/products\/[0-9a-f-]+/);
  assert.match(await text("main"), /Microsoft/);
  await fine("product");
  await goTo("/products?sort=name");
  const first = await text("tbody .lk");
  await page.locator('.tfoot a, nav[aria-label*="age"] a').last().click();
  await page.waitForURL(/after=|page=/);
  assert.notEqual(await text("tbody .lk"), first);
});

test("prices move: the next import writes what differs, and says so", async () => {
  const { moved } = await ion.control("/catalog/move-prices", { per_mille: 50 });
  await goTo("/settings/integrations");
  await page.locator("main a.lk, main .card a").first().click();
  await page.waitForURL(/integrations\/[0-9a-f-]+/);
  await page.click('button:has-text("Import")');
  await page.waitForURL(/\/activity\/runs\//);
  await ended("Done");
  await goTo("/products/changes");
  assert.ok(Array.isArray(moved) ? moved.length : moved, "the sandbox moved prices");
  assert.match(await text("main"), /\d+ (product|price)/i);
  await fine("changes");
});

test("an import that is stopped takes nothing away", async () => {
  await ion.control("/knobs", { "latency-ms": "1500" });
  await goTo("/settings/integrations");
  await page.locator("main a.lk, main .card a").first().click();
  await page.waitForURL(/integrations\/[0-9a-f-]+/);
  await page.click('button:has-text("Import")');
  await page.waitForURL(/\/activity\/runs\//);
  await beyond(0);
  await page.click('button:has-text("Stop import")');
  await page.click('#stop button:has-text("Stop import")');
  await ion.control("/knobs", { "latency-ms": "0" });
  await ended("Stopped");
  assert.match(await text('.kpis > div:has-text("Withdrawn")'), /\b0\b/);
  await fine("run, stopped");
});

test("what could not be read is set aside, with the place of its fault", async () => {
  await goTo("/products/set-aside");
  assert.equal(await page.locator("li[data-row]").count(), 3);
  await page.locator("li[data-row] a").first().click();
  await page.waitForSelector(".path");
  assert.match(await text(".path"), /\w/);
  await fine("set aside");
});

test("everything else opens", async () => {
  for (const path of ["/", "/activity/runs", "/activity/jobs", "/activity/notifications", "/activity/audit", "/settings/team", "/settings/api-tokens", "/settings/api-tokens/new", "/settings/notifications", "/settings/integrations", "/api/v1/docs"]) {
    const answer = await goTo(path);
    assert.equal(answer.status(), 200, path);
    await fine(path);
  }
  const missing = await goTo("/products/00000000-0000-7000-8000-000000000000");
  assert.equal(missing.status(), 404);
  await fine("a product that is not there");
});

test("by keyboard alone: go, find, open", async () => {
  await goTo("/");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.waitForURL(`${app.origin}/products`);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/products\/[0-9a-f-]+/);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("audit");
  await page.waitForSelector('#jump .it.on:has-text("Audit")');
  await page.keyboard.press("Enter");
  await page.waitForURL(/audit/);
});

test("Ion is down: the connection says so, and pages go on", async () => {
  await ion.stop();
  await goTo("/settings/integrations");
  await page.locator("main a.lk, main .card a").first().click();
  await page.waitForURL(/integrations\/[0-9a-f-]+/);
  await press("Test");
  assert.match(await text("main"), /could not be reached|not reached|unreachable/i);
  await fine("connection, Ion down");
  await goTo("/products");
  assert.ok((await page.locator("tbody tr").count()) > 5);
});

test("a session that ended asks to log in, and comes back", async () => {
  await context.clearCookies();
  await goTo("/products?q=premium");
  assert.match(page.url(), /login/);
  await page.fill("#email", "dana@reseller.example");
  await page.fill("#password", PASSWORD);
  await Promise.all([page.waitForURL(/\/products\?q=premium/), page.keyboard.press("Enter")]);
});

test("no secret was logged", () => {
  const log = app.lines.join("\n");
  for (const secret of [PASSWORD, ion.credentials.access, ion.credentials.refresh, app.setupLink.split("#")[1]]) {
    assert.ok(!log.includes(secret));
  }
});
