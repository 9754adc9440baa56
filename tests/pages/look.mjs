// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at pages in a headless Chromium. On standard input: {chromium, root, looks: [...]}; on standard output: what was seen, in the same order.
//
// A look: {file, fragment, scheme, media, width, script, steps, values, axe, picture, pdf}. Steps are {press}, {type}, {click}, {focus}, {run}, {until}. Each request of
// the page but that for the file itself, each message on its console, error and dialog is a problem.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const asked = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(`${process.env.PAGES_MODULES}/`);
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const axe = readFileSync(`${dirname(require.resolve("axe-core"))}/axe.min.js`, "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function step(page, one) {
  if (one.press) { await page.keyboard.press(one.press); }
  if (one.type) { await page.keyboard.type(one.type); }
  if (one.click) { await page.click(one.click); }
  if (one.focus) { await page.focus(one.focus); }
  if (one.run) { await page.evaluate(one.run); }
  if (one.until) { await page.waitForFunction(one.until, { timeout: 120000 }); }
}

async function look(browser, one) {
  const page = await browser.newPage();
  const problems = [], address = pathToFileURL(one.file).href;
  page.setDefaultTimeout(120000);
  page.on("request", (request) => { if (request.url().split("#")[0] !== address) { problems.push(`request ${request.url()}`); } });
  page.on("console", (message) => problems.push(`console ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error ${error.message}`));
  page.on("dialog", (dialog) => { problems.push(`dialog ${dialog.message()}`); return dialog.dismiss(); });
  try {
    await page.setViewport({ width: one.width || 1280, height: one.height || 900 });
    await page.setJavaScriptEnabled(one.script !== false);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: one.scheme || "light" }]);
    if (one.media) { await page.emulateMediaType(one.media); }
    await page.goto(address + (one.fragment || ""), { waitUntil: "load" });
    for (const each of one.steps || []) { await step(page, each); }
    const values = [];
    for (const expression of one.values || []) { values.push(await page.evaluate(expression)); }
    let violations = null;
    if (one.axe) {
      await page.evaluate(axe);
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }), RULES);
      violations = found.violations.map((rule) => `${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
    }
    if (one.picture) { await page.screenshot({ path: one.picture }); }
    const pdf = one.pdf ? (await page.pdf({ format: "A4" })).length : 0;
    return { problems, values, violations, pdf };
  } finally {
    await page.close();
  }
}

const unsafe = process.getuid && process.getuid() === 0 ? ["--no-sandbox"] : [];
const browser = await puppeteer.launch({ executablePath: asked.chromium, args: [...unsafe, "--disable-dev-shm-usage"], protocolTimeout: 240000 });
try {
  const seen = [];
  for (const one of asked.looks) { seen.push(await look(browser, one)); }
  process.stdout.write(JSON.stringify(seen));
} finally {
  await browser.close();
}
