// Serves the pages of the gallery under the policy of the product, and looks at each: no refusal of the policy, no sideways
// scrolling, nothing that axe finds; with --pictures it saves one of each.
//   cargo run -p web --example gallery -- DIR && node gallery.mjs DIR [--pictures OUT] [--only NAME,NAME]
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { launch, open } from "./browser.mjs";
import { inaccessible, sideways } from "./page.mjs";

const KINDS = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml", woff2: "font/woff2", json: "application/json" };
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const WIDTHS = [1440, 1100, 768, 390];
/** Themes and widths in which a page is seen; axe looks at the widest of light, and at the narrowest of dark. */
const SIGHTS = [...WIDTHS.map((width) => ["light", width]), ["dark", 390]];

/** Serves a folder on a free port of loopback; `answer(request, response, path)` may answer first and then gives true. */
export async function serve(folder, answer = () => false) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (answer(request, response, path)) return;
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": KINDS[path.split(".").at(-1)] ?? "application/octet-stream", "content-security-policy": POLICY });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((closed) => (server.close(closed), server.closeAllConnections())) };
}

/** Looks at every page in `folder`, two at a time; gives what is wrong, in words. */
export async function look(folder, { pictures = "", only = [] } = {}) {
  const whole = (name) => readFileSync(join(folder, `${name}.html`), "utf8").startsWith("<!doctype");
  const names = readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => name.slice(0, -5)).filter((name) => (only.length === 0 || only.includes(name)) && whole(name));
  // What a page asks for by itself is never answered: it stands still while it is looked at.
  const site = await serve(folder, (request) => request.headers["sec-fetch-dest"] === "empty");
  const browser = await launch();
  const wrong = [];
  if (pictures) mkdirSync(pictures, { recursive: true });
  const one = async () => {
    const { context, page, faults } = await open(browser, site.origin);
    for (let name = names.pop(); name; name = names.pop()) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: WIDTHS[0], height: 1000 });
      await page.goto(`${site.origin}/${name}.html`, { waitUntil: "load" });
      await page.evaluate(() => document.fonts.ready);
      for (const [theme, width] of SIGHTS) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width, height: 1000 });
        const label = `${name} at ${width}, ${theme}`;
        const over = await sideways(page);
        if (over) wrong.push(`${label}: scrolls sideways (${over})`);
        if (theme === "dark" || width === WIDTHS[0]) wrong.push(...(await inaccessible(page)).map((fault) => `${label}: ${fault}`));
        if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}${theme === "dark" ? "-dark" : ""}.png`), fullPage: true });
      }
    }
    wrong.push(...faults.filter((fault) => !/EventSource|\/events|404/.test(fault)));
    await context.close();
  };
  try {
    await Promise.all([one(), one()]);
  } finally {
    await browser.close();
    await site.close();
  }
  return wrong;
}

if (process.argv[1] === import.meta.filename) {
  const value = (flag) => (process.argv.includes(flag) ? process.argv[process.argv.indexOf(flag) + 1] : "");
  const wrong = await look(process.argv[2], { pictures: value("--pictures"), only: value("--only").split(",").filter(Boolean) });
  for (const one of wrong) console.log(one);
  process.exitCode = wrong.length ? 1 : 0;
}
