/*
 * The HTTP half by raw sockets and by fetch: what two parsers could read in two ways is refused, the slow are
 * ended, who may not ask learns nothing, forms of others do nothing.
 */
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, test } from "node:test";
import { PASSWORD, USERS, openStore, signIn, visitor } from "./store.mjs";

let store;
before(async () => { store = await openStore(); });
after(async () => { await store.close(); });

/* Sends bytes as they are; resolves with all that comes back until the end of the stream or `ms`. */
function raw(text, ms = 3000) {
	return new Promise((resolve) => {
		let answer = "", ended = false;
		const socket = net.connect(store.port, "127.0.0.1", () => socket.write(Buffer.from(text, "latin1")));
		const done = () => { clearTimeout(timer); socket.destroy(); resolve({ answer, ended }); };
		const timer = setTimeout(done, ms);
		socket.on("data", (bytes) => { answer += bytes.toString("latin1"); });
		socket.on("end", () => { ended = true; done(); });
		socket.on("error", () => { ended = true; done(); });
	});
}

const statuses = (answer) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));
const HOST = "Host: 127.0.0.1\r\n";
const SMUGGLED = `GET /login HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;

describe("requests that could be read in two ways", () => {
	const table = [
		["a length beside chunks", `POST /login HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
		["two lengths", `POST /login HTTP/1.1\r\n${HOST}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${SMUGGLED}`],
		["a space before the colon", `POST /login HTTP/1.1\r\n${HOST}Content-Length : 5\r\n\r\n${SMUGGLED}`],
		["chunks that are not the last coding", `POST /login HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
		["an unknown coding", `POST /login HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
		["chunks alone", `POST /login HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
		["chunks over HTTP/1.0", `POST /login HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
		["two hosts", `GET / HTTP/1.1\r\n${HOST}Host: localhost\r\n\r\n${SMUGGLED}`],
		["a host that is not ours", `GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n${SMUGGLED}`],
		["no host", `GET / HTTP/1.1\r\n\r\n${SMUGGLED}`],
		["a bare CR in a value", `GET / HTTP/1.1\r\n${HOST}X-A: b\rc\r\n\r\n${SMUGGLED}`],
		["a small method", `get / HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`],
		["a method of our own", `EVIL / HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`],
		["an absolute address", `GET http://evil/ HTTP/1.1\r\n${HOST}\r\n${SMUGGLED}`],
		["a signed length", `POST /login HTTP/1.1\r\n${HOST}Content-Length: +5\r\n\r\n${SMUGGLED}`],
		["a negative length", `POST /login HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n${SMUGGLED}`],
		["a list of lengths", `POST /login HTTP/1.1\r\n${HOST}Content-Length: 5, 5\r\n\r\n${SMUGGLED}`],
		["a body of a GET", `GET / HTTP/1.1\r\n${HOST}Content-Length: 44\r\n\r\n${SMUGGLED}`],
		["a body that is too large", `POST /login HTTP/1.1\r\n${HOST}Content-Length: 65537\r\n\r\n${SMUGGLED}`],
		["a form of another kind", `POST /login HTTP/1.1\r\n${HOST}Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`],
	];
	for (const [name, text] of table)
		test(name, async () => {
			const { answer, ended } = await raw(text);
			const codes = statuses(answer);
			assert.ok(ended, "the connection stays open");
			assert.ok(codes.every((code) => code >= 400 && code < 500), `answered ${codes}`);
			assert.ok(!answer.includes("<h1>Sign in"), "the request behind it was carried out");
		});

	test("escaped NUL, broken escapes and odd queries", async () => {
		for (const target of ["/m/%00", "/m/a%2", "/m/%ff%fe", "/alerts?show=%00", "/alerts?a=1&a=2"]) {
			const { answer } = await raw(`GET ${target} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
			assert.ok([303, 400, 404].includes(statuses(answer)[0]), `${target}: ${statuses(answer)}`);
		}
		const olga = await visitor(store, "olga");
		for (const target of ["/m/%00", "/m/a%2", "/m/%ff%fe", "/alerts?show=%00", "/alerts?a=1&a=2"]) {
			const { answer } = await raw(`GET ${target} HTTP/1.1\r\n${HOST}Cookie: ${olga.cookie}\r\nConnection: close\r\n\r\n`);
			assert.equal(statuses(answer)[0], 400, target);
		}
	});

	test("paths are taken to the letter", async () => {
		for (const target of ["/static/..%2f..%2fetc%2fpasswd", "/static/../../etc/passwd", "//static/app.css", "/static/app.css/"]) {
			const { answer } = await raw(`GET ${target} HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
			assert.equal(statuses(answer)[0], 404, target);
		}
	});

	test("a head that is too large", async () => {
		const { answer } = await raw(`GET / HTTP/1.1\r\n${HOST}X-A: ${"a".repeat(60000)}\r\n\r\n`);
		assert.ok(statuses(answer).every((code) => code >= 400));
		const many = await raw(`GET / HTTP/1.1\r\n${HOST}${"X-A: b\r\n".repeat(100)}\r\n`);
		assert.equal(statuses(many.answer)[0], 431);
	});

	test("a pipeline of good requests is answered in order", async () => {
		const one = `GET /static/mark.svg HTTP/1.1\r\n${HOST}\r\n`;
		const { answer } = await raw(one + one + SMUGGLED);
		assert.deepEqual(statuses(answer), [200, 200, 200]);
	});
});

describe("the slow", () => {
	test("who trickles a head is ended, and others are served meanwhile", { timeout: 30000 }, async () => {
		const slow = Array.from({ length: 30 }, () => new Promise((resolve) => {
			const since = Date.now();
			const socket = net.connect(store.port, "127.0.0.1", () => socket.write(`GET / HTTP/1.1\r\n${HOST}`));
			const drip = setInterval(() => socket.write("X-A: b\r\n"), 500);
			const done = () => { clearInterval(drip); socket.destroy(); resolve(Date.now() - since); };
			socket.on("close", done);
			socket.on("end", done);
			socket.on("error", done);
		}));
		const answer = await fetch(new URL("/login", store.base));
		assert.equal(answer.status, 200);
		for (const ms of await Promise.all(slow))
			assert.ok(ms < 15000, `lived for ${ms} ms`);
	});

	test("who never sends the body is ended", { timeout: 30000 }, async () => {
		const { ended } = await raw(`POST /login HTTP/1.1\r\n${HOST}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nuser=`, 20000);
		assert.ok(ended);
	});
});

describe("headers", () => {
	test("every answer has them", async () => {
		const olga = await visitor(store, "olga");
		for (const where of ["/", "/login", "/nonsense", "/static/app.css", "/api/alerts"]) {
			const { headers } = await olga.get(where);
			assert.match(headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/);
			assert.equal(headers.get("x-content-type-options"), "nosniff");
			assert.equal(headers.get("x-frame-options"), "DENY");
			assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
			assert.equal(headers.get("referrer-policy"), "same-origin");
			assert.equal(headers.get("server"), null);
		}
	});

	test("pages are not stored, the style sheet is", async () => {
		const olga = await visitor(store, "olga");
		assert.equal((await olga.get("/")).headers.get("cache-control"), "no-store");
		const css = /href="(\/static\/app\.css\?v=[0-9a-f]+)"/.exec(await (await olga.get("/")).text())[1];
		assert.match((await fetch(new URL(css, store.base))).headers.get("cache-control"), /immutable/);
		assert.equal((await fetch(new URL("/static/app.css?v=0", store.base))).headers.get("cache-control"), "no-store");
	});

	test("an unchanged page is not sent again", async () => {
		const olga = await visitor(store, "olga");
		const first = await olga.get("/alerts");
		const mark = first.headers.get("etag");
		assert.match(mark, /^"[0-9a-f]{32}"$/);
		const second = await olga.get("/alerts", { headers: { "If-None-Match": mark } });
		assert.equal(second.status, 304);
		assert.equal(await second.text(), "");
	});

	test("HEAD is GET without the body", async () => {
		const olga = await visitor(store, "olga");
		const answer = await olga.get("/alerts", { method: "HEAD" });
		assert.equal(answer.status, 200);
		assert.ok(Number(answer.headers.get("content-length")) > 1000);
	});
});

describe("sign-in", () => {
	const post = (fields, headers) => fetch(new URL("/login", store.base), { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) });

	test("the cookie is HttpOnly and SameSite=Strict, and new each time", async () => {
		const origin = { Origin: store.base.slice(0, -1) };
		const a = await post({ user: "olga", password: PASSWORD, next: "/alerts" }, { ...origin, Cookie: "evenhand=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" });
		assert.equal(a.status, 303);
		assert.equal(a.headers.get("location"), "/login?check=1&next=/alerts");
		const cookie = a.headers.getSetCookie()[0];
		assert.match(cookie, /^evenhand=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
		assert.ok(!cookie.includes("AAECAwQF"));
		const hash = store.sql("SELECT count(*) FROM evenhand.session WHERE encode(token_sha256, 'escape') LIKE '%" + cookie.slice(9, 20) + "%'");
		assert.equal(hash, "0");
	});

	test("wrong ones are told nothing, and wait", { timeout: 30000 }, async () => {
		const origin = { Origin: store.base.slice(0, -1) };
		const texts = new Set();
		for (const fields of [{ user: "peter", password: "wrong" }, { user: "nobody", password: "wrong" }]) {
			const answer = await post(fields, origin);
			assert.equal(answer.status, 401);
			texts.add((await answer.text()).replaceAll(fields.user, ""));
		}
		assert.equal(texts.size, 1, "the answers differ");
		let status;
		for (let i = 0; i < 7; i++)
			status = (await post({ user: "mallory", password: "wrong" }, origin)).status;
		assert.equal(status, 429);
		assert.ok((await signIn(store, "olga")).cookie);
	});

	test("a sign-in from elsewhere is refused", async () => {
		for (const headers of [{}, { Origin: "http://evil.example" }, { "Sec-Fetch-Site": "cross-site" }])
			assert.equal((await post({ user: "olga", password: PASSWORD }, headers)).status, 403);
	});

	test("it leads to our own pages only", async () => {
		const olga = await signIn(store, "olga");
		for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "/r", "/nonsense", "/alerts%0d%0aX-A: b"])
			assert.equal((await olga.get(`/login?next=${encodeURIComponent(next)}`)).headers.get("location"), "/");
		assert.equal((await olga.get("/login?next=/alerts")).headers.get("location"), "/alerts");
	});

	test("a browser that keeps no cookie is told so", async () => {
		const text = await (await fetch(new URL("/login?check=1", store.base))).text();
		assert.match(text, /did not keep its cookie/);
	});

	test("signing out ends it, in the store", async () => {
		const olga = await signIn(store, "olga");
		assert.equal((await olga.get("/")).status, 200);
		const answer = await olga.post("/logout", { csrf: await olga.csrf() });
		assert.equal(answer.status, 303);
		assert.match(answer.headers.getSetCookie()[0], /Max-Age=0/);
		assert.equal((await olga.get("/")).headers.get("location"), "/login");
	});

	test("a session ends by itself, and with its user", async () => {
		const ada = await signIn(store, "ada");
		assert.equal((await ada.get("/lab")).status, 200);
		store.sql("UPDATE evenhand.session SET created_at = now() - interval '31 minutes' WHERE user_name = 'ada'; DELETE FROM evenhand.session_seen");
		assert.equal((await ada.get("/lab")).status, 303);
		const again = await signIn(store, "ada");
		store.sql("INSERT INTO evenhand.session_seen SELECT token_sha256 FROM evenhand.session WHERE user_name = 'ada'; UPDATE evenhand.session SET created_at = now() - interval '13 hours' WHERE user_name = 'ada'");
		assert.equal((await again.get("/lab")).status, 303);
		const third = await signIn(store, "ada");
		store.sql("UPDATE evenhand.app_user SET disabled_at = now() WHERE user_name = 'ada'");
		assert.equal((await third.get("/lab")).status, 303);
		store.sql("UPDATE evenhand.app_user SET disabled_at = NULL WHERE user_name = 'ada'");
	});

	test("the other sessions can be ended", async () => {
		const here = await signIn(store, "root"), there = await signIn(store, "root");
		assert.equal((await here.post("/account/end-others", { csrf: await here.csrf() })).status, 303);
		assert.equal((await here.get("/admin")).status, 200);
		assert.equal((await there.get("/admin")).status, 303);
	});
});

describe("the lab", () => {
	const draft = { name: "tried here", drift: "0.90", level: "0.75", page: "0.5", review: "4", window: "30", minimum: "30", from: "", to: "", runs: "0", seed: "1", outcomes: "both", conditional: "yes", yaml: "" };

	/* The page of a run when it is through. */
	async function through(who, where) {
		for (let i = 0; i < 100; i++) {
			const text = await (await who.get(where)).text();
			if (!text.includes("The run goes on"))
				return text;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		throw new Error("the run does not end");
	}

	test("a draft is replayed by a child, and its result can be kept and proposed", async () => {
		const ada = await visitor(store, "ada"), csrf = await ada.csrf();
		const begun = await ada.post("/lab", { csrf, ...draft });
		assert.equal(begun.status, 303);
		const where = begun.headers.get("location");
		assert.match(where, /^\/lab\?run=\d+$/);
		const text = await through(ada, where);
		assert.match(text, /Result: tried here/);
		const digest = /class="digest">([0-9a-f]{64})</.exec(text)[1];
		const run = /run=(\d+)/.exec(where)[1];
		assert.equal((await ada.post("/lab/ask", { csrf, run, what: "approval", reason: " ", effective: "2201-01-01T00:00:00Z" })).status, 400);
		assert.equal((await ada.post("/lab/ask", { csrf, run, what: "approval", reason: "fewer pages", effective: "2201-01-01T00:00:00Z" })).status, 303);
		assert.equal(store.sql("SELECT string_agg(verb, ' ' ORDER BY request_id) FROM evenhand.request WHERE body ->> 'reason' = 'fewer pages'"), "lab-keep policy-propose");
		assert.equal(store.sql("SELECT body ->> 'lab_sha256' FROM evenhand.request WHERE verb = 'policy-propose' AND body ->> 'reason' = 'fewer pages'"), digest);
		assert.match(await (await ada.get(where)).text(), /waits for judge/);
		store.sql("DELETE FROM evenhand.request WHERE body ->> 'reason' = 'fewer pages'"); /* other pages show requests too */
	});

	test("what is no draft is said, and a run that is not there", async () => {
		const ada = await visitor(store, "ada"), csrf = await ada.csrf();
		const wrong = await ada.post("/lab", { csrf, ...draft, drift: "1.5" });
		assert.equal(wrong.status, 400);
		assert.match(await wrong.text(), /Drift line: 1.5 is not between 0.5 and 0.99/);
		assert.equal((await ada.post("/lab", { csrf, ...draft, level: "0.95" })).status, 400);
		assert.equal((await ada.post("/lab", { csrf, ...draft, outcomes: "neither" })).status, 400);
		const refused = await ada.post("/lab", { csrf, ...draft, yaml: "policy: x\nlines: [{tau: 3, gate: 1}]\n" });
		const page = await through(ada, refused.headers.get("location"));
		assert.match(page, /There is no result: .*3 lies outside/s);
		assert.match(page, /lines: \[\{tau: 3/); /* the draft stands in the form again */
		assert.match(await (await ada.get("/lab?run=9999")).text(), /not here any more/);
		assert.match(await (await ada.get("/lab?kept=00")).text(), /no result is kept/);
	});

	test("an approver may look, and run nothing", async () => {
		const peter = await visitor(store, "peter"), csrf = await peter.csrf();
		assert.equal((await peter.get("/lab")).status, 200);
		assert.equal((await peter.post("/lab", { csrf, ...draft })).status, 404);
		assert.equal((await peter.post("/lab/ask", { csrf, run: "1", what: "keep", reason: "r" })).status, 404);
	});
});

describe("who may what", () => {
	/* What the table of routes lets each role see; everything else must look like nothing. */
	const may = {
		olga: ["/", "/monitors", "/m/underwriting/race/Black/adverse/raw", "/alerts", "/alerts/A-3f9c1b7d2e44", "/lab", "/policy", "/audit", "/r/access", "/help", "/account"],
		peter: ["/", "/monitors", "/m/underwriting/race/Black/adverse/raw", "/alerts", "/alerts/A-3f9c1b7d2e44", "/lab", "/policy", "/audit", "/help", "/account"],
		ada: ["/", "/monitors", "/m/underwriting/race/Black/adverse/raw", "/alerts", "/alerts/A-3f9c1b7d2e44", "/lab", "/policy", "/audit", "/help", "/account"],
		rita: ["/r", "/r/access", "/policy", "/help", "/account"],
		rolf: ["/r", "/r/access", "/policy", "/help", "/account"],
		reg: ["/r", "/r/access", "/policy", "/help", "/account"],
		root: ["/admin", "/help", "/account"],
	};
	const all = [...new Set(Object.values(may).flat())];
	for (const user of Object.keys(USERS))
		test(user, async () => {
			const who = await visitor(store, user);
			for (const where of all) {
				if (where === "/" && !may[user].includes("/"))
					continue; /* leads home */
				const page = await who.get(where), api = await who.get(`/api${where}`);
				const expected = may[user].includes(where) ? 200 : 404;
				assert.equal(page.status, expected, where);
				assert.equal(api.status, expected, `/api${where}`);
			}
		});

	test("nobody at all is led to sign in, and the API says 404", async () => {
		for (const where of all) {
			assert.equal((await fetch(new URL(where, store.base), { redirect: "manual" })).status, 303, where);
			assert.equal((await fetch(new URL(`/api${where}`, store.base), { redirect: "manual" })).status, 404, where);
		}
	});

	test("an id that does not exist is 404 and not an error", async () => {
		const olga = await visitor(store, "olga");
		for (const where of ["/alerts/A-0", "/alerts/'%3B--", "/m/x/y/z/adverse/raw", "/m/'%20OR%201=1"])
			assert.equal((await olga.get(where)).status, 404, where);
	});
});

describe("deeds", () => {
	const count = () => Number(store.sql("SELECT count(*) FROM evenhand.request"));
	const ALERT = "/alerts/A-3f9c1b7d2e44";

	test("a request is one row, with the session's hash", async () => {
		const olga = await visitor(store, "olga"), before = count();
		const answer = await olga.post(`${ALERT}/note`, { csrf: await olga.csrf(), reason: "Called the vendor; 5 % \"more\" & <b>flags</b>." });
		assert.equal(answer.status, 303);
		assert.equal(answer.headers.get("location"), `${ALERT}#requests`);
		assert.equal(count(), before + 1);
		assert.equal(store.sql("SELECT verb || ' ' || user_name || ' ' || alert_id || ' ' || (body ->> 'reason') || ' ' || (token_sha256 IS NOT NULL) FROM evenhand.request ORDER BY request_id DESC LIMIT 1"),
			"note olga A-3f9c1b7d2e44 Called the vendor; 5 % \"more\" & <b>flags</b>. true");
		const page = await (await olga.get(ALERT)).text();
		assert.match(page, /5 % &quot;more&quot; &amp; &lt;b&gt;flags&lt;\/b&gt;/);
		assert.match(page, /waiting for judge/);
	});

	test("the page says who was told, and what was answered", async () => {
		const olga = await visitor(store, "olga");
		const page = await (await olga.get(ALERT)).text();
		assert.match(page, /<b>compliance<\/b>[^]*?step 1: delivered after 1 try, SMTP 250/);
		assert.match(page, /<b>tickets<\/b>[^]*?step 1: not delivered yet after 1 try, HTTP 503/);
		assert.match(page, /<b>oncall<\/b>[^]*?step 2: dead letter after 3 tries, Could not resolve host: &lt;events&gt;/);
		const model = await (await olga.get(`/api${ALERT}`)).json();
		assert.deepEqual(model.told.items.map((item) => item.route), ["oncall", "tickets", "compliance"]);
	});

	test("without the session's token nothing happens", async () => {
		const olga = await visitor(store, "olga"), peter = await visitor(store, "peter"), before = count();
		for (const csrf of [undefined, "", await peter.csrf()])
			assert.equal((await olga.post(`${ALERT}/note`, csrf === undefined ? { reason: "x" } : { csrf, reason: "x" })).status, 403);
		assert.equal((await olga.post(`${ALERT}/note`, { csrf: await olga.csrf(), reason: "x" }, { Origin: "http://evil.example" })).status, 403);
		assert.equal((await olga.post(`${ALERT}/note`, { csrf: await olga.csrf(), reason: "  \n" })).status, 400);
		assert.equal((await olga.post("/alerts/A-none/note", { csrf: await olga.csrf(), reason: "x" })).status, 400);
		assert.equal(count(), before);
	});

	test("the wrong role finds no such page", async () => {
		const before = count();
		for (const [user, deed] of [["peter", "acknowledge"], ["ada", "acknowledge"], ["reg", "note"], ["root", "note"], ["olga", "approve"], ["olga", "delete"]]) {
			const who = await visitor(store, user);
			const answer = await who.post(`${ALERT}/${deed}`, { csrf: await who.csrf(), reason: "x", request_id: "1" });
			assert.equal(answer.status, 404, `${user} ${deed}`);
		}
		assert.equal(count(), before);
	});

	test("an end is proposed by one and approved by another", async () => {
		const olga = await visitor(store, "olga"), peter = await visitor(store, "peter");
		assert.equal((await olga.post(`${ALERT}/propose`, { csrf: await olga.csrf(), event: "delete", reason: "x" })).status, 400);
		assert.equal((await olga.post(`${ALERT}/propose`, { csrf: await olga.csrf(), event: "causal-link", reason: "x", causal_link_at: "in spring" })).status, 400);
		assert.equal((await olga.post(`${ALERT}/propose`, { csrf: await olga.csrf(), event: "causal-link", reason: "the vendor says so", causal_link_at: "2025-11-13 09:30", basis: "release notes" })).status, 303);
		assert.equal(store.sql("SELECT body -> 'fields' ->> 'causal_link_at' FROM evenhand.request WHERE verb = 'propose'"), "2025-11-13T09:30:00Z");
		const page = await (await peter.get(ALERT)).text();
		const id = /name="request_id" value="(\d+)"/.exec(page)?.[1];
		assert.ok(id, "nothing to approve");
		assert.ok(!(await (await olga.get(ALERT)).text()).includes('name="request_id"'), "the proposer may approve");
		assert.equal((await peter.post(`${ALERT}/approve`, { csrf: await peter.csrf(), request_id: id, reason: "Seen." })).status, 303);
		assert.equal(store.sql("SELECT body ->> 'request_id' FROM evenhand.request WHERE verb = 'approve'"), id);
	});
});

describe("the policy", () => {
	const asked = () => Number(store.sql("SELECT count(*) FROM evenhand.request WHERE verb LIKE 'policy-%'"));
	const draft = { layer: "house", policy: "policy: mine\nbudget: {page: 1}\n", effective: "2199-01-01T00:00:00Z", reason: "Because.", lab_sha256: "" };

	test("what is in force, to come, waiting and past", async () => {
		const model = await (await (await visitor(store, "olga")).get("/api/policy")).json();
		assert.equal(model.house.name, "built-in default");
		assert.equal(model.floor.name, "state floor");
		assert.deepEqual(model.next.map((one) => one.name), ["weekly figures"]);
		assert.deepEqual(model.waiting.map((one) => [one.name, one.own, one.may_approve]), [["more room for reviews", true, false]]);
		assert.deepEqual(model.history.map((one) => one.standing), ["waiting", "to come", "in force", "rejected", "in force"]);
		assert.deepEqual(model.next[0].changes.at(-1), { looser: true, words: "window goes from 30d to 7d." });
		assert.match(model.asked[0].outcome, /^refused: that version is in force/);
		assert.deepEqual(model.alerts.map((one) => one.id), ["A-90e700000001"]);
	});

	test("a proposal is one row, as judge takes it", async () => {
		const ada = await visitor(store, "ada"), before = asked();
		assert.equal((await ada.post("/policy/propose", { ...draft, csrf: await ada.csrf() })).headers.get("location"), "/policy#waiting");
		assert.equal(asked(), before + 1);
		const [verb, body] = store.sql("SELECT verb || '|' || body FROM evenhand.request ORDER BY request_id DESC LIMIT 1").split("|");
		assert.equal(verb, "policy-propose");
		const { canonical, ...rest } = JSON.parse(body);
		assert.deepEqual(rest, { layer: "house", effective: "2199-01-01T00:00:00Z", reason: "Because.", lab_sha256: null });
		assert.equal(JSON.parse(canonical).budget.page, "1");
	});

	test("a draft that cannot be read comes back with the place, and nothing is written", async () => {
		const ada = await visitor(store, "ada"), before = asked();
		for (const [fields, why] of [[{ policy: "policy: <b>\nwindows: 3d\n" }, /draft:2:1: unknown key &quot;windows&quot;/], [{ effective: "soon" }, /the instant is written as/], [{ reason: " " }, /a reason of at most 2000 bytes/]]) {
			const answer = await ada.post("/policy/propose", { ...draft, ...fields, csrf: await ada.csrf() });
			const text = await answer.text();
			assert.equal(answer.status, 400);
			assert.match(text, why);
			assert.ok(text.includes(fields.policy ? "policy: &lt;b&gt;\nwindows: 3d" : "policy: mine"), "what was typed is gone");
		}
		assert.equal(asked(), before);
	});

	test("an approver approves the version that he saw, and nobody his own", async () => {
		const peter = await visitor(store, "peter"), page = await (await peter.get("/policy")).text();
		const [, id] = /formaction="\/policy\/(\d+)\/approve"/.exec(page), [, sha256] = /name="sha256" value="([0-9a-f]{64})"/.exec(page);
		assert.ok(!(await (await (await visitor(store, "olga")).get("/policy")).text()).includes("/approve"), "the proposer may approve");
		assert.equal((await peter.post(`/policy/${id}/approve`, { csrf: await peter.csrf(), sha256, reason: "Agreed." })).status, 303);
		assert.equal(store.sql("SELECT body::text FROM evenhand.request WHERE verb = 'policy-approve'"), `{"reason": "Agreed.", "sha256": "${sha256}", "proposal": ${id}}`);
		assert.equal((await peter.post(`/policy/${id}/reject`, { csrf: await peter.csrf(), sha256, reason: "" })).status, 400);
		assert.equal((await peter.post("/policy/x1/reject", { csrf: await peter.csrf(), reason: "x" })).status, 400);
	});

	test("the wrong role, and a form without the session's token, do nothing", async () => {
		const before = asked();
		for (const [user, deed] of [["peter", "propose"], ["reg", "propose"], ["root", "propose"], ["olga", "1/approve"], ["ada", "1/approve"], ["reg", "1/approve"], ["reg", "1/reject"], ["root", "1/reject"]]) {
			const who = await visitor(store, user);
			assert.equal((await who.post(`/policy/${deed}`, { ...draft, csrf: await who.csrf() })).status, 404, `${user} ${deed}`);
		}
		const ada = await visitor(store, "ada");
		for (const csrf of ["", await (await visitor(store, "peter")).csrf()])
			assert.equal((await ada.post("/policy/propose", { ...draft, csrf })).status, 403);
		assert.equal(asked(), before);
	});

	test("the regulator's side sees both layers, and of people its own", async () => {
		for (const name of ["reg", "rita"]) {
			const who = await visitor(store, name), text = await (await who.get("/policy")).text();
			const model = await (await who.get("/api/policy")).json();
			assert.deepEqual(model.history.map((one) => one.name).sort(), ["built-in default", "more room for reviews", "state floor", "underwriting, one line", "weekly figures"]);
			assert.match(model.floor.who, /rita/);
			assert.ok(!/olga|peter|ada,|two more reviewers/.test(text.replace(/<header[\s\S]*?<\/header>/, "")), "people of the house are named");
			assert.deepEqual(model.alerts, []);
			assert.equal(model.form?.layer, name === "rita" ? "floor" : undefined);
		}
	});
});

describe("listening", () => {
	test("a port that is taken is not shared", () => {
		assert.throws(() => store.evenhand(["serve", "--listen", `127.0.0.1:${store.port}`]), /cannot listen on 127\.0\.0\.1/);
	});
	test("the world is not served", () => {
		assert.throws(() => store.evenhand(["serve", "--listen", "0.0.0.0:0"]), /can be reached from other machines/);
	});
});

describe("what the store may refuse", () => {
	test("the dashboard's role can write requests and sessions, and nothing else", () => {
		const whole = store.sql("SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'evenhand_reader' AND privilege_type <> 'SELECT'");
		assert.equal(whole, "0");
		const may = store.sql(`SELECT string_agg(what, ', ' ORDER BY what) FROM (SELECT table_name || ' ' || privilege_type || ' ' ||
			string_agg(column_name, ' ' ORDER BY column_name) AS what FROM information_schema.role_column_grants
			WHERE grantee = 'evenhand_reader' AND privilege_type <> 'SELECT' GROUP BY table_name, privilege_type) g`);
		assert.equal(may, "access INSERT resource user_name, request INSERT alert_id body token_sha256 user_name verb, " +
			"session INSERT token_sha256 user_name, session_end INSERT token_sha256, session_seen INSERT token_sha256");
		assert.equal(store.sql(`SELECT count(*) FROM information_schema.role_table_grants WHERE grantee = 'evenhand_regulator' AND (privilege_type <> 'SELECT' OR table_schema = 'evenhand' AND table_name <> 'migration')`), "0");
	});

	test("a regulator's look is on record before it is shown", async () => {
		const reg = await visitor(store, "reg");
		const before = Number(store.sql("SELECT count(*) FROM evenhand.access"));
		const model = await (await reg.get("/api/r?source=underwriting&attribute=race")).json();
		assert.equal(Number(store.sql("SELECT count(*) FROM evenhand.access")), before + 1);
		assert.equal(model.months.length, 10);
		const native = model.groups.indexOf("Native");
		for (const month of model.months)
			assert.deepEqual(month.cells[native], { hidden: true });
	});

	test("packs: both verdicts, what slicing hides, what cannot be asked, and a new component", async () => {
		const packs = await (await (await visitor(store, "olga")).get("/api/packs")).json();
		const [ratio, drivers, errors] = packs.results[0].lines;

		assert.deepEqual(ratio.rows.map((row) => row.word), ["Both", "Not enough data"]);
		assert.equal(ratio.rule, "Line below 0.8 (house); fisher at 0.05 (house).");
		assert.equal(ratio.remarks[0].alone, "No part says anything alone, and together they cross.");
		assert.deepEqual([drivers.rows[0].word, drivers.remarks[0].text, drivers.rows[0].state], ["Shown", "dti<b> 0.412", undefined]);
		assert.equal(errors.remarks[0].text, "outcomes of this period were not due when it closed");
		assert.deepEqual([packs.changes[0].component, packs.changes[0].rows[0].factor], ["uw-risk-4.3<b>", "0.821"]);
		assert.equal((await (await (await visitor(store, "olga")).get("/api/packs?pack=house&page=2")).json()).none, true);
		for (const name of ["reg", "root"])
			assert.equal((await (await visitor(store, name)).get("/packs")).status, 404);
	});
	test("sources: what became of rows is for all who may see, ids of rows for those who answer for them", async () => {
		const seen = {};
		for (const name of ["olga", "peter", "ada"])
			seen[name] = (await (await (await visitor(store, name)).get("/api/sources")).json()).sources;
		const [claims, underwriting] = seen.olga;
		assert.deepEqual([claims.name, claims.state, underwriting.state], ["claims", "alert", "watch"]);
		assert.match(claims.gap.reason, /The slot evenhand_claims is gone/);
		assert.equal(claims.observes.find((one) => one.name === "Outcomes").seen, "not observable");
		assert.equal(underwriting.fates.find((one) => one.name === "Delivered again").n, "406");
		assert.match(underwriting.unmapped[0], /sex holds the value “X<i>”, which the map gives no group: 212 decisions/);
		assert.equal(underwriting.outcomes.immature, 101377);
		assert.equal(underwriting.set_aside.reasons[0].sample.ids[0], "D-14");
		assert.deepEqual(seen.peter[1].set_aside, underwriting.set_aside);
		assert.equal(seen.ada[1].set_aside.reasons[0].n, "14 rows");
		assert.ok(!JSON.stringify(seen.ada).includes("D-14"));
		for (const name of ["reg", "root"])
			assert.equal((await (await visitor(store, name)).get("/sources")).status, 404);
		const text = await (await (await visitor(store, "olga")).get("/sources")).text();
		assert.ok(text.includes("X&lt;i&gt;") && !text.includes("X<i>"));
	});

	test("the store going away is an error page, and its return is noticed", { timeout: 60000 }, async () => {
		const olga = await visitor(store, "olga");
		store.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('evenhand_reader', 'evenhand_regulator')");
		for (let i = 0; i < 4; i++)
			assert.equal((await olga.get("/alerts")).status, 200);
	});
});
