/*
 * The pages in a real browser: one way through them by hand, axe on each of them in light and dark and
 * in two widths, and the same words with JavaScript and without.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { PASSWORD, openStore } from "./store.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/* A kept result of the lab, with something in every part of it. */
const LAB = readFileSync(new URL("lab-result.json", import.meta.url), "utf8").trim();
const LAB_DIGEST = createHash("sha256").update(LAB).digest("hex");

const PAGES = {
	olga: ["/", "/monitors", "/m/underwriting/race/Black/adverse/raw", "/m/underwriting/race/Native/favourable/conditional",
		"/alerts", "/alerts?show=all", "/alerts/A-3f9c1b7d2e44", "/alerts/A-0c5d9912ab34", "/alerts/A-da7a00000001", "/alerts/A-da7a00000002", "/alerts/A-90e700000001", "/policy", "/sources", "/packs", "/audit", "/audit?kind=alert", "/help", "/account", "/nonsense"],
	peter: ["/alerts/A-3f9c1b7d2e44"],
	ada: ["/lab", `/lab?kept=${LAB_DIGEST}`],
	rita: ["/policy"],
	reg: ["/policy", "/r", "/r?source=underwriting&attribute=race", "/r/access"],
	root: ["/admin"],
};

let store, browser;
before(async () => {
	store = await openStore();
	store.sql(`INSERT INTO evenhand.lab_result (sha256, canonical, draft, in_force, seed, runs, leaves_below, kept_by, leaf_index)
		VALUES (decode('${LAB_DIGEST}', 'hex'), $lab$${LAB}$lab$, sha256('d'), sha256('f'), 1, 2, 0, 'ada', 0)`);
	store.sql(`INSERT INTO evenhand.session (token_sha256, user_name) VALUES (sha256('x'), 'olga');
		INSERT INTO evenhand.request (token_sha256, user_name, verb, alert_id, body) VALUES
		(sha256('x'), 'olga', 'propose', 'A-3f9c1b7d2e44', '{"event": "causal-link", "reason": "The vendor explains it.", "fields": {"causal_link_at": "2025-11-13T09:30:00Z", "basis": "release notes"}}')`);
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(async () => {
	await browser?.close();
	await store?.close();
});

const href = (where) => new URL(where, store.base).href;
const states = new Map();

/* A context that is signed in; one session a user, as sign-ins are rationed. */
async function contextOf(user, options) {
	if (user !== null && !states.has(user)) {
		const context = await browser.newContext();
		const page = await context.newPage();
		await page.goto(href("/login"));
		await page.getByLabel("User").fill(user);
		await page.getByLabel("Password").fill(PASSWORD);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.waitForURL((url) => url.pathname !== "/login");
		states.set(user, await context.storageState());
		await context.close();
	}
	const context = await browser.newContext({ ...options, storageState: user === null ? undefined : states.get(user) });
	context.setDefaultTimeout(15000);
	return context;
}

describe("a visit", () => {
	test("sign in, overview, alert, lineage, a note, sign out", async () => {
		const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
		const page = await context.newPage(), errors = [], strangers = [];
		page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
		page.on("pageerror", (error) => errors.push(String(error)));
		page.on("request", (request) => request.url().startsWith(store.base) || strangers.push(request.url()));
		await page.goto(href("/alerts"));
		assert.equal(new URL(page.url()).pathname, "/login");
		await page.getByLabel("User").fill("olga");
		await page.getByLabel("Password").fill(PASSWORD);
		await page.keyboard.press("Enter");
		await page.waitForURL(href("/alerts"));
		await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Overview" }).click();
		await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
		assert.match(await page.locator(".lede").innerText(), /3 of 32 monitors need attention/);
		assert.match(await page.locator(".tiles").innerText(), /hourly p < \.05 rule\s*143 times/);
		assert.match(await page.locator(".banner").innerText(), /invented/);
		await page.getByRole("link", { name: "race: Black" }).click();
		await page.getByRole("heading", { name: /Lineage/ }).waitFor();
		assert.match(await page.locator("#lineage").innerText(), /uw-risk-4\.3[\s\S]*changed since the onset/);
		assert.match(await page.locator("#answers").innerText(), /Northlake Analytics, Inc\./);
		assert.match(await page.locator("main").innerText(), /not by itself a finding of unlawful discrimination/);
		assert.match(await page.locator("#deadlines").innerText(), /Investigate \(within 2bd\)[\s\S]*in 3 days[\s\S]*Art\. 73[\s\S]*Aware since/);
		assert.equal(await page.locator("svg.machine .ring").count(), 1);
		await page.getByLabel("What may explain it").first().fill("model 4.3\na campaign");
		await page.getByLabel("Legal hold").selectOption("no");
		await page.getByLabel("Clock of the regulator").selectOption("EU15");
		await page.getByLabel("Reason").first().fill("Asked the vendor for the release notes.");
		await page.getByRole("button", { name: "Investigate" }).click();
		await page.locator("#requests").waitFor();
		assert.match(await page.locator("#requests").innerText(), /Investigate[\s\S]*waiting for judge/);
		assert.equal(store.sql("SELECT body -> 'fields' ->> 'hypotheses' FROM evenhand.request WHERE verb = 'investigate'"), '["model 4.3", "a campaign"]');
		await page.getByRole("button", { name: "Sign out" }).click();
		await page.waitForURL(href("/login"));
		assert.deepEqual(errors, []);
		assert.deepEqual(strangers, []);
		await context.close();
	});

	test("a chart is read with the arrow keys", async () => {
		const context = await contextOf("olga", {});
		const page = await context.newPage();
		await page.goto(href("/m/underwriting/race/Black/adverse/raw"));
		assert.match(await page.locator(".tiles").innerText(), /were they known\s*[\d.]+.*[\d.]+\s*the raw ratio, at worst and at best/i);
		await page.locator(".chart[data-at]").first().focus();
		await page.keyboard.press("End");
		assert.match(await page.locator(".reading").first().innerText(), /2025-11-20: .*1\.5\d/);
		await context.close();
	});

	test("a page that changed is brought up to date, one that did not is left alone", async () => {
		const context = await contextOf("olga", {});
		const page = await context.newPage();
		await page.clock.install();
		await page.goto(href("/alerts"));
		const fresh = page.waitForResponse((answer) => answer.url() === href("/alerts") && answer.request().resourceType() === "fetch");
		await page.clock.runFor(16000);
		assert.equal((await fresh).status(), 200);
		const same = page.waitForResponse((answer) => answer.request().resourceType() === "fetch");
		await page.clock.runFor(16000);
		assert.equal((await same).status(), 304);
		await context.close();
	});
});

describe("axe", () => {
	for (const colorScheme of ["light", "dark"])
		for (const width of [1280, 390])
			test(`${colorScheme}, ${width} pixels`, { timeout: 120000 }, async () => {
				for (const [user, list] of [[null, ["/login", "/login?check=1"]], ...Object.entries(PAGES)]) {
					const context = await contextOf(user, { colorScheme, viewport: { width, height: 844 } });
					const page = await context.newPage();
					for (const where of list) {
						await page.goto(href(where));
						await page.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
						const found = await page.evaluate(`${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);
						assert.deepEqual(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`), [], `${user} ${where}`);
						const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
						assert.ok(wide <= 0, `${where} is ${wide} pixels too wide`);
					}
					await context.close();
				}
			});
});

describe("without JavaScript", () => {
	/* What scripts add or hide is taken out of the comparison by its own marks. */
	const words = (page) => page.locator("main").evaluate((main) => {
		const copy = main.cloneNode(true);
		for (const extra of copy.querySelectorAll("[data-print], .reading, noscript"))
			extra.remove();
		return copy.textContent.replace(/\s+/g, " ").trim();
	});
	for (const [user, list] of Object.entries(PAGES))
		test(`${user}'s pages say the same`, { timeout: 60000 }, async () => {
			const withJs = await contextOf(user, {}), without = await contextOf(user, { javaScriptEnabled: false });
			const a = await withJs.newPage(), b = await without.newPage();
			for (const where of list.filter((path) => path !== "/account" && !path.startsWith("/r"))) {
				await a.goto(href(where));
				await b.goto(href(where));
				const bare = await words(b);
				assert.ok(bare.length > 60, where);
				assert.equal(await words(a), bare, where);
			}
			await withJs.close();
			await without.close();
		});

	test("signing in and asking for a step work", async () => {
		const context = await browser.newContext({ javaScriptEnabled: false });
		const page = await context.newPage();
		await page.goto(href("/alerts/A-77aa01c9de10"));
		await page.getByLabel("User").fill("olga");
		await page.getByLabel("Password").fill(PASSWORD);
		await page.getByRole("button", { name: "Sign in" }).click();
		await page.waitForURL(href("/alerts/A-77aa01c9de10"));
		await page.getByLabel("Reason").first().fill("I take this up.");
		await page.getByRole("button", { name: "Acknowledge" }).click();
		await page.locator("#requests").waitFor();
		assert.match(await page.locator("#requests").innerText(), /Acknowledge[\s\S]*I take this up/);
		await context.close();
	});
});

test("a page is small enough to send", async () => {
	const { gzipSync } = await import("node:zlib");
	const context = await contextOf("olga", {});
	for (const where of PAGES.olga) {
		const answer = await context.request.get(href(where), { failOnStatusCode: false });
		const bytes = gzipSync(await answer.body()).length;
		assert.ok(bytes <= 60000, `${where}: ${bytes} bytes`);
	}
	await context.close();
});
