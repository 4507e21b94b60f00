// Bundles style, script, fonts and icons into ../dist, under names that carry their hash, with a manifest.
// Nothing is fetched: everything comes from node_modules.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import esbuild from "esbuild";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const crate = join(here, "..");
const dist = join(crate, "dist");
const manifest = {};

/** Every file below a folder with one of the endings. */
function files(folder, ...endings) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((end) => entry.name.endsWith(end)))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Writes one asset under its hashed name, compressed beside it where that helps, and notes it in the manifest. */
function write(name, body) {
  const bytes = Buffer.from(body);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  const target = join(dist, hashed);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, bytes);
  if (!name.endsWith(".woff2")) {
    writeFileSync(`${target}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${target}.gz`, gzipSync(bytes, { level: 9 }));
  }
  manifest[name] = hashed;
  return hashed;
}

/** Copies each rule for the dark theme into one for pages that leave the theme to the system. */
function followSystem(css) {
  const root = postcss.parse(css);
  const dark = /\[data-bs-theme=["']?dark["']?\]/;
  const block = postcss.atRule({ name: "media", params: "(prefers-color-scheme: dark)" });
  root.walkRules((rule) => {
    const selectors = rule.selectors.filter((selector) => dark.test(selector));
    if (selectors.length === 0) return;
    const copy = rule.clone({ selectors: selectors.map((selector) => selector.replace(/^(:root|html|body)?\[data-bs-theme=["']?dark["']?\]/, ":root:not([data-bs-theme])")) });
    let holder = copy;
    for (let up = rule.parent; up && up.type === "atrule"; up = up.parent) {
      const wrap = up.clone({ nodes: [] });
      wrap.append(holder);
      holder = wrap;
    }
    block.append(holder);
  });
  // After the rules that they copy, before the narrower ones that follow: the tokens come first, so the end is right for all of them.
  if (block.nodes?.length) root.append(block);
  return root.toString();
}

async function style() {
  const bundled = await esbuild.build({
    absWorkingDir: here,
    entryPoints: ["css/app.css"],
    bundle: true,
    write: false,
    outdir: "out",
    external: ["*.woff2"],
    logLevel: "warning",
  });
  const raw = bundled.outputFiles[0].text.replace(/url\("?(@fontsource-variable[^")]+)"?\)/g, (_, path) => {
    const name = `fonts/${path.split("/").pop()}`;
    return `url("./${write(name, readFileSync(join(here, "node_modules", path)))}")`;
  });
  const [purged] = await new PurgeCSS().purge({
    content: [...files(join(crate, "templates"), ".html"), ...files(join(crate, "src/view"), ".rs"), ...files(join(here, "src"), ".ts")],
    css: [{ raw }],
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    safelist: { standard: [/^s-/, /^n-/, /^g-/, /^f[1-5]$/, /^u-/, /^htmx-/, "data-bs-theme", "backdrop"], variables: [/^--ib-/] },
    variables: true,
    keyframes: true,
    fontFace: false,
  });
  const { code } = await esbuild.transform(followSystem(purged.css), { loader: "css", minify: true, target: ["chrome111", "firefox115", "safari16.4"] });
  write("app.css", code);
}

async function script() {
  for (const entry of ["app", "reference"]) {
    const built = await esbuild.build({
      absWorkingDir: here,
      entryPoints: [`src/${entry}.ts`],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      target: ["chrome111", "firefox115", "safari16.4"],
      legalComments: "none",
      logLevel: "warning",
    });
    write(`${entry}.js`, built.outputFiles[0].contents);
  }
}

/** The icons that any page names, as one sprite of symbols. */
function icons() {
  const folder = join(here, "node_modules/@tabler/icons/icons/outline");
  const known = new Set(readdirSync(folder).map((name) => name.replace(/\.svg$/, "")));
  const used = new Set();
  for (const file of files(join(crate, "templates"), ".html")) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/"([a-z0-9-]+)"\|icon/g)) {
      if (!known.has(name)) throw new Error(`${file}: no icon is called ${name}`);
      used.add(name);
    }
  }
  // In Rust and TypeScript an icon is a plain word; a word that is none by chance costs some bytes.
  for (const file of [...files(join(crate, "src"), ".rs"), ...files(join(crate, "examples"), ".rs"), ...files(join(here, "src"), ".ts")]) {
    for (const [, name] of readFileSync(file, "utf8").matchAll(/"([a-z0-9-]+)"/g)) if (known.has(name)) used.add(name);
  }
  const symbols = [...used].sort().map((name) => {
    const svg = readFileSync(join(folder, `${name}.svg`), "utf8").replace(/<!--[\s\S]*?-->/g, "");
    const inner = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/<path stroke="none"[^>]*>/g, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
  write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
  return used.size;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
write("favicon.svg", readFileSync(join(here, "favicon.svg")));
await style();
await script();
const count = icons();
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1));
const weight = Object.entries(manifest).filter(([name]) => !name.endsWith(".woff2"));
let total = 0;
for (const [name, hashed] of weight) {
  const size = readFileSync(join(dist, `${hashed}.br`)).length;
  if (name !== "reference.js") total += size;
  console.log(`${name.padEnd(14)} ${(size / 1000).toFixed(1)} kB compressed`);
}
console.log(`${count} icons; a page weighs ${(total / 1000).toFixed(1)} kB without fonts`);
if (total > 120_000) throw new Error("a page may weigh 120 kB");
