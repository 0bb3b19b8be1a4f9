// Plays scenario files against the program: node tests/scenarios/run.mjs [FILE ...]
//
// EVENHAND names the program (build/evenhand), KEEP=1 leaves what was made.
// Prints a line a scenario and, last, `N passed, N failed, N skipped`.

import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { dirname, join, basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from './lib/parse.mjs';
import { csv, draw } from './lib/draw.mjs';
import { Store } from './lib/program.mjs';
import { check } from './lib/check.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = resolve(process.env.EVENHAND ?? 'build/evenhand');
const AT_ONCE = 2;

const fixed = {
	source: 'source: scenario',
	table: 'table: log.scenario',
	columns: 'columns: {id: id, decided_at: decided_at, decision: decision}',
	favourable: 'favourable: [approve]',
	follow: 'follow: no',
};

class Play {
	constructor(scenario) {
		this.scenario = scenario;
		this.store = new Store(program);
		this.rows = [];
		this.columns = ['id', 'decided_at', 'decision'];
		this.loads = 0;
		this.people = new Set();
		this.acted = false;
		this.lab = { lost: [], gained: [], both: [] };
		this.before = { lines: [], end: {} };
	}

	add(rows) {
		for (const name of Object.keys(rows[0] ?? {}))
			if (!this.columns.includes(name))
				this.columns.push(name);
		for (const row of rows)
			this.rows.push(row);
	}

	map(section) {
		this.mapFile = this.store.file('map.yaml', Object.values(fixed).join('\n') + '\n' + section.text);
	}

	decisions(section) {
		this.add(draw(section, this.loads === 0 ? 'd' : `d${this.loads + 1}-`));
	}

	async load() {
		if (this.loads > 0)
			this.before = await this.store.replay();
		this.loads++;
		const log = this.store.file(`log-${this.loads}.csv`, csv(this.rows, this.columns));

		this.imported = await this.store.json(['import', '--map', this.mapFile, log, '--json']);
		await this.store.run(['gather', '--map', this.mapFile]);
		await this.store.run(['judge']);
		this.rows = [];
		this.checked = false;
	}

	async draft(section) {
		const draft = this.store.file('draft.yaml', section.text);

		await this.settle();
		this.lab = await this.store.json(['lab', '--draft', draft, '--runs', '2', '--json']);
		this.labAgain = await this.store.json(['lab', '--draft', draft, '--runs', '2', '--threads', '1', '--json']);
	}

	async knows(name, role) {
		if (!this.people.has(name))
			await this.store.run(['user', 'add', name, '--role', role, '--password-stdin'], { input: `${name} has a long password\n` });
		this.people.add(name);
	}

	// `NAME (role) pack enable|disable PACK: reason`, or `pack approve`; `refused` at the end where judge must say no.
	async packStep([, name, role, word, pack, reason, refused]) {
		await this.knows(name, role);
		const about = word === 'approve' ? this.proposed : pack;
		const asking = this.store.run(['pack', word, about, '--as', name, '--reason', reason], { wanted: [0, 2] });

		asking.catch(() => {});
		await this.untilAsked();
		await this.store.run(['judge']);
		await asking; /* it may have given up waiting: what judge wrote is what counts */
		const [number, done] = (await this.store.value('SELECT request_id, done FROM evenhand.request_outcome ORDER BY 1 DESC LIMIT 1')).split('|');

		if ((done === 't') === (refused !== undefined))
			throw new Error(`pack ${word} by ${name} was ${done === 't' ? 'carried out' : 'refused'}`);
		this.proposed = word === 'approve' ? this.proposed : number;
	}

	// `NAME (role) policy propose house|floor from DATE: reason`, `policy approve` or `policy reject`; `refused` at the end where
	// judge must say no.  What is proposed is the last `policy` section, and what is approved the last proposal.
	async policyStep([, name, role, word, layer, from, reason, refused]) {
		await this.knows(name, role);
		const about = word === 'propose' ? [this.policyFile, '--effective', `${from}T00:00:00Z`, ...(layer === 'floor' ? ['--floor'] : [])] : [this.proposal];
		const asking = this.store.run(['policy', word, ...about, '--as', name, '--reason', reason], { wanted: [0, 2, 3] });

		asking.catch(() => {});
		await this.untilAsked();
		await this.store.run(['judge']);
		await asking; /* it may have given up waiting: what judge wrote is what counts */
		const [number, done, message] = (await this.store.value('SELECT request_id, done, message FROM evenhand.request_outcome ORDER BY 1 DESC LIMIT 1')).split('|');

		if ((done === 't') === (refused !== undefined))
			throw new Error(`policy ${word} by ${name}: ${message}`);
		if (word === 'propose')
			this.proposal = number;
		this.checked &&= this.acted; /* once more after the first */
		this.acted = true;
	}

	// A map under another name over the same log, registered and not read.
	async otherMap(section) {
		const file = this.store.file('second.yaml', Object.values({ ...fixed, source: 'source: second' }).join('\n') + '\n' + section.text);

		await this.store.run(['source', 'add', '--map', file]);
		await this.store.run(['judge']);
	}

	// `NAME (role) STEP ATTRIBUTE GROUP {field: value | field: value}: reason`; the step puts a request.  `cannot STEP ...`
	// wants it refused.  A data alert is named `data FAULT`; what is approved is what was proposed last.
	async step({ text, number }) {
		const pack = /^(\S+) \((\S+)\) pack (enable|disable|approve)(?: (\S+))?: (.+?)( \(refused\))?$/.exec(text);

		if (pack !== null) {
			await this.answer();
			return this.packStep(pack);
		}
		const policy = /^(\S+) \((\S+)\) policy (propose|approve|reject)(?: (house|floor) from (\S+))?: (.+?)( \(refused\))?$/.exec(text);

		if (policy !== null) {
			await this.answer();
			return this.policyStep(policy);
		}
		const match = /^(\S+) \((\S+)\) (cannot )?(propose \S+|[a-z-]+) (\S+) ([^{:]+?)(?: \{(.*)\})?: (.+)$/.exec(text);

		if (match === null)
			throw new Error(`line ${number}: a step reads "NAME (role) STEP ATTRIBUTE GROUP: reason"`);
		const [, name, role, cannot, verb, attribute, group, fields, reason] = match;
		const [word, event] = verb.split(' ');

		await this.knows(name, role);
		this.known ??= await this.store.json(['alerts', 'list', '--json']);
		const alert = this.known.filter((one) => attribute === 'data' ? one.fault === group : one.kind !== 'governance' && one.attribute === attribute && one.group === group).at(-1);
		const written = (fields ?? '').split('|').filter((one) => one !== '')
			.map((one) => one.trim().replace(/^([a-z_]+): /, '--$1=').replace(/^--[^=]*/, (flag) => flag.replaceAll('_', '-')));
		const asking = this.store.run(['alerts', word, word === 'approve' ? this.proposed : alert.alert, '--as', name, '--reason', reason,
			...(event ? ['--event', event] : []), ...written], { wanted: [0, 2, 3] });

		await this.untilAsked();
		const request = Number(await this.store.value('SELECT max(request_id) FROM evenhand.request'));

		if (word === 'propose' && !cannot)
			this.proposed = String(request);
		(this.asked ??= []).push({ request, number, cannot, asking });
		this.acted = true;
	}

	// Judge answers all that was asked, in the order in which it was; what it wrote is what counts.
	async answer() {
		const asked = this.asked ?? [];

		this.asked = this.known = undefined;
		for (let tries = 0; asked.length > 0 && tries < 5; tries++) {
			await this.store.run(['judge']);
			if ((await this.store.value('SELECT count(*) FROM evenhand.request r WHERE NOT EXISTS (SELECT FROM evenhand.request_outcome o WHERE o.request_id = r.request_id)')) === '0')
				break;
		}
		for (const { request, number, cannot, asking } of asked) {
			const [done, message] = (await this.store.value(`SELECT done, message FROM evenhand.request_outcome WHERE request_id = ${request}`)).split('|');

			await asking;
			if ((done === 't') === (cannot !== undefined))
				throw new Error(`line ${number}: ${done === 't' ? 'it should have been refused' : message}`);
		}
	}

	// Judge answers what is there when it comes, so the request must be there first.
	async untilAsked() {
		this.requests = (this.requests ?? 0) + 1;
		for (let tries = 0; tries < 200; tries++) {
			if (Number(await this.store.value('SELECT count(*) FROM evenhand.request')) >= this.requests)
				return;
			await new Promise((done) => setTimeout(done, 20));
		}
		throw new Error('the request of a step never arrived');
	}

	// Loads what waits, and looks at everything once.
	async settle() {
		if (this.rows.length > 0)
			await this.load();
		const { lines, end } = await this.store.replay();
		const parsed = lines.map((line) => JSON.parse(line));
		const status = await this.store.json(['status', '--json']);

		this.seen = {
			lines, end,
			before: this.before,
			verdictLines: parsed.filter((line) => line.type === 'verdict'),
			alertLines: parsed.filter((line) => line.type === 'alert'),
			alerts: await this.store.json(['alerts', 'list', '--json']),
			setAside: (await this.store.json(['setaside', 'list', '--json'])).set_aside,
			source: status.sources[0],
			figures: JSON.parse((await this.store.value('SELECT figures FROM evenhand.source_latest')) || '{"missing": []}'),
			imported: this.imported,
			lab: this.lab,
			labAgain: this.labAgain,
			steps: JSON.parse(await this.store.value(`SELECT coalesce(json_agg(json_build_object('attribute', a.attribute, 'group', a.grp, 'fault', f.body ->> 'fault',
				'events', (SELECT string_agg(t.event, ' ' ORDER BY t.step_no) FROM evenhand.alert_step t WHERE t.alert_id = a.alert_id)) ORDER BY f.leaf_index), '[]')
				FROM evenhand.alert a JOIN evenhand.alert_step f ON f.alert_id = a.alert_id AND f.step_no = 1`)),
			policy: await this.store.json(['policy', 'history', '--json']),
			packs: await this.store.json(['pack', 'show', '--json']),
			changes: await this.store.json(['pack', 'changes', '--json']),
		};
		return status;
	}

	async expect(section) {
		const status = await this.settle();
		const broken = [...check(section.lines, this.seen), ...(await this.always(status))];

		if (broken.length > 0)
			throw new Error(broken.join('\n'));
	}

	// What must hold in every scenario, asked once after each load.
	async always(status) {
		const broken = [];
		const { lines, end } = this.seen;

		if (this.checked)
			return broken;
		this.checked = true;
		const anew = await this.store.replay(['--map', this.mapFile]);
		if (anew.end.tally_digest !== end.tally_digest || status.tally_digest !== end.tally_digest)
			broken.push('the tally digest of status, of replay and of replay --map are not the same');
		if (this.loads === 1 && !this.acted) {
			const odd = lines.findIndex((line, i) => line !== anew.lines[i]);

			if (odd >= 0 || lines.length !== anew.lines.length)
				broken.push(`replay --map differs from replay in line ${odd + 1}:\n  ${lines[odd]}\n  ${anew.lines[odd]}`);
			if (anew.end.evidence_digest !== end.evidence_digest)
				broken.push('the evidence digests of replay and replay --map are not the same');
		}
		/* some data alerts hang on the wall clock or on counters, which no close covers: a replay does not tell of them */
		const steps = new Set(this.seen.alertLines.map((line) => line.alert));
		const kept = this.seen.alerts.filter((one) => one.kind !== 'governance' && !['stalled', 'gap', 'retained-wal', 'capped', 'duplicates', 'set-aside'].includes(one.fault));
		if (steps.size !== kept.length || kept.some((one) => !steps.has(one.alert)))
			broken.push(`replay knows the alerts ${[...steps].join(' ')}, the store ${kept.map((one) => one.alert).join(' ')}`);
		const again = await this.store.run(['recompute'], { wanted: [0, 1] });
		if (again.code !== 0)
			broken.push(`recompute differs: ${again.text}`);
		const ledger = await this.store.run(['ledger', 'check'], { wanted: [0, 1] });
		if (ledger.code !== 0)
			broken.push(`ledger check says no: ${ledger.text}${ledger.errors}`);
		return [...broken, ...(await this.store.reading(this.seen.alerts.flatMap((one) => [one.sentence, one.unknown ?? '']))) ];
	}

	async play() {
		for (const section of this.scenario.sections) {
			if (section.kind === 'map')
				this.map(section);
			else if (section.kind === 'decisions')
				this.decisions(section);
			else if (section.kind === 'rows')
				this.add(section.rows);
			else if (section.kind === 'load')
				await this.load();
			else if (section.kind === 'draft')
				await this.draft(section);
			else if (section.kind === 'policy')
				this.policyFile = this.store.file('policy.yaml', section.text);
			else if (section.kind === 'other map')
				await this.otherMap(section);
			else if (section.kind === 'expect')
				await this.expect(section);
			else
				for (const line of section.lines)
					await this.step(line);
			await this.answer(); /* to the people of a section together */
		}
	}
}

async function playFile(file) {
	const began = Date.now();
	const result = { file, question: '', error: null };
	let play = null;

	try {
		const scenario = parse(readFileSync(file, 'utf8'), file);

		result.question = scenario.question;
		play = new Play(scenario);
		await play.play();
	} catch (error) {
		result.error = error;
	} finally {
		await play?.store.end(process.env.KEEP === '1');
	}
	result.seconds = (Date.now() - began) / 1000;
	return result;
}

function print(number, { file, question, error, seconds }) {
	console.log(`${error === null ? 'ok' : 'not ok'} ${number} - ${basename(file, '.scn')}: ${question} (${seconds.toFixed(1)} s)`);
	if (error !== null)
		console.log(error.message.replace(/^/gm, '#   '));
}

async function main(files) {
	let next = 0, printed = 0, failed = 0;

	if (!existsSync(program)) {
		console.log(`# ${program} is not built: run make first`);
		process.exit(3);
	}
	const worker = async () => {
		while (next < files.length) {
			const result = await playFile(files[next++]);

			failed += result.error === null ? 0 : 1;
			print(++printed, result);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	console.log(`${files.length - failed} passed, ${failed} failed, 0 skipped`);
	process.exit(failed > 0 ? 1 : 0);
}

const named = process.argv.slice(2);

await main(named.length > 0 ? named : readdirSync(here).filter((name) => name.endsWith('.scn')).sort().map((name) => join(here, name)));
