// Pages say the truth: every figure of the dashboard, of a run and of a connection, held against what the sandbox did and against
// the whole store as it is exported.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { sandbox, server } from "./ionbridge.mjs";

const PASSWORD = "correct horse battery staple";
let ion;
let app;
let browser;
let page;
let context;
/** What the sandbox was told to do between the imports. */
let did;
/** Numbers of the imports, in order: other runs have theirs. */
const numbers = [];

before(async () => {
  ion = await sandbox({ products: 400 });
  [app, browser] = await Promise.all([server(ion), launch()]);
  ({ context, page } = await open(browser, app.origin, { viewport: { width: 1440, height: 900 } }));
  page.setDefaultTimeout(15_000);
  await page.goto(app.setupLink);
  await page.fill("#name", "Dana Reseller");
  await page.fill("#email", "dana@reseller.example");
  await page.fill("#password", PASSWORD);
  await Promise.all([page.waitForURL(`${app.origin}/#main`), page.click("button[type=submit]")]);
  await goTo("/settings/integrations/streamone-ion/new");
  await page.fill("#name", "Nordics");
  await page.fill("#account_id", ion.credentials.account);
  await page.fill("#access_token", ion.credentials.access);
  await page.fill("#refresh_token", ion.credentials.refresh);
  await Promise.all([page.waitForURL(/done=connected/), page.click('button:has-text("Save")')]);
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await ion?.stop();
});

const goTo = (path) => page.goto(app.origin + path);
const number = (text) => Number(text.replace(/[^\d.-]/g, ""));
const everything = async () => (await context.request.get(`${app.origin}/products/export.json`)).json();
const exported = async () => (await everything()).filter((row) => row.state !== "withdrawn");

async function connection() {
  await goTo("/settings/integrations");
  await page.click('a:has-text("Manage")');
  await page.waitForURL(/integrations\/[0-9a-f-]+$/);
}

async function importNow() {
  await connection();
  await page.locator('button:has-text("Import")').last().click();
  await page.waitForURL(/\/activity\/runs\//);
  // The page loads itself anew at the end, with what only an ended run has.
  await page.waitForFunction(() => /Done/.test(document.querySelector("#run-status").textContent) && !document.querySelector("[data-events]"), undefined, { timeout: 60_000 });
  numbers.push((await page.innerText("h1")).match(/import (\d+)/i)[1]);
}

/** The key figures of the page: name to figure and the line below it. */
async function figures() {
  const rows = await page.locator(".kpis > div").evaluateAll((tiles) => tiles.map((tile) => [".k", ".v", ".d"].map((part) => tile.querySelector(part).textContent.trim())));
  return Object.fromEntries(rows.map(([name, value, detail]) => [name, { value: number(value), detail }]));
}

/** The facts of a card: name to words. */
async function facts(selector) {
  const rows = await page.locator(`${selector} dl.kv`).evaluateAll((lists) => lists.flatMap((list) => [...list.querySelectorAll("dt")].map((name) => [name.textContent.trim(), name.nextElementSibling.textContent.trim()])));
  return Object.fromEntries(rows);
}

/** An amount as pages write it: at most four digits, half away from zero, at least two. No float touches it. */
function written(text) {
  const [whole, rest = ""] = text.split(".");
  const units = BigInt(whole + rest.padEnd(5, "0").slice(0, 5)) + 5n;
  const digits = (units / 10n).toString().padStart(5, "0");
  return `${digits.slice(0, -4).replace(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-4).replace(/0{1,2}$/, "")}`;
}

test("after the first import: all of it, and nothing is called new or moved", async () => {
  await importNow();
  const rows = await exported();
  assert.equal(rows.length, 400);
  assert.deepEqual(
    Object.entries(await figures()).map(([name, { value }]) => [name, value]),
    [["Read", 400], ["New", 400], ["Changed", 0], ["Unchanged", 0], ["Withdrawn", 0], ["Set aside", 0]],
  );
  await goTo("/");
  const told = await figures();
  assert.equal(told.Products.value, 400);
  assert.equal(number(told.Products.detail), rows.reduce((sum, row) => sum + row.variants, 0));
  assert.equal(told.New.value, 0);
  assert.equal(told["Prices moved"].value, 0);
  const words = await page.innerText("main");
  assert.match(words, /Nothing to compare with yet/);
  assert.doesNotMatch(words, /No price moved/);
  await goTo("/products/changes");
  assert.match(await page.innerText("main"), /nothing to compare with/i);
});

test("between the imports Ion changes, and the run counts just that", async () => {
  const { withdrawn } = await ion.control("/catalog/withdraw", { count: 5 });
  const { corrupted } = await ion.control("/catalog/corrupt", { count: 3 });
  const { moved } = await ion.control("/catalog/move-prices", { per_mille: 50 });
  const { products } = await ion.control("/catalog/add", { count: 7 });
  // What cannot be read keeps its price.
  const seen = moved.filter((one) => one.before !== one.after && !corrupted.includes(one.product));
  did = { withdrawn, corrupted, products, moved: seen, up: seen.filter((one) => Number(one.after) > Number(one.before)).length };
  assert.equal(products, 400 - 5 + 7);
  await importNow();
  const told = await figures();
  assert.deepEqual(
    Object.entries(told).map(([name, { value }]) => [name, value]),
    [["Read", products], ["New", 7], ["Changed", seen.length], ["Unchanged", products - 7 - seen.length - 3], ["Withdrawn", 5], ["Set aside", 3]],
  );
  assert.equal(told.Changed.detail, `${did.up} up, ${seen.length - did.up} down in price`);
  assert.equal(await page.locator('section[aria-label="Set aside"] tbody tr').count(), 3);
});

test("the dashboard is the store, counted", async () => {
  const rows = await exported();
  assert.equal(rows.length, did.products);
  await goTo("/");
  const told = await figures();
  const vendors = new Map();
  for (const row of rows) vendors.set(row.vendor, (vendors.get(row.vendor) ?? 0) + 1);
  const ranked = [...vendors].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const ofCatalog = ["Products", "Vendors", "New", "Prices moved", "Set aside"];
  assert.deepEqual(Object.fromEntries(ofCatalog.map((name) => [name, told[name]])), {
    Products: { value: rows.length, detail: `${rows.reduce((sum, row) => sum + row.variants, 0).toLocaleString("en-GB")} variants` },
    Vendors: { value: vendors.size, detail: `most: ${ranked[0][0]}` },
    New: { value: 7, detail: "in the last import" },
    "Prices moved": { value: did.moved.length, detail: `${did.up} up, ${did.moved.length - did.up} down` },
    "Set aside": { value: 3, detail: "need a look" },
  });
  const shares = await page.locator('section[aria-labelledby="v"] .bars tr').evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent.trim())));
  const others = ranked.slice(4).reduce((sum, [, found]) => sum + found, 0);
  assert.deepEqual(
    shares.map(([name, found, share]) => [name, number(found), number(share)]),
    [...ranked.slice(0, 4), ["Others", others]].map(([name, found]) => [name, found, Number(((found * 100) / rows.length).toFixed(1))]),
  );
  // What renews soon depends on the day of the test.
  const needs = (await page.locator(".needs li").allInnerTexts()).filter((one) => /set aside/.test(one));
  assert.equal(needs.length, 1);
  assert.match(needs[0], /^3 products set aside/);
  assert.match(await page.innerText(".conn"), /Nordics[\s\S]*Account 10412[\s\S]*Active[\s\S]*31 days/);
  assert.equal(number((await facts(".conn")).Products), rows.length);
});

test("subscriptions on the dashboard are those of Ion", async () => {
  await goTo("/activity/runs");
  await page.waitForFunction(async () => {
    const rows = [...new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").querySelectorAll("tbody tr")];
    return rows.some((row) => /Subscription/.test(row.textContent) && /Done/.test(row.textContent));
  });
  const { subscriptions } = await ion.control("/subscriptions?last=1000", undefined, "GET");
  const live = subscriptions.filter((one) => ["active", "suspended"].includes(one.status));
  await goTo("/");
  const told = await figures();
  assert.ok(live.length > 0);
  assert.equal(told["Live subscriptions"].value, live.length);
  // A product that no list of Ion ever told has no vendor.
  const vendors = new Map((await everything()).map((row) => [row.ion_id, row.vendor]));
  assert.equal(number(told["Live subscriptions"].detail), new Set(live.map((one) => vendors.get(one.product_id)).filter(Boolean)).size);
});

test("each price change that the dashboard names did happen", async () => {
  const known = new Map((await exported()).map((row) => [row.id, row]));
  const lines = await page.locator('section[aria-labelledby="p"] li').evaluateAll((all) =>
    all.map((one) => ({ id: one.querySelector("a").getAttribute("href").split("/").at(-1), name: one.querySelector("a").textContent.trim(), words: one.querySelector(".sm").textContent.trim(), delta: one.querySelector(".delta").textContent.trim() })),
  );
  assert.ok(lines.length > 0);
  for (const line of lines) {
    const product = known.get(line.id);
    const move = did.moved.find((one) => one.product === product.ion_id);
    assert.equal(line.name, product.name);
    assert.ok(line.words.endsWith(`${written(move.before)} → ${written(move.after)} ${product.currency}`), `${line.words}: ${move.before} to ${move.after}`);
    const percent = ((Number(move.after) - Number(move.before)) * 100) / Number(move.before);
    assert.equal(line.delta.startsWith("up"), percent > 0);
    assert.ok(Math.abs(number(line.delta) - Math.abs(percent)) <= 0.06, `${line.delta}: ${percent}`);
  }
});

test("the connection's page is what Ion and the store know", async () => {
  await connection();
  const { exchanges } = await ion.control("/state", undefined, "GET");
  const words = await page.innerText("main");
  assert.match(words, /Nordics · Account 10412 · connected by dana@reseller\.example/);
  assert.equal(number(words.match(/Refreshed so far\s+(\d+)/)[1]), exchanges);
  assert.match(words, /31 days\s+left/);
  assert.match(words, /Alive, 1 h 5\d min left/);
  const told = await facts("main");
  assert.equal(number(told.Products), did.products);
  assert.equal(told["Last import"], `Import ${numbers[1]}`);
  assert.equal(told.State, "Done, 3 set aside");
  assert.equal(told["Account ID"], ion.credentials.account);
  assert.equal(told.Host, ion.url);
  const past = (await page.locator(".tl .ti").allInnerTexts()).filter((one) => !/^(Subscription|Customer) sync/.test(one));
  assert.deepEqual(past, [`Catalog import ${numbers[1]}: Done, 3 set aside`, `Catalog import ${numbers[0]}: Done`, ...Array(exchanges).fill("Login refreshed"), "Connected"]);
});

test("a list counts what it shows: by vendor, by state, by search", async () => {
  const rows = await exported();
  const total = async (query) => {
    await goTo(`/products?${query}`);
    return number((await page.innerText(".tfoot span")).match(/of ([\d,]+)/)[1]);
  };
  assert.equal(await total(""), rows.length);
  assert.equal(await total("vendor=Microsoft"), rows.filter((row) => row.vendor === "Microsoft").length);
  assert.equal(await total("state=set_aside"), 3);
  assert.equal(await total("state=withdrawn"), 5);
  assert.equal(await total("q=teams"), (await (await context.request.get(`${app.origin}/products/export.json?q=teams`)).json()).length);
});
