/*
 * The page of `evenhand audit --html` as a reader opens it: from a file, in light and dark, wide and narrow, on paper.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const example = join(process.env.TREE, "examples/audit");
const NAME = "<script>document.title = 'run'</script>";
const LONG = "agroupwithalongnameandwithoutanyblanksinitwhichnobodychooses";

let folder, browser;

const audit = (...args) => execFileSync(process.env.EVENHAND, ["audit", ...args], { encoding: "utf8" });

/* A log whose groups have names that a page must not obey. */
function hostile() {
	const map = join(folder, "map.yaml"), log = join(folder, "log.csv"), page = join(folder, "hostile.html");
	const rows = ["id,at,decision,g"];
	for (let i = 0; i < 300; i++)
		rows.push(`${i},2026-01-01T00:00:00Z,${i % 3 ? "yes" : "no"},"${[NAME, LONG, "a\u202eb&\"\"'"][i % 3]}"`);
	writeFileSync(log, rows.join("\n") + "\n");
	writeFileSync(map, `source: hostile\ntable: public.h\ncolumns: {id: id, decided_at: at, decision: decision}\n` +
		`favourable: ["yes"]\nprotected: [{name: "<b>g</b>", column: g, reference: ${LONG}}]\n`);
	audit("--map", map, log, "--html", page);
	return page;
}

before(async () => {
	folder = mkdtempSync(join(tmpdir(), "evenhand-report-"));
	audit("--map", join(example, "map.yaml"), join(example, "decisions.csv"), "--by", "month", "--html", join(folder, "example.html"));
	hostile();
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true, force: true });
});

async function open(name, options) {
	const context = await browser.newContext(options);
	const page = await context.newPage(), asked = [], complaints = [];
	page.on("request", (request) => asked.push(request.url()));
	page.on("console", (message) => complaints.push(message.text()));
	page.on("pageerror", (error) => complaints.push(String(error)));
	await page.goto(`file://${join(folder, name)}`);
	return { context, page, asked, complaints };
}

describe("the page of an audit", () => {
	for (const name of ["example.html", "hostile.html"])
		for (const colorScheme of ["light", "dark"])
			for (const width of [1280, 320])
				test(`${name}, ${colorScheme}, ${width} px`, async () => {
					const { context, page, asked, complaints } = await open(name, { colorScheme, viewport: { width, height: 900 } });
					await page.evaluate(axe);
					const found = await page.evaluate(() => globalThis.axe.run(document,
						{ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
					assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
					assert.equal(asked.length, 1, `asks for ${asked}`);
					assert.deepEqual(complaints, []);
					assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it scrolls sideways");
					await context.close();
				});

	test("says its answer, and shows a chart for one width only", async () => {
		const { context, page } = await open("example.html", { viewport: { width: 1280, height: 900 } });
		assert.match(await page.locator(".lede").innerText(), /A line was crossed for 2 of 5 groups/);
		assert.ok(await page.locator("#ratios-wide-t").evaluate((title) => title.closest("svg").checkVisibility()));
		assert.ok(!await page.locator("#ratios-narrow-t").evaluate((title) => title.closest("svg").checkVisibility()));
		await page.getByRole("link", { name: "How it was done" }).click();
		assert.ok(await page.locator("#method").isVisible());
		await context.close();
	});

	test("a name is a name", async () => {
		const { context, page } = await open("hostile.html", {});
		assert.match(await page.title(), /^Fairness audit of hostile/);
		assert.equal(await page.locator("script, b:has-text('g') > b").count(), 0);
		assert.match(await page.locator("main").innerText(), /<script>document\.title = 'run'<\/script>/);
		assert.match(await page.locator("main").innerText(), /a<U\+202E>b&"'/);
		await context.close();
	});

	test("prints with its headings as a tagged document", async () => {
		const { context, page } = await open("example.html", {});
		const pdf = await page.pdf({ tagged: true, outline: true, preferCSSPageSize: true });
		assert.ok(pdf.toString("latin1").includes("/StructTreeRoot"));
		await context.close();
	});
});
