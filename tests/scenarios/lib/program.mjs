// Runs the program from outside, on a private store of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, chmodSync, rmSync, mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Runs a command to its end.  A code that is not wanted is an error that holds what it said.
function run(command, words, { env, input, wanted = [0] }) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
		const out = [], said = [];

		child.stdout.on('data', (piece) => out.push(piece));
		child.stderr.on('data', (piece) => said.push(piece));
		child.on('error', reject);
		child.on('close', (code, signal) => {
			const text = Buffer.concat(out).toString(), errors = Buffer.concat(said).toString();

			if (wanted.includes(code))
				resolve({ code, text, errors });
			else
				reject(new Error(`${command.split('/').at(-1)} ${words.join(' ')} gave ${code ?? signal}: ${errors}${text.slice(-500)}`));
		});
		child.stdin.on('error', () => {}); /* a child that reads nothing may be gone already */
		child.stdin.end(input ?? '');
	});
}

export class Store {
	constructor(program) {
		this.program = program;
		/* As root the server runs as another user, who must be able to enter. */
		this.folder = mkdtempSync('/tmp/evenhand-scn-');
		chmodSync(this.folder, 0o755);
		this.state = join(this.folder, 'state');
		mkdirSync(this.state, { mode: 0o755 });
		this.env = { ...process.env, EVENHAND_STATE: this.state, EVENHAND_IDLE_STOP: '20s' };
		delete this.env.EVENHAND_STORE;
		delete this.env.EVENHAND_CONFIG;
	}

	file(name, text) {
		const path = join(this.folder, name);

		if (text !== undefined)
			writeFileSync(path, text);
		return path;
	}

	run(words, options = {}) {
		return run(this.program, words, { env: this.env, ...options });
	}

	// What a reader of these sentences would stumble over.
	async reading(sentences) {
		const lint = join(dirname(this.program), 'tests/scenarios/reading');
		const read = await run(lint, [], { env: this.env, input: sentences.map((one) => one.replaceAll('\n', ' ') + '\n').join(''), wanted: [0, 1] });

		return read.text.split('\n').filter((line) => line !== '').map((line) => `a sentence of an alert ${line}`);
	}

	async json(words, options) {
		return JSON.parse((await this.run(words, options)).text);
	}

	// The lines of a replay: verdicts and alerts as they stand, and the last line read.
	async replay(words = []) {
		const lines = (await this.run(['replay', ...words, '--json'])).text.trimEnd().split('\n');

		return { lines: lines.slice(0, -1), end: JSON.parse(lines.at(-1)) };
	}

	// One value by SQL, for what no verb shows.
	async value(sql) {
		const socket = readFileSync(join(this.state, 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[4];

		return (await run('psql', ['-h', socket, '-U', 'evenhand_reader', '-d', 'evenhand', '-XAtqc', sql], { env: this.env })).text.trim();
	}

	async end(keep) {
		await this.run(['stop']);
		if (keep)
			console.log(`# kept in ${this.folder}`);
		else
			rmSync(this.folder, { recursive: true, force: true });
	}
}
