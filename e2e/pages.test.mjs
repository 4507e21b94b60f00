// The pages of the gallery in a browser: how they look to machines, and what script adds. Needs the gallery:
//   cargo run -p web --example gallery -- target/gallery
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.mjs";
import { look, serve } from "./gallery.mjs";

const folder = process.env.GALLERY || join(import.meta.dirname, "../target/gallery");
const asked = [];
let lines = [];
let site;
let browser;

/** Answers as the server does where a page asks for a part of itself. */
function answer(request, response, path) {
  const html = (name) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(readFileSync(join(folder, `${name}.html`)));
    return true;
  };
  if (path === "/products" || path === "/jump" || path === "/run-body.html") asked.push({ url: request.url, headers: request.headers });
  if (path === "/products") return html(request.headers["hx-request-type"] === "partial" ? "products-partial" : "products");
  if (path === "/jump") return html(request.headers["hx-request-type"] === "partial" ? "jump" : "search");
  if (path.endsWith("/events")) {
    if (lines.length === 0) {
      response.writeHead(503).end();
      return true;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const line of lines) response.write(line);
    return true;
  }
  return false;
}

before(async () => {
  assert.ok(existsSync(join(folder, "dashboard.html")), `${folder} has no gallery: run \`cargo run -p web --example gallery -- target/gallery\``);
  site = await serve(folder, answer);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** One page of the gallery; fails where the policy refused something or script broke. */
async function visit(name, action, options = {}) {
  const { context, page, faults } = await open(browser, site.origin, { viewport: { width: 1440, height: 900 }, ...options });
  try {
    await page.goto(name.startsWith("/") ? site.origin + name : `${site.origin}/${name}.html`);
    await action(page, context);
    assert.deepEqual(faults.filter((fault) => !/503|404/.test(fault)), []);
  } finally {
    await context.close();
  }
}

test("every page fits every width, keeps the policy, and axe finds nothing", async () => {
  assert.deepEqual(await look(folder), []);
});

test("the theme goes to a cookie for the server to render", () =>
  visit("dashboard", async (page, context) => {
    await page.click(".topbar-x [data-theme-toggle]");
    assert.equal(await page.getAttribute("html", "data-bs-theme"), "dark");
    const cookie = (await context.cookies()).find((one) => one.name === "ib_theme");
    assert.equal(cookie?.value, "dark");
    assert.equal(cookie?.sameSite, "Lax");
  }));

test("without a choice the page follows the system", () =>
  visit("dashboard", async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await ground(), "rgb(246, 248, 248)");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await ground(), "rgb(13, 19, 23)");
  }));

test("a list answers while one types, and its address follows", () =>
  visit("/products", async (page) => {
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "q");
    asked.length = 0;
    await page.keyboard.type("prem", { delay: 20 });
    await page.waitForURL(/q=prem/);
    assert.equal(asked.length, 1, "one request for four letters");
    assert.match(asked[0].url, /^\/products\?.*term=P1Y/, "what was set before stays");
    assert.equal(await page.inputValue("#q"), "prem");
    await page.waitForFunction(() => document.querySelector("#announce").textContent.includes("3,982 products"));
  }));

test("rows by J, K and Enter; keys rest while a field has the focus", () =>
  visit("/products", async (page) => {
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.querySelector("tr.at .lk").textContent), "Microsoft 365 Business Standard");
    await page.keyboard.press("k");
    assert.equal(await page.evaluate(() => document.querySelector("tr.at .lk").textContent), "Microsoft 365 Business Premium");
    await page.focus("#q");
    await page.keyboard.press("j");
    assert.equal(await page.inputValue("#q"), "j");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    assert.ok(await page.isVisible("#keys"));
    await page.keyboard.press("Escape");
    assert.ok(!(await page.isVisible("#keys")));
  }));

test("G and a letter goes there", () =>
  visit("dashboard", async (page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.waitForURL(`${site.origin}/products`);
  }));

test("Ctrl K finds and opens", () =>
  visit("dashboard", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("prem");
    await page.waitForSelector("#jump .it.on");
    assert.equal(await page.textContent("#jump .it.on .trunc"), "Microsoft 365 Business Premium");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.textContent("#jump .it.on .trunc"), "Google Workspace Business Plus");
    await page.keyboard.press("Escape");
    assert.ok(!(await page.isVisible("#jump")));
  }));

test("what is typed before the page's timers have run is answered", () =>
  visit("dashboard", async (page) => {
    await page.addInitScript(() => {
      const later = window.setTimeout;
      window.setTimeout = (call, wait, ...rest) => later(call, wait || 60_000, ...rest);
    });
    await page.reload();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("prem");
    await page.waitForSelector("#jump .it.on");
  }));

test("a filter opens below its chip", () =>
  visit("/products", async (page) => {
    await page.click('.chip[popovertarget="f-vendor"]');
    const chip = await page.locator('.chip[popovertarget="f-vendor"]').boundingBox();
    const menu = await page.locator("#f-vendor").boundingBox();
    assert.ok(Math.abs(menu.x - chip.x) < 2 && menu.y >= chip.y + chip.height, JSON.stringify({ chip, menu }));
    await page.keyboard.press("Escape");
    assert.ok(!(await page.isVisible("#f-vendor")));
  }));

test("a dangerous step asks first, with the safe way focused", () =>
  visit("connection", async (page) => {
    await page.click('[popovertarget="more"]');
    await page.click('[popovertarget="remove"]:has-text("Remove")');
    assert.ok(await page.evaluate(() => document.querySelector("#remove").matches(":modal")));
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Keep it");
    await page.keyboard.press("Enter");
    assert.ok(!(await page.isVisible("#remove")));
  }));

test("the eye shows a secret, and a wrong field takes the focus", () =>
  visit("configure-refused", async (page) => {
    assert.equal(await page.evaluate(() => document.activeElement.id), "account_id");
    await page.click('[data-reveal="access_token"]');
    assert.equal(await page.getAttribute("#access_token", "type"), "text");
    await page.click('[data-reveal="access_token"]');
    assert.equal(await page.getAttribute("#access_token", "type"), "password");
  }));

test("a new token's dialog is not lost by Esc", () =>
  visit("api-tokens-made", async (page) => {
    await page.keyboard.press("Escape");
    assert.ok(await page.isVisible("#secret"));
  }));

test("the secret of the first start comes from the fragment and stays out of the address that is sent", () =>
  visit("/setup.html#s3cret", async (page) => {
    assert.equal(await page.inputValue("#secret"), "s3cret");
    assert.ok(!(await page.isVisible("#secret")));
    assert.equal(await page.getAttribute("form[data-setup]", "action"), "/setup#s3cret");
  }));

test("progress comes by events", async () => {
  const body = readFileSync(join(folder, "run-body.html"), "utf8").replace("14,220", "15,000");
  lines = [`event: progress\n${body.split("\n").map((line) => `data: ${line}`).join("\n")}\n\n`];
  await visit("run-live", async (page) => {
    await page.waitForFunction(() => document.querySelector("[data-figure]").textContent === "15,000");
    assert.match(await page.textContent("#run-status"), /Running/);
  });
});

test("without events progress is asked for", async () => {
  lines = [];
  asked.length = 0;
  await visit("run-live", async (page) => {
    await page.waitForFunction(() => document.querySelector("#announce").textContent.includes("14,220"));
    assert.ok(asked.some((one) => one.url === "/run-body.html"));
  });
});

test("the price plot is drawn", () =>
  visit("product", async (page) => {
    assert.ok(await page.isVisible("#plot canvas"));
    await page.click('[data-span="90"]');
    assert.equal(await page.getAttribute('[data-span="90"]', "aria-pressed"), "true");
  }));

test("on a phone the menu is a drawer", () =>
  visit(
    "dashboard",
    async (page) => {
      await page.click(".menu-b");
      assert.ok(await page.isVisible("#menu .who"));
      assert.equal((await page.locator("#menu").boundingBox()).width, 280);
      await page.click('#menu [aria-label="Close menu"]');
      assert.ok(!(await page.isVisible("#menu .who")));
    },
    { viewport: { width: 390, height: 844 } },
  ));

test("without script everything is there: menu, filters, search, dialogs", async () => {
  const options = { javaScriptEnabled: false };
  await visit(
    "/products",
    async (page) => {
      assert.ok(!(await page.isVisible(".topbar-x [data-theme-toggle]")), "nothing is offered that needs script");
      await page.click('.chip[popovertarget="f-vendor"]');
      assert.ok(await page.isVisible("#f-vendor a"));
      await page.keyboard.press("Escape");
      await page.fill("#q", "prem");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/products\?.*q=prem/);
      await page.click("a.jump");
      await page.waitForURL(/\/jump/);
    },
    options,
  );
  await visit(
    "run-live",
    async (page) => {
      await page.click('[popovertarget="stop"]');
      assert.ok(await page.isVisible("#stop form button"));
    },
    options,
  );
});
