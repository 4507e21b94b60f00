// What every page must be, whoever shows it: no wider than the window, and nothing that axe finds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Why the page scrolls sideways; empty where it does not. What script draws anew for another width is given its two frames. */
export function sideways(page) {
  return page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return "";
    const far = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".tw, .chips, .tabs-x, .code, .log, .pre, [popover]"));
    return far.slice(0, 3).map((one) => `${one.tagName}.${one.className}`).join(", ") || "unknown";
  });
}

/** What axe finds, in words. It is read into the page by the debugger, which the policy does not see. */
export async function inaccessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}

/** Looks at the open page at desk, tablet and phone width, in both themes, by axe at the ends; gives what is wrong. */
export async function look(page, name) {
  const wrong = [];
  const size = page.viewportSize();
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1440, 768, 390]) {
      await page.setViewportSize({ width, height: 900 });
      // Where a page was left half scrolled, another width would leave something half below the bar at its top.
      await page.evaluate(() => scrollTo(0, 0));
      const over = await sideways(page);
      if (over) wrong.push(`${name} at ${width}, ${scheme}: scrolls sideways (${over})`);
      if ((scheme === "light" && width === 1440) || (scheme === "dark" && width === 390)) wrong.push(...(await inaccessible(page)).map((one) => `${name} at ${width}, ${scheme}: ${one}`));
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(size);
  return wrong;
}
