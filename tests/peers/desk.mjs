// An editor, a reviewer and a publisher take a record to the public, each in a browser of their own; axe-core looks at every page.
// Usage: desk.mjs URL CHROMIUM SCREENSHOTS PASSWORD. Prints what was found as JSON.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.PAGES_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const [url, executablePath, screenshots, password] = process.argv.slice(2);
mkdirSync(screenshots, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const found = [];

// Presses what leads to another page, and waits for that.
async function press(page, selector) {
  await Promise.all([page.waitForNavigation(), page.click(selector)]);
}

async function look(page, name) {
  await page.evaluate(axe);
  const result = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), TAGS);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await page.screenshot({ path: `${screenshots}/desk-${name}.png`, fullPage: true });
  const violations = result.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((node) => node.html).join(" ")}`);
  found.push({ page: name, wide, violations });
}

async function person(name, lang, width) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
  const page = await context.newPage();
  const open = (path) => page.goto(new URL(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`, url).href);
  await open("/desk");
  await page.fill("input[name=name]", name);
  await page.fill("input[name=password]", password);
  await press(page, "main button[type=submit]");
  const cookies = await context.cookies();
  return { page, open, cookies, name };
}

const signed = await browser.newContext({ bypassCSP: true });
const login = await signed.newPage();
await login.goto(new URL("/desk/login?lang=en", url).href);
await look(login, "login");

const editor = await person("Li", "zh", 390);
await look(editor.page, "home-zh-390");
await editor.open("/desk/draft/penalties");
await editor.page.fill("input[name=number]", "江环罚〔2026〕7号");
await editor.page.fill("[name=party]", "江口水泥厂 13800138000");
await look(editor.page, "draft-zh-390");
// What is missing is told, and nothing that was written is lost.
await press(editor.page, "main form button:has-text('存为草稿')");
await look(editor.page, "draft-wrong-zh-390");
await editor.page.fill("[name=fact]", "废气超标排放");
await editor.page.fill("[name=decided]", "2026-11-20");
await press(editor.page, "main form button:has-text('存为草稿')");
await look(editor.page, "record-zh-390");
const record = new URL(editor.page.url()).pathname;

const reviewer = await person("Wang", "en", 1280);
await press(reviewer.page, "main a:has-text('draft')");
await look(reviewer.page, "records-en-1280");
await press(reviewer.page, "main table a");
await look(reviewer.page, "check-en-1280");
await press(reviewer.page, "button[value=pass]");

const publisher = await person("Zhao", "en", 1280);
await publisher.open(record);
await look(publisher.page, "release-en-1280");
await press(publisher.page, "main form button:has-text('Release')");
await look(publisher.page, "released-en-1280");

const operator = await person("Sun", "zh", 1280);
for (const page of ["service", "people", "tokens", "log", "account"]) {
  await operator.open(`/desk/${page}`);
  await look(operator.page, `${page}-zh-1280`);
}
await operator.open("/desk/tokens");
await press(operator.page, "button[value=issue]");
const secret = await operator.page.locator("main .note code").textContent();

const scores = await person("Qian", "en", 390);
for (const page of ["readings", "forecasts"]) {
  await scores.open(`/desk/${page}`);
  await look(scores.page, `${page}-en-390`);
}
await press(scores.page, "footer button");
if (!scores.page.url().includes("/desk/login")) throw new Error(scores.page.url());

console.log(JSON.stringify({ found, secret, cookie: operator.cookies[0], public: await (await fetch(new URL("/api/v1/registers/penalties", url))).json() }));
await browser.close();
