// The paths that people take, in both languages, on a phone and on a desk: a resident, a researcher, an operator.
// Usage: people.mjs URL CHROMIUM SCREENSHOTS TOKEN. Prints each step and whether it went well, and errors of the console.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.PAGES_MODULES + "/");
const { chromium } = require("playwright-core");

const [url, executablePath, screenshots, token] = process.argv.slice(2);
const folder = `${screenshots}/people`;
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const steps = [];
const errors = [];
const DEVICES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
const WORDS = {
  zh: { station: "一号站", none: "没有与", larger: "大字版", near: "离我最近", found: "离您最近的站点：一号站", show: "显示", table: "以表格查看这些小时值", why: "这个数值是怎么来的", data: "数据", zoom: "移动和缩放", nearer: "放大", time: "时间" },
  en: { station: "Station One", none: "No station fits", larger: "Larger", near: "Nearest to me", found: "Nearest to you: Station One", show: "Show", table: "Show these hours as a table", why: "How this figure came about", data: "Data", zoom: "Move and zoom", nearer: "Zoom in", time: "Time" },
};

for (const [device, viewport] of Object.entries(DEVICES)) {
  for (const lang of ["zh", "en"]) {
    const words = WORDS[lang];
    const context = await browser.newContext({
      viewport, locale: lang === "zh" ? "zh-CN" : "en-GB", permissions: ["geolocation"], geolocation: { latitude: 28.49, longitude: 104.91 },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    page.on("console", (message) => message.type() === "error" && errors.push(`${device} ${lang}: ${message.text()}`));
    page.on("pageerror", (error) => errors.push(`${device} ${lang}: ${error}`));
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    let number = 0;

    const step = async (name, what) => {
      let ok = false, why = "";
      try {
        ok = await what();
      } catch (error) {
        why = String(error).split("\n").slice(0, 3).join(" ");
      }
      steps.push({ name: `${device} ${lang}: ${name}`, ok: Boolean(ok), why });
      await page.screenshot({ path: `${folder}/${device}-${lang}-${String(++number).padStart(2, "0")}-${name.replaceAll(/\W+/g, "-")}.png` });
    };
    const go = (path) => page.goto(new URL(path, url).href);
    const text = async (selector) => (await page.locator(selector).first().textContent()) ?? "";
    const inView = async (selector) => {
      const box = await page.locator(selector).first().boundingBox();
      return box && box.y + box.height <= viewport.height;
    };

    // A resident: today's air within one screen, their own station, larger type, live.
    await step("the air stands on the first screen", async () => {
      await go("/");
      const tile = await text(".tile.air");
      return (await inView(".tile.air")) && /AQI \d+/.test(tile) && /\d\d:\d\d-\d\d:\d\d/.test(tile);
    });
    await step("water and noise too", async () => (await inView(".tile.water")) && (await inView(".tile.noise")));
    await step("the nearest station on a tap, and nobody is told", async () => {
      asked.length = 0;
      await page.getByRole("button", { name: words.near }).click();
      await page.waitForFunction((found) => document.getElementById("nearest").textContent.startsWith(found), words.found);
      return asked.every((address) => !/28\.49|104\.91/.test(address)) && /1\.\d/.test(await text("#nearest"));
    });
    await step("a station by its pinyin", async () => {
      await page.getByRole("searchbox").fill("yihao");
      await page.keyboard.press("Enter");
      await page.waitForURL(/search/);
      return (await text(".states")).includes(words.station);
    });
    await step("what does not exist is said so", async () => {
      await page.getByRole("searchbox").fill("<b>xyz");
      await page.keyboard.press("Enter");
      await page.waitForURL(/xyz/);
      return (await text("main > p[role=status]")).includes(words.none);
    });
    await step("the station's page", async () => {
      await go("/search?q=yh");
      await page.getByRole("link", { name: words.station, exact: true }).click();
      await page.waitForURL(/stations\/A1/);
      return (await text("h1")).includes(words.station) && /AQI/.test(await text("article.card"));
    });
    await step("larger type stays on the next page", async () => {
      await page.getByRole("link", { name: words.larger }).click();
      await page.waitForURL(/view=elder/);
      await page.getByRole("link", { name: words.data, exact: true }).click();
      await page.waitForURL(/data/);
      const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
      return size >= 24;
    });
    await step("what is sent in is seen without a reload", async () => {
      await go("/noise");
      await page.evaluate(() => (window.here = true));
      const level = 61 + steps.length / 10;
      const start = new Date(Math.floor(Date.now() / 36e5) * 36e5).toISOString();
      const body = { station: "N1", readings: [{ parameter: "leq", start, period: "PT1H", value: level }] };
      const sent = await fetch(new URL("/api/v1/submissions", url), {
        method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify(body),
      });
      await page.waitForFunction((level) => document.querySelector("main").textContent.includes(level), level.toFixed(1));
      return sent.status === 201 && (await page.evaluate(() => window.here));
    });

    // A researcher: the figures, where they come from, years at a glance, a release.
    await step("charts have a table", async () => {
      await go("/stations/A1");
      await page.getByText(words.table).click();
      return (await page.locator("details[open] tbody tr").count()) === 48;
    });
    await step("a figure leads to how it came about", async () => {
      await page.locator("details[open] tbody a").first().click();
      await page.waitForURL(/explain/);
      return (await text("h1")).includes(words.why);
    });
    await step("nothing of the zooming chart is loaded before the tap", async () => {
      asked.length = 0;
      await go("/stations/A1");
      return asked.every((address) => !/uplot/.test(address));
    });
    await step("years are drawn on a tap", async () => {
      await page.getByRole("button", { name: words.show }).click();
      await page.locator(".plot canvas").waitFor();
      return asked.some((address) => /uplot/.test(address)) && (await text(".u-legend th")).startsWith(words.time);
    });
    await step("hours when coming closer", async () => {
      const finer = page.waitForRequest(/period=PT1H/);
      await page.locator("#years [data-do=month]").click();
      await page.waitForFunction(() => document.querySelector("#years [role=status]").textContent.length > 0);
      return Boolean(await finer);
    });
    await step("a release and its manifest", async () => {
      await go("/datasets/stations");
      const manifest = await page.locator("a[href$='datapackage.json']").first().getAttribute("href");
      const answer = await page.request.get(new URL(manifest, url).href);
      return answer.ok() && (await answer.json()).resources.length > 0;
    });

    // An operator: whether data arrive.
    await step("the state of each station", async () => {
      await go("/status");
      return (await text("main")).includes(words.station);
    });
    await step("the map and its list", async () => {
      asked.length = 0;
      await go("/map");
      return (await page.locator("figure.map > svg a").count()) === 4 && (await page.locator(".states li").count()) === 4;
    });
    await step("the map moves after a tap, and nothing of that is loaded before", async () => {
      const early = asked.filter((address) => /leaflet|outline/.test(address));
      await page.getByRole("button", { name: words.zoom }).click();
      await page.locator("#leaflet path.land").waitFor({ state: "attached" });
      const loaded = asked.filter((address) => /leaflet-[\d.]+[.](js|css)$|outline/.test(address));
      const signs = page.locator("#leaflet .pin a");
      const links = await signs.evaluateAll((all) => all.map((one) => one.getAttribute("href") + one.querySelector("svg").childElementCount));
      return early.length === 0 && loaded.length === 3 && links.length === 4 && links.every((link) => /stations\/\w\d.*[1-9]$/.test(link))
        && asked.every((address) => new URL(address).host === new URL(url).host) && !(await page.locator(".map > svg").isVisible());
    });
    await step("its signs follow what is sent in, where the reader has moved it", async () => {
      await page.getByRole("button", { name: words.nearer }).click();
      const level = 41 + steps.length / 10;
      const start = new Date(Math.floor(Date.now() / 36e5) * 36e5).toISOString();
      const body = { station: "N1", readings: [{ parameter: "leq", start, period: "PT1H", value: level }] };
      await fetch(new URL("/api/v1/submissions", url), {
        method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify(body),
      });
      const shown = page.locator(`#leaflet .pin a[title*="${level.toFixed(1)}"]`);
      await shown.waitFor({ state: "attached" });
      return (await page.locator("#leaflet .pin a").count()) === 4 && !(await page.locator(".map > svg").isVisible());
    });
    await step("on paper nothing is lost but the doors", async () => {
      await go("/stations/A1");
      await page.emulateMedia({ media: "print" });
      const shown = await page.evaluate(() => {
        const seen = (selector) => document.querySelector(selector)?.getBoundingClientRect().height > 0;
        return { nav: seen("nav"), address: seen(".printed"), card: seen("article.card"), charts: seen(".charts svg") };
      });
      await page.pdf({ path: `${folder}/${device}-${lang}.pdf`, format: "A4" });
      await page.emulateMedia({ media: "screen" });
      return !shown.nav && shown.address && shown.card && shown.charts && (await text(".printed")).includes("/stations/A1");
    });
    await context.close();
  }
}
await browser.close();
console.log(JSON.stringify({ steps, errors }));
