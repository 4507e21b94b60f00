// What a clerk does in the browser, step by step: log in, apply the first plan, compose an order, place it, copy it.

/** The steps on one page of a demo, logged in. */
export async function clerk(page, app) {
  const goTo = (path) => page.goto(new URL(path, app.url).href, { waitUntil: "load" });
  const words = (selector = "main") => page.locator(selector).first().innerText();
  await goTo("/login");
  await page.fill("#email", app.email);
  await page.fill("#password", app.password);
  await Promise.all([page.waitForURL(`${app.url}/`), page.keyboard.press("Enter")]);

  /** Presses what leads on in a draft. */
  const goOn = () => page.click('aside button[name="do"]');
  /** Opens the first plan of customers, once there is one. */
  async function firstPlan() {
    for (let tries = 0; ; tries += 1) {
      await goTo("/");
      if (await page.locator('a[href*="/customers/sync/plans/"]').count()) break;
      if (tries > 200) throw new Error("no plan came");
      await new Promise((go) => setTimeout(go, 100));
    }
    await page.locator('a[href*="/customers/sync/plans/"]').first().click();
    await page.waitForURL(/\/customers\/sync\/plans\//);
  }
  /** Applies the open plan, and waits for its end. */
  async function apply() {
    await page.locator('button:has-text("Apply")').last().click();
    await page.waitForURL(/\/activity\/runs\//);
    // The page loads itself anew at the end.
    await page.waitForFunction(() => /Done/.test(document.querySelector("#run-status")?.textContent ?? "") && !document.querySelector("[data-events]"), undefined, { timeout: 60_000 });
  }
  /** Begins a draft for the customer of this name; the open page then asks what. */
  async function draftFor(name) {
    await goTo("/orders");
    await page.click('a:has-text("New order")');
    // The list that is left has a search field of the same name.
    await page.waitForURL(/\/orders\/new/);
    await page.fill("#q", name);
    await page.waitForFunction((wanted) => [...document.querySelectorAll("#found li bdi")].every((one) => one.textContent === wanted), name);
    await page.click('button:has-text("Order for them")');
    await page.waitForURL(/\/edit\/products/);
  }
  /** Opens the terms of a product. */
  async function terms(product) {
    await page.fill("#q", product);
    await page.locator(`#found-products li:has(bdi:text-is("${product}")) a`).click();
    await page.locator('#adding .skus a[href*="sku="]').first().click();
    await page.waitForSelector("#adding .mx");
  }
  /** Takes a year, billed monthly, this many times. */
  async function take(quantity) {
    await page.locator("#adding .mx .rh", { hasText: "1 year" }).locator("xpath=following-sibling::*[1]").locator("label").click();
    await page.fill("#quantity", `${quantity}`);
    await page.click('button:has-text("Add to the order")');
    await page.waitForSelector("#line-0");
  }
  /** Fills in what Microsoft needs, and goes on to the review. */
  async function provision(tenant) {
    await page.fill('[name$=".domainName"]', tenant);
    await page.locator('[name$=".renewalSetting"][value="auto-on"]').check();
    await goOn();
    await page.waitForURL(/\/edit\/review/);
  }
  /** Places the order of the open review; gives the address of its page. */
  async function place() {
    const field = page.locator("#typed");
    if (await field.count()) await field.fill(await field.getAttribute("data-typed"));
    await goOn();
    await page.waitForURL(/\/orders\/[0-9a-f-]+\?done=/);
    return new URL(page.url()).pathname;
  }
  /** Waits until the open order says one of these states; its page moves by itself. */
  const becomes = (...states) => page.waitForFunction((those) => those.some((one) => document.querySelector("h1").innerText.includes(one)), states, { timeout: 60_000 });
  /** Copies the order at this address to a new draft, and opens its review. */
  async function copy(order, button = "Copy to new") {
    await goTo(order);
    await page.click(`button:has-text("${button}")`);
    await page.waitForURL(/\/edit\//);
    await goTo(new URL(page.url()).pathname.replace(/\/edit\/.*/, "/edit/review"));
  }
  return { goTo, words, goOn, firstPlan, apply, draftFor, terms, take, provision, place, becomes, copy };
}

/** Works the switches of a demo's sandbox: posts where there is a body. */
export async function switches(context, app, path, body) {
  const options = { headers: { "x-sandbox-key": app.sandbox_key }, data: body };
  const answer = await context.request[body ? "post" : "get"](`${app.sandbox}/_sandbox${path}`, options);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
  return answer.status() === 204 ? undefined : answer.json();
}
