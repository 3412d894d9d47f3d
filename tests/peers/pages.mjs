// Walks pages in a browser: axe-core's rules of WCAG 2.0 to 2.2 A and AA, no sideways scrolling, words without a script.
// Frames are as high as docs/embed.md says. Usage: pages.mjs URL CHROMIUM SCREENSHOTS PATH… Prints what was found as JSON.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.PAGES_MODULES + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const [url, executablePath, screenshots, ...paths] = process.argv.slice(2);
mkdirSync(screenshots, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const found = [];

async function look(path, { lang, elder, width, scheme }) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, bypassCSP: true });
  const page = await context.newPage();
  const asked = new URL(path, url);
  asked.searchParams.set("lang", lang);
  if (elder) asked.searchParams.set("view", "elder");
  const answer = await page.goto(asked.href, { waitUntil: "load" });
  await page.evaluate(axe);
  const result = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), TAGS);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  const name = `${path.replaceAll(/[^a-z0-9]+/gi, "-")}${lang}-${elder ? "elder" : "usual"}-${width}-${scheme}`;
  await page.screenshot({ path: `${screenshots}/${name}.png` });
  found.push({
    page: `${asked.pathname}${asked.search} ${width} ${scheme}`,
    status: answer.status(),
    lang: await page.getAttribute("html", "lang"),
    wide,
    violations: result.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((node) => node.html).join(" ")}`),
  });
  await context.close();
}

// Each language in both type sizes, each size on a phone and on a desk, in light and in dark.
const VIEWS = [
  { lang: "zh", elder: false, width: 320, scheme: "light" },
  { lang: "zh", elder: true, width: 1280, scheme: "dark" },
  { lang: "en", elder: false, width: 1280, scheme: "dark" },
  { lang: "en", elder: true, width: 320, scheme: "light" },
];
for (const path of paths) {
  for (const view of VIEWS) await look(path, view);
}

// The same words with and without a script.
const words = {};
for (const javaScriptEnabled of [true, false]) {
  const context = await browser.newContext({ javaScriptEnabled });
  const page = await context.newPage();
  await page.goto(new URL("/?lang=en", url).href);
  words[javaScriptEnabled] = (await page.locator("main").textContent()).replaceAll(/\s+/g, " ").trim();
  await context.close();
}

// Pixels that a frame has left of the height that docs/embed.md gives it.
const frames = {};
const EXAMPLES = { "{id}": "A1", "{area}": "江口" };
const manual = readFileSync(new URL("../../docs/embed.md", import.meta.url), "utf8");
for (const row of manual.split("\n").filter((line) => /^\s*\| `\/embed/.test(line))) {
  const [names, narrow, wide] = row.split("|").slice(1).map((cell) => cell.trim());
  for (const [, name] of names.matchAll(/`([^`]+)`/g)) {
    for (const lang of ["zh", "en"]) {
      for (const [width, height] of [[360, Number(narrow)], [720, Number(wide)]]) {
        const page = await browser.newPage({ viewport: { width, height } });
        const path = name.replace(/\{\w+\}/g, (part) => EXAMPLES[part]);
        await page.goto(new URL(`${path}?lang=${lang}`, url).href);
        frames[`${path} ${lang} ${width}`] = height - (await page.evaluate(() => document.documentElement.scrollHeight));
        await page.close();
      }
    }
  }
}
await browser.close();
console.log(JSON.stringify({ found, words, frames }));
