// The built binary as child processes: a sandbox of Ion, and a server on it, each on a free port of loopback.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const BINARY = process.env.IONBRIDGE_BIN || join(import.meta.dirname, "../target/debug/ionbridge");
const KEY = "e2e";

/** A folder that is gone when the process ends. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "ionbridge-e2e-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A child process whose lines of `stream` are read until `wanted` gives something. */
async function start(args, environment, stream, wanted) {
  const child = spawn(BINARY, args, { env: { PATH: process.env.PATH, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const end = () => child.kill("SIGKILL");
  process.on("exit", end);
  const seen = [];
  const lines = createInterface({ input: child[stream] });
  (stream === "stdout" ? child.stderr : child.stdout).resume();
  const found = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`ionbridge ${args.join(" ")} ended with ${code}:\n${seen.join("\n")}`)));
    lines.on("line", (line) => {
      seen.push(line);
      const value = wanted(line, seen);
      if (value) resolve(value);
    });
  });
  child.removeAllListeners("exit");
  const stop = (signal = "SIGTERM") =>
    new Promise((stopped) => {
      process.off("exit", end);
      if (child.exitCode !== null || child.signalCode !== null) return stopped(child.exitCode);
      child.once("exit", stopped);
      child.kill(signal);
    });
  return { found, stop, lines: seen };
}

/** A sandbox of Ion with a catalog; `control` works its switches. */
export async function sandbox({ products = 300, customers = 5, knobs = [], listen = "127.0.0.1:0" } = {}) {
  const place = folder();
  const args = ["sandbox", "--listen", listen, "--products", `${products}`, "--customers", `${customers}`, "--control-key", KEY, "--credentials-dir", place, ...knobs.flatMap((knob) => ["--knob", knob])];
  const { found: url, stop } = await start(args, {}, "stdout", (line) => line.includes("control page") && line.match(/http:\/\/[\d.:]+/)?.[0]);
  const read = (name) => readFileSync(join(place, name), "utf8").trim();
  const control = async (path, body, method = "POST") => {
    const answer = await fetch(`${url}/_sandbox${path}`, { method, headers: { "x-sandbox-key": KEY, "content-type": "application/json" }, body: method === "GET" ? undefined : JSON.stringify(body ?? {}) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return { url, host: new URL(url).host, credentials: { account: read("account-id"), access: read("access-token"), refresh: read("refresh-token") }, control, stop };
}

/** A server with a data directory of its own, which may speak to the sandbox. */
export async function server(ion, environment = {}) {
  const place = folder();
  const settings = {
    IONBRIDGE_DATA_DIR: place,
    IONBRIDGE_ION__BASE_URL: ion.url,
    IONBRIDGE_ION__ALLOWED_HOSTS: ion.host,
    IONBRIDGE_ION__PLAIN_HTTP_LOOPBACK: "true",
    IONBRIDGE_TELEMETRY__FORMAT: "json",
    ...environment,
  };
  const { found: origin, stop, lines } = await start(["serve", "--listen", "127.0.0.1:0"], settings, "stderr", (line) => line.includes("Ionbridge is ready") && line.match(/http:\/\/[\d.:]+/)?.[0]);
  return { origin, stop, lines, setupLink: readFileSync(join(place, "setup-link"), "utf8").trim() };
}

/** The demo, ready: its address, log-in, sandbox. */
export async function demo(args = []) {
  const place = join(folder(), "demo");
  const { found, stop } = await start(["--json", "--data-dir", place, "demo", ...args], {}, "stdout", (line) => line.startsWith("{") && JSON.parse(line));
  return { ...found, stop };
}
