// Plays four real decision logs through import, gather, judge and replay.
// usage: node tests/real/run.mjs [NAME ...]     EVENHAND names the program (build/evenhand)
//
// The logs and the tool that makes their maps lie in ../shared, beside this tree; where they are absent
// the tests are skipped with a message.  Prints TAP and, last, `N passed, N failed, N skipped`.
//
// The dates below were found by the program and, to the hour, by a second implementation written from the
// text of the method alone.  Toronto: ratio of refusals 1.52 already in 1997; the alarm counts its blocks of
// a year from the first 28 days, in which one block was full, so it sets the line for 13 blocks a year where
// some 43 came: a line for 50 blocks would have been crossed on 1998-07-03, one for 8,760 on 1999-03-16.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Store } from '../scenarios/lib/program.mjs';

const shared = '../shared';
const program = resolve(process.env.EVENHAND ?? 'build/evenhand');

const of = (lines, attribute, group) => lines.filter((line) => line.attribute === attribute && line.group === group);
const raisedAt = (seen, attribute, group) => of(seen.alertLines, attribute, group).filter((line) => line.event === 'raised').map((line) => line.at).join();
const eventAt = (seen, attribute, group, event) => of(seen.alertLines, attribute, group).find((line) => line.event === event)?.at;
const about = (seen) => seen.alerts.filter((alert) => alert.kind === 'bias').map((alert) => `${alert.attribute}/${alert.group}/${alert.state}`).sort().join(', ');
const faults = (seen, fault) => seen.alertLines.filter((line) => line.fault === fault);
const verdictsOf = (seen, attribute, group) => [...new Set(of(seen.verdictLines, attribute, group).map((line) => line.verdict))].sort().join(', ');
const directions = (seen, attribute, group) => {
	const crossed = of(seen.verdictLines, attribute, group).filter((line) => line.verdict === 'crossed');

	return [...new Set(crossed.map((line) => line.outcome))].sort().join(', ');
};

// What is asked of each set: [what, how, the answer].
const sets = {
	toronto_arrests: [
		['an alert about race, Black against White, is raised', (seen) => raisedAt(seen, 'pa_race', 'Black'), '1997-12-11T19:00:00Z'],
		['the adverse direction is the first', (seen) => of(seen.alertLines, 'pa_race', 'Black')[0].outcome, 'adverse'],
		['it becomes a page in 1998', (seen) => eventAt(seen, 'pa_race', 'Black', 'escalated'), '1998-08-10T16:00:00Z'],
		['both directions are in it', (seen) => directions(seen, 'pa_race', 'Black'), 'adverse, favourable'],
	],
	french_motor: [
		['nothing is raised on gender', (seen) => of(seen.alertLines, 'pa_gender', 'Female').length, 0],
		['nothing is raised at all', (seen) => seen.alertLines.length, 0],
		['gender is judged at every close, and never crosses', (seen) => verdictsOf(seen, 'pa_gender', 'Female'), 'not_crossed'],
	],
	compas7214: [
		['two alerts, both still open', (seen) => about(seen), 'pa_age/Less than 25/raised, pa_race/African-American/raised'],
		['African-American is raised once', (seen) => raisedAt(seen, 'pa_race', 'African-American'), '2013-02-05T09:00:00Z'],
		['Less than 25 is raised once', (seen) => raisedAt(seen, 'pa_age', 'Less than 25'), '2013-02-05T09:00:00Z'],
		['both directions fold into African-American', (seen) => directions(seen, 'pa_race', 'African-American'), 'adverse, favourable'],
		['both directions fold into Less than 25', (seen) => directions(seen, 'pa_age', 'Less than 25'), 'adverse, favourable'],
		['nothing on sex', (seen) => of(seen.alertLines, 'pa_sex', 'Female').length, 0],
		['18 people are not enough data at every close', (seen) => verdictsOf(seen, 'pa_race', 'Native American'), 'not_enough_data'],
		['32 people are not enough data at every close', (seen) => verdictsOf(seen, 'pa_race', 'Asian'), 'not_enough_data'],
	],
	boston_hmda: [
		['it is judged', (seen) => seen.verdictLines.length > 0, true],
		['an alert about race, Black against White', (seen) => raisedAt(seen, 'pa_race', 'Black'), '1990-08-26T22:00:00Z'],
		['an alert about marital, Single', (seen) => raisedAt(seen, 'pa_marital', 'Single'), '1990-08-26T22:00:00Z'],
	],
};

// compas7214 again, with outcomes that count after 24 months.  From April 2014 on the file keeps those alone who came back: a
// fault of the data, told once, when that month is due, and nothing about people.  Alerts about the volume, which falls and
// ends with the file, are other alerts.
sets.compas7214_matured = [
	['one data alert about the rate of outcomes', (seen) => faults(seen, 'outcome-base-rate').map((line) => line.event).join(), 'raised'],
	['its onset is April 2014', (seen) => faults(seen, 'outcome-base-rate')[0]?.onset, '2014-04-01T00:00:00Z'],
	['it is raised when that month is due', (seen) => faults(seen, 'outcome-base-rate')[0]?.at, '2016-04-30T00:00:00Z'],
	['with the default policy and 180 days it is raised in 2014', (seen) => seen.byMap.filter((line) => line.fault === 'outcome-base-rate').map((line) => `${line.event} ${line.at.slice(0, 10)}`).join(), 'raised 2014-10-28'],
	['no data alert but those about volume', (seen) => [...new Set(seen.alertLines.filter((line) => line.kind === 'data' && line.fault !== 'volume').map((line) => line.fault))].join(), 'outcome-base-rate'],
	['the alerts for bias are those without outcomes', (seen) => about(seen), 'pa_age/Less than 25/raised, pa_race/African-American/raised'],
	['no alert for bias is raised after 2013', (seen) => seen.alertLines.filter((line) => line.kind === 'bias' && line.event === 'raised' && line.at >= '2014').length, 0],
];

// A drift planted into the log that is read, and never stored: from seq 20001 (2004-04-01T00:22:35Z) on a quarter of the
// women who were favoured are not, under a version of the model of its own (../shared/data/README.md).
function plantDrift(text) {
	const lines = text.split('\n'), names = lines[0].split(',');
	const [seq, id, favourable, version, gender] = ['seq', 'decision_id', 'favourable', 'model_version', 'pa_gender'].map((name) => names.indexOf(name));
	let altered = 0;

	const out = lines.map((line, i) => {
		const field = line.split(','); // no field of this log is quoted

		if (i === 0 || line === '' || Number(field[seq]) < 20001 || field[gender] !== 'Female' || field[favourable] !== '1' ||
		    parseInt(createHash('sha256').update(field[id]).digest('hex').slice(0, 8), 16) % 1000 >= 250)
			return line;
		altered++;
		field[favourable] = '0';
		field[version] += '+b';
		return field.join(',');
	});
	return { text: out.join('\n'), altered };
}

// One direction at one line: when the ratio is marked as recovered after the first alert, or that it never is.
const recovery = (outcome, line) => [`${outcome} at line ${line}`,
	`policy: one direction\nconditional: no\noutcomes: [${outcome}]\nlines: [{tau: ${line}, gate: ${line === '.90' ? '.85' : line}}]\n`];

// How a set is played otherwise than as it lies there.
const ways = {
	toronto_arrests: { set: 'toronto_arrests', also: ['favourable', 'adverse'].flatMap((outcome) => ['.80', '.90'].map((line) => recovery(outcome, line))) },
	french_motor_planted: { set: 'french_motor', plant: plantDrift },
	compas7214_matured: { set: 'compas7214', map: 'identity: tracked\n', through: ['--through', '2016-06-01'], policy: 'policy: outcomes after 24 months\nmaturity: 730d\n' },
};

const began = '2004-04-01T00:22:35Z';
const women = (seen) => of(seen.alertLines, 'pa_gender', 'Female');

sets.french_motor_planted = [
	['1190 rows are altered, as ../shared/data/injected_drift.json says', (seen) => seen.altered, 1190],
	['women are noticed', (seen) => women(seen).some((line) => line.event === 'raised'), true],
	['once', (seen) => women(seen).filter((line) => line.event === 'raised').length, 1],
	['and nobody before', (seen) => seen.alertLines.filter((line) => line.event === 'raised' && line.at < began).map((line) => line.group).join(), ''],
	['no other group', (seen) => about(seen), 'pa_gender/Female/raised'],
	['in the second hour: 1,255 contracts begin on that day', (seen) => raisedAt(seen, 'pa_gender', 'Female'), '2004-04-01T02:00:00Z'],
	['the onset is four thin days too early, no more', (seen) => women(seen)[0].onset.slice(0, 10), '2004-03-28'],
];

// Of every set.
const always = [
	['the log is counted whole', (seen) => seen.source.rows.on_time + seen.imported.set_aside, (seen) => seen.imported.read],
	['replay --map gives the same bytes', (seen) => seen.odd, -1],
	['and the same evidence digest', (seen) => seen.anew.evidence_digest, (seen) => seen.end.evidence_digest],
	['and the same tally digest', (seen) => seen.anew.tally_digest, (seen) => seen.end.tally_digest],
	['recompute finds no difference', (seen) => seen.recompute, 0],
	['ledger check passes', (seen) => seen.ledger, 0],
];

// When each alert about people was raised, and when its ratio came back.
function marks(lines, under) {
	const alerts = lines.filter((line) => line.type === 'alert' && line.kind === 'bias');
	const back = (id) => alerts.find((line) => line.alert === id && line.event === 'recovered')?.at ?? 'never';

	return alerts.filter((line) => line.event === 'raised').map((line) => `${under}: ${line.attribute}/${line.group} raised ${line.at}, onset ${line.onset}, recovered ${back(line.alert)}`);
}

async function look(store, way) {
	const { set: name, map: more = '', through = [], policy, plant, also = [] } = way;
	let altered = 0;
	const log = `${shared}/data/sets/${name}/decision_log.csv.gz`;
	const made = spawnSync('python3', [`${shared}/tools/make_map.py`, `${shared}/data/specs.json`, name, log], { encoding: 'utf8' });

	if (made.status !== 0)
		throw new Error(`make_map.py failed: ${made.stderr}`);
	const map = store.file('map.yaml');
	writeFileSync(map, made.stdout + 'follow: no\n' + more);
	const draft = store.file('policy.yaml');
	if (policy !== undefined)
		writeFileSync(draft, policy);
	const under = policy === undefined ? [] : ['--policy', draft];
	let read = resolve(log);
	if (plant !== undefined) {
		const made = plant(gunzipSync(readFileSync(log)).toString('utf8'));

		altered = made.altered;
		read = store.file('decision_log.csv', made.text);
	}
	const imported = await store.json(['import', '--map', map, read, '--json']);
	await store.run(['gather', '--map', map, ...through]);
	await store.run(['judge']);
	const { lines, end } = await store.replay(under);
	const anew = await store.replay(['--map', map, ...through, ...under]);
	const byMap = policy === undefined ? [] : (await store.replay()).lines.map((line) => JSON.parse(line));
	const parsed = lines.map((line) => JSON.parse(line));
	const notes = marks(parsed, 'the policy in force');

	for (const [what, text] of also)
		notes.push(...marks((await store.replay(['--policy', store.file('also.yaml', text)])).lines.map((line) => JSON.parse(line)), what));
	return {
		notes, altered, imported, end, byMap, anew: anew.end,
		odd: lines.length === anew.lines.length ? lines.findIndex((line, i) => line !== anew.lines[i]) : lines.length,
		verdictLines: parsed.filter((line) => line.type === 'verdict'),
		alertLines: parsed.filter((line) => line.type === 'alert'),
		alerts: await store.json(['alerts', 'list', '--json']),
		source: (await store.json(['status', '--json'])).sources[0],
		recompute: (await store.run(['recompute'], { wanted: [0, 1] })).code,
		ledger: (await store.run(['ledger', 'check'], { wanted: [0, 1] })).code,
	};
}

const count = { passed: 0, failed: 0, skipped: 0 };

function tell(ok, text, got) {
	count[ok ? 'passed' : 'failed']++;
	console.log(`${ok ? 'ok' : 'not ok'} ${count.passed + count.failed + count.skipped} - ${text}`);
	if (!ok)
		console.log(`#   got: ${got}`);
}

async function play(name) {
	const store = new Store(program);

	try {
		const seen = await look(store, ways[name] ?? { set: name });

		for (const line of seen.notes)
			console.log(`# ${name}: ${line}`);
		for (const [what, ask, answer] of [...sets[name], ...always]) {
			const got = ask(seen);

			tell(got === (typeof answer === 'function' ? answer(seen) : answer), `${name}: ${what}`, got);
		}
	} catch (error) {
		tell(false, `${name}: plays to its end`, error.message);
	} finally {
		await store.end(process.env.KEEP === '1');
	}
}

function skip(names, reason) {
	console.log(`# skip: ${reason}`);
	for (const name of names)
		console.log(`ok ${++count.skipped} - ${name} # SKIP ${reason}`);
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(sets);

if (!existsSync(`${shared}/data/specs.json`))
	skip(names, '../shared/data is not here');
else if (spawnSync('python3', ['--version']).status !== 0)
	skip(names, 'python3 is not here');
else
	for (const name of names)
		await play(name);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 ? 1 : 0);
