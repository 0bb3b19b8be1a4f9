/*
 * store.mjs - a fresh private store with invented figures, and the dashboard over it.
 *
 * Each test file gets its own; all of it is gone afterwards.  As root the server runs
 * as the system's user `evenhand`, as it does for everyone.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
export const program = process.env.EVENHAND ?? path.join(here, "../../build/evenhand");
export const PASSWORD = "four words are good";
export const USERS = { olga: "insurer", peter: "approver", ada: "analyst", reg: "regulator", rita: "regulator-admin", rolf: "regulator-admin", root: "admin" };

function psql(state, ...args) {
	return execFileSync("psql", ["-h", path.join(state, "run"), "-U", "evenhand_admin", "-d", "evenhand", "-v", "ON_ERROR_STOP=1", "-qAtX", ...args], { encoding: "utf8" });
}

/* Resolves with the address that `evenhand serve` prints when it listens. */
function listening(child) {
	return new Promise((resolve, reject) => {
		let text = "";
		child.stdout.on("data", (bytes) => {
			text += bytes;
			if (text.includes("\n"))
				resolve(text.trim());
		});
		child.once("exit", (code) => reject(new Error(`evenhand serve ended with ${code}`)));
	});
}

export async function openStore() {
	const state = mkdtempSync(path.join(tmpdir(), "evenhand-web-"));
	rmSync(state, { recursive: true }); /* evenhand makes it, for whom it should belong to */
	const env = { ...process.env, EVENHAND_STATE: state, EVENHAND_STORE: "" };
	delete env.EVENHAND_STORE;
	const evenhand = (args, input) => execFileSync(program, args, { env, input, encoding: "utf8" });
	evenhand(["init"]);
	for (const [name, role] of Object.entries(USERS)) /* first: the store takes a step only of those who may */
		evenhand(["user", "add", name, "--role", role, "--password-stdin"], `${PASSWORD}\n`);
	psql(state, "-f", path.join(here, "fixture.sql"));
	psql(state, "-f", path.join(here, "policies.sql"));
	const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"], { env, stdio: ["ignore", "pipe", "inherit"] });
	const base = await listening(child);
	return {
		base,
		port: Number(new URL(base).port),
		evenhand,
		sql: (text) => psql(state, "-c", text).trim(),
		async close() {
			const ended = new Promise((resolve) => child.once("exit", resolve));
			child.kill("SIGTERM");
			const code = await ended;
			evenhand(["stop"]);
			if (existsSync(state))
				rmSync(state, { recursive: true });
			if (code !== 0)
				throw new Error(`evenhand serve ended with ${code}`);
		},
	};
}

/* fetch, whose "fetch failed" says why. */
async function ask(where, options) {
	try {
		return await fetch(where, options);
	} catch (error) {
		throw new Error(`${where}: ${error.message}: ${error.cause}`, { cause: error });
	}
}

const known = new Map();

/* A signed-in visitor without a browser; the same session each time, as sign-ins are rationed. */
export async function visitor(store, user) {
	if (!known.has(user))
		known.set(user, await signIn(store, user));
	return known.get(user);
}

/* The same with a new session: fetch with its cookie. */
export async function signIn(store, user) {
	const answer = await ask(new URL("/login", store.base), {
		method: "POST", redirect: "manual", headers: { Origin: store.base.slice(0, -1) },
		body: new URLSearchParams({ user, password: PASSWORD, next: "/" }),
	});
	const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
	const call = (where, options = {}) => ask(new URL(where, store.base), {
		redirect: "manual", ...options, headers: { Cookie: cookie, Origin: store.base.slice(0, -1), ...options.headers },
	});
	return {
		cookie,
		get: call,
		async csrf(where = "/account") {
			const text = await (await call(where)).text();
			return /name="csrf" value="([^"]*)"/.exec(text)?.[1];
		},
		async post(where, fields, headers = {}) {
			return call(where, { method: "POST", body: new URLSearchParams(fields), headers });
		},
	};
}
