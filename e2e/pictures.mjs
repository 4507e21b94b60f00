// Pictures of every page, from the demo, into docs/pictures:  node pictures.mjs [FOLDER]
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { launch, open } from "./browser.mjs";
import { clerk, switches } from "./clerk.mjs";
import { demo } from "./ionbridge.mjs";

const OUT = process.argv[2] || join(import.meta.dirname, "../docs/pictures");
const ALL = [["", { width: 1440, height: 900 }, "light"]];
const MORE = [...ALL, ["-dark", { width: 1440, height: 900 }, "dark"], ["-phone", { width: 390, height: 844 }, "light"]];
const EVERY = process.env.EVERY ? [...MORE, ["-tablet", { width: 768, height: 1024 }, "light"], ["-phone-dark", { width: 390, height: 844 }, "dark"]] : [];

const app = await demo(["--seed", "1"]);
const browser = await launch();
mkdirSync(OUT, { recursive: true });
try {
  const { context, page } = await open(browser, app.url, { viewport: { width: 1440, height: 900 } });
  const goTo = (path) => page.goto(app.url + path, { waitUntil: "load" });
  const take = async (name, ways) => {
    for (const [end, viewport, colorScheme] of EVERY.length ? EVERY : ways) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(OUT, `${name}${end}.png`), fullPage: Boolean(process.env.EVERY) });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
  };

  await goTo("/login");
  await take("log-in", ALL);
  const steps = await clerk(page, app);
  const control = (path, body) => switches(context, app, path, body);
  /** An order for this customer from its beginning to its end, and what can become of its copies. */
  const orders = async (customer) => {
    await steps.draftFor(customer);
    await steps.terms("Microsoft 365 Business Premium");
    await take("order-terms", ALL);
    await steps.take(25);
    await take("order-products", MORE);
    await steps.goOn();
    await page.waitForSelector('[name$=".domainName"]', { timeout: 60_000 });
    await take("order-provisioning", ALL);
    await steps.provision("kettleandcup");
    await take("order-review", MORE);
    const first = await steps.place();
    await steps.becomes("Completed");
    await page.waitForSelector("section:has(#sub-t) a", { timeout: 60_000 });
    await goTo(first);
    await take("order", MORE);
    await steps.copy(first);
    await control("/faults", { path: "POST /api/v3/accounts/*/customers/*/orders", action: { kind: "cut-after" } });
    await steps.place();
    await steps.becomes("Unconfirmed");
    await take("order-unconfirmed", ALL);
    await control("/next-order/fail", { code: "MSFT_CR_1048", detail: "The tenant has reached the limit of trial seats for this offer." });
    await steps.copy(first);
    await steps.place();
    await steps.becomes("Failed");
    await goTo(new URL(page.url()).pathname);
    await take("order-failed", ALL);
    await goTo("/orders");
    await take("orders", MORE);
    await goTo(first);
    await page.click('a:has-text("Open subscription")');
    await page.waitForURL(/\/subscriptions\/[0-9a-f-]+$/);
    await take("subscription", MORE);
    for (const [name, path, ways] of [["subscriptions", "/subscriptions", MORE], ["renewals", "/subscriptions/renewals", MORE], ["margins", "/settings/margins", MORE], ["margins-new", "/settings/margins/new", ALL]]) {
      await goTo(path);
      await take(name, ways);
    }
  };
  /** The newest run, once it ended. */
  const ended = async () => {
    await goTo("/activity/runs");
    await page.locator('tbody a.lk:has-text("Catalog import")').first().click();
    await page.waitForFunction(() => /Done|set aside/i.test(document.querySelector("#run-status")?.textContent ?? "") && !document.querySelector("[data-events]"), undefined, { timeout: 120_000 });
  };
  await ended();
  await steps.firstPlan();
  await take("customers-plan", MORE);
  await steps.apply();
  for (const [name, path] of [["customers", "/customers"], ["customers-mapping", "/customers/mapping/to-confirm"], ["customers-conflict", "/customers/conflicts"]]) {
    await goTo(path);
    await take(name, MORE);
  }
  await goTo("/customers?link=linked");
  const customer = await steps.words("tbody a.lk");
  await page.locator("tbody a.lk").first().click();
  await page.waitForURL(/\/customers\/[0-9a-f-]+$/);
  await take("customer", MORE);
  await orders(customer);
  // A second import, so that there are changes, and something set aside.
  await control("/catalog/move-prices", { per_mille: 30 });
  await control("/catalog/corrupt", { count: 3 });
  await control("/catalog/withdraw", { count: 4 });
  await control("/catalog/add", { count: 12 });
  await goTo(`/settings/integrations/${app.connection}`);
  await page.click('button:has-text("Import")');
  await page.waitForURL(/\/activity\/runs\//);
  await ended();
  await take("run", MORE);

  await goTo("/");
  await take("dashboard", MORE);
  await goTo("/products");
  await take("products", MORE);
  await goTo("/products?q=business%20premium");
  await take("products-searched", ALL);
  await page.locator("tbody .lk").first().click();
  await page.waitForURL(/\/products\/[0-9a-f-]+/);
  await page.waitForSelector("#plot canvas");
  await take("product", MORE);
  await goTo("/products?q=nothing-has-this-name");
  await take("products-empty", ALL);
  await goTo("/products/changes");
  await take("changes", MORE);
  await goTo("/products/set-aside");
  await page.locator("li[data-row] a").first().click();
  await page.waitForSelector(".path");
  await take("set-aside", ALL);
  for (const [name, path] of [["activity", "/activity/runs"], ["jobs", "/activity/jobs"], ["notices", "/activity/notifications"], ["audit", "/activity/audit"], ["integrations", "/settings/integrations"], ["team", "/settings/team"], ["api-tokens", "/settings/api-tokens"], ["notifications", "/settings/notifications"]]) {
    await goTo(path);
    await take(name, ALL);
  }
  await goTo(`/settings/integrations/${app.connection}`);
  await take("connection", MORE);
  await goTo("/settings/integrations/streamone-ion/new");
  if (await page.locator("#password").count()) {
    await page.fill("#password", app.password);
    await Promise.all([page.waitForURL(/streamone-ion/), page.keyboard.press("Enter")]);
  }
  await take("configure", ALL);
  await page.fill("#account_id", "99999");
  await page.fill("#access_token", "not-a-token");
  await page.fill("#refresh_token", "A".repeat(48));
  await Promise.all([page.waitForEvent("framenavigated"), page.click('button:has-text("Test connection")')]);
  await page.waitForLoadState("load");
  await take("configure-refused", MORE);
} finally {
  await browser.close();
  await app.stop();
}
const size = readdirSync(OUT).reduce((sum, name) => sum + statSync(join(OUT, name)).size, 0);
console.log(`${readdirSync(OUT).length} pictures in ${OUT}, ${Math.round(size / 1024)} KiB`);
