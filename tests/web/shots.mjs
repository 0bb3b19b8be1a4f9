/*
 * shots.mjs - pictures of every page, to be looked at: light and dark, 1280 and 390 pixels wide.
 *
 *   node shots.mjs http://127.0.0.1:8787/ FOLDER [NAME...]
 *
 * Users and password are those of the fixture.
 */
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
import { PASSWORD } from "./store.mjs";

const [base, folder, ...only] = process.argv.slice(2);
const PAGES = [
	["login", null, "/login"],
	["overview", "olga", "/"],
	["monitors", "olga", "/monitors"],
	["monitor", "olga", "/m/underwriting/race/Black/adverse/raw"],
	["thin", "olga", "/m/underwriting/race/Native/favourable/conditional"],
	["alerts", "olga", "/alerts"],
	["alert", "olga", "/alerts/A-3f9c1b7d2e44"],
	["sources", "olga", "/sources"],
	["fault", "olga", "/alerts/A-da7a00000002"],
	["unmapped", "olga", "/alerts/A-da7a00000001"],
	["audit", "olga", "/audit"],
	["help", "olga", "/help"],
	["account", "olga", "/account"],
	["lab", "ada", "/lab"],
	["policy", "olga", "/policy"],
	["policy-approve", "peter", "/policy"],
	["policy-floor", "rita", "/policy"],
	["governance", "olga", "/alerts/A-90e700000001"],
	["regulator", "reg", "/r?source=underwriting&attribute=race"],
	["access", "reg", "/r/access"],
	["admin", "root", "/admin"],
	["missing", "olga", "/nonsense"],
];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"])
	for (const width of [1280, 390])
		for (const user of [null, "olga", "peter", "ada", "reg", "rita", "root"]) {
			const pages = PAGES.filter(([name, who]) => who === user && (only.length === 0 || only.includes(name)));
			if (pages.length === 0)
				continue;
			const context = await browser.newContext({ colorScheme, viewport: { width, height: width === 390 ? 844 : 900 } });
			const page = await context.newPage();
			page.on("console", (message) => message.type() === "error" && console.error(message.text()));
			if (user !== null) {
				await page.goto(new URL("/login", base).href);
				await page.fill("#user", user);
				await page.fill("#password", PASSWORD);
				await page.click("main button");
				await page.waitForURL((url) => !url.pathname.startsWith("/login"));
			}
			for (const [name, , path] of pages) {
				await page.goto(new URL(path, base).href);
				await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
			}
			await context.close();
		}
await browser.close();
