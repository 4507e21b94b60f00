// A headless Chromium: the one inside the npm package, or the one that CHROMIUM_PATH names. It speaks to nobody but loopback.
import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";

const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-default-apps"];

/** Starts the browser; the caller closes it. */
export async function launch() {
  const executablePath = process.env.CHROMIUM_PATH || (await chromium.executablePath());
  return playwright.launch({ executablePath, args: [...chromium.args.filter((arg) => !arg.startsWith("--single-process")), ...QUIET], headless: true });
}

/**
 * Opens a context whose pages may load from `origin` only; collects what must not happen: messages of the console, errors of
 * script, refusals of the Content-Security-Policy, requests that failed.
 */
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce", ...options });
  const faults = [];
  await context.route(
    (url) => url.protocol.startsWith("http") && url.origin !== origin,
    (route) => {
      faults.push(`left the server: ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()} (${page.url()})`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message} (${page.url()})`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
  });
  return { context, page, faults };
}
