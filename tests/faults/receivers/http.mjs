// http.mjs FOLDER SECRET - receivers on loopback: webhooks by HTTPS (and by HTTPS under a name that is not ours), syslog by TLS, TCP, UDP.
// Prints `PORTS {...}` once; each thing received is a line of JSON in FOLDER/received, and `ask` answers questions about them.
//
// The path says how a webhook answers: /ok, /500, /slow (200 after 1 s), /hang, /redirect, /long, /flaky (two of five fail).
import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer as http } from 'node:http';
import { createServer as https } from 'node:https';
import { createServer as tcp } from 'node:net';
import { createServer as tls } from 'node:tls';
import { createSocket } from 'node:dgram';

const [folder, secret] = process.argv.slice(2);
const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
const good = { key: readFileSync(`${folder}/good.key`), cert: readFileSync(`${folder}/good.pem`) };
const other = { key: readFileSync(`${folder}/other.key`), cert: readFileSync(`${folder}/other.pem`) };
const note = (what) => appendFileSync(`${folder}/received`, JSON.stringify({ at: Date.now(), ...what }) + '\n');

// As Standard Webhooks asks: over id, timestamp and the bytes of the body.
function verified(headers, body) {
	const want = createHmac('sha256', key).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest();
	const young = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 300;
	return young && (headers['webhook-signature'] ?? '').split(' ').some((one) => {
		const got = Buffer.from(one.replace(/^v1,/, ''), 'base64');
		return one.startsWith('v1,') && got.length === want.length && timingSafeEqual(got, want);
	});
}

let turns = 0;
function answer(path, response) {
	if (path === '/500') response.writeHead(500).end();
	else if (path === '/slow') setTimeout(() => response.writeHead(200).end('ok'), 1000);
	else if (path === '/hang') return;
	else if (path === '/redirect') response.writeHead(302, { location: `https://127.0.0.1:${ports.https}/ok` }).end();
	else if (path === '/long') response.writeHead(200).end('x'.repeat(200000));
	else if (path === '/flaky' && ++turns * 7 % 5 < 2) response.writeHead(503).end();
	else response.writeHead(path === '/v2/enqueue' ? 202 : 200).end('ok');
}

function web(request, response) {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => {
		const body = Buffer.concat(parts);
		const taken = { kind: 'http', path: request.url, key: request.headers['idempotency-key'], verified: verified(request.headers, body),
			headers: request.headers, body: body.toString() };
		response.on('finish', () => note({ ...taken, status: response.statusCode }));
		if (request.url === '/hang') note({ ...taken, status: 0 });
		answer(request.url, response);
	});
}

// RFC 6587: a number of octets, a blank, and so many octets.
function frames(over) {
	return (socket) => {
		let held = Buffer.alloc(0);
		socket.on('error', () => {});
		socket.on('data', (part) => {
			held = Buffer.concat([held, part]);
			for (;;) {
				const blank = held.indexOf(' '), n = Number(held.subarray(0, blank));
				if (blank < 1 || held.length < blank + 1 + n) return;
				note({ kind: 'syslog', over, line: held.subarray(blank + 1, blank + 1 + n).toString() });
				held = held.subarray(blank + 1 + n);
			}
		});
	};
}

const listen = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const udp = createSocket('udp4');
udp.on('message', (part) => note({ kind: 'syslog', over: 'udp', line: part.toString() }));
// The test asks what came: an expression over `all`, answered 200 where it holds.
function judge(request, response) {
	let asked = '';
	request.on('data', (part) => { asked += part; });
	request.on('end', () => {
		const all = readFileSync(`${folder}/received`, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
		const said = [];
		let holds = false;
		try {
			holds = new Function('all', 'say', `return (${asked});`)(all, (text) => said.push(text));
		} catch (problem) {
			console.error(`${asked}: ${problem.message}`);
		}
		response.writeHead(holds ? 200 : 404).end(said.map((text) => text + '\n').join(''));
	});
}
const ports = {
	ask: await listen(http(judge)),
	https: await listen(https(good, web)),
	elsewhere: await listen(https(other, web)),
	tls: await listen(tls(good, frames('tls'))),
	tcp: await listen(tcp(frames('tcp'))),
	udp: await new Promise((done) => udp.bind(0, '127.0.0.1', () => done(udp.address().port))),
};
console.log(`PORTS ${JSON.stringify(ports)}`);
