// The expectations of a scenario: each is a pattern and a question put to what the program left behind.

const day = (text) => Date.parse(text);

// Whether an instant lies between two days, the second included.
function between(instant, from, to) {
	const at = Date.parse(instant);

	return at >= day(from) && at < day(to) + 86400_000;
}

const events = (seen, attribute, group) =>
	seen.alertLines.filter((line) => line.attribute === attribute && (group === undefined || line.group === group));

const faults = (seen) => seen.alertLines.filter((line) => line.kind === 'data');

const raised = (seen, attribute, group) => events(seen, attribute, group).filter((line) => line.event === 'raised');

function verdicts(seen, attribute, group, outcome, kind) {
	const key = `scenario/${attribute}/${group}/${outcome}/${kind}`;
	const found = seen.verdictLines.filter((line) => line.monitor === key);

	if (found.length === 0)
		throw new Error(`there is no monitor ${key}`);
	return found;
}

// The row of a pack's result; a period or a group that is not there gives undefined.
function packRow(seen, pack, period, line, attribute, group) {
	const result = seen.packs.find((one) => one.pack === pack && one.period === period);

	return result?.lines.find((one) => one.line === line)?.rows.find((one) => one.attribute === attribute && (one.group ?? '-') === group);
}

// A group may hold spaces, so the words that follow it are named in each pattern.
const patterns = [
	[/^no alert$/, (seen) => [seen.alertLines.length === 0, seen.alertLines.map((line) => `${line.group} ${line.at}`).join(', ')]],
	[/^no bias alert$/, (seen) => [seen.alertLines.every((line) => line.kind !== 'bias'),
		seen.alertLines.map((line) => `${line.group} ${line.at}`).join(', ')]],
	[/^no data alert$/, (seen) => [seen.alerts.every((one) => one.kind !== 'data'), faults(seen).map((line) => line.fault).join(', ')]],
	[/^data alert (\S+) raised (\S+) \.\. (\S+)$/, (seen, fault, from, to) => {
		const all = faults(seen).filter((line) => line.fault === fault && line.event === 'raised');

		return [all.length === 1 && between(all[0].pane_end, from, to), all.map((line) => line.pane_end).join(', ') || 'never'];
	}],
	[/^data alert (\S+) events (.+)$/, (seen, fault, list) => {
		const events = faults(seen).filter((line) => line.fault === fault).map((line) => line.event).join(' ');

		return [events === list, events || 'never raised'];
	}],
	[/^data alert (\S+) says (.+)$/, (seen, fault, words) => {
		const found = seen.alerts.find((one) => one.fault === fault);

		return [found?.sentence.includes(words), found?.sentence ?? 'never raised'];
	}],
	[/^no governance alert$/, (seen) => [seen.alerts.every((one) => one.kind !== 'governance'),
		seen.alerts.filter((one) => one.kind === 'governance').map((one) => one.sentence).join(', ')]],
	[/^governance alert (\S+) (.+?) says (.+)$/, (seen, attribute, group, words) => {
		const found = seen.alerts.filter((one) => one.kind === 'governance' && one.attribute === attribute && one.group === group);

		return [found.length === 1 && found[0].sentence.includes(words), found.map((one) => one.sentence).join(', ') || 'never raised'];
	}],
	[/^policy (.+) (in force|to come|over|waiting|rejected)$/, (seen, name, standing) => {
		const found = seen.policy.filter((one) => one.name === name).at(-1);

		return [found?.standing === standing, found?.standing ?? 'never proposed'];
	}],
	[/^no alert on (\S+)$/, (seen, attribute) => [events(seen, attribute).length === 0,
		events(seen, attribute).map((line) => `${line.group} ${line.event} ${line.at}`).join(', ')]],
	[/^alerts: (\d+)$/, (seen, n) => [seen.alerts.length === Number(n), `${seen.alerts.length}`]],
	[/^alert (\S+) (.+) raised (\S+) \.\. (\S+)$/, (seen, attribute, group, from, to) => {
		const all = raised(seen, attribute, group);

		/* the pane, not the clock: decisions that were loaded later close their panes under a clock that moved on */
		return [all.some((line) => between(line.pane_end, from, to)), all.map((line) => line.pane_end).join(', ') || 'never'];
	}],
	[/^alert (\S+) (.+) raised twice$/, (seen, attribute, group) => {
		const all = raised(seen, attribute, group);

		return [all.length === 2, all.map((line) => line.at).join(', ')];
	}],
	[/^alert (\S+) (.+) onset (\S+) \.\. (\S+)$/, (seen, attribute, group, from, to) => {
		const last = raised(seen, attribute, group).at(-1);

		return [last !== undefined && between(last.onset, from, to), last?.onset ?? 'never raised'];
	}],
	[/^alert (\S+) (.+) by (favourable|adverse)$/, (seen, attribute, group, outcome) => {
		const last = raised(seen, attribute, group).at(-1);

		return [last?.outcome === outcome, last?.outcome ?? 'never raised'];
	}],
	[/^alert (\S+) (.+?) events (.+)$/, (seen, attribute, group, list) => {
		const kinds = [...new Set(events(seen, attribute, group).map((line) => line.event))].sort();

		return [kinds.join(' ') === list.split(/\s+/).sort().join(' '), kinds.join(' ')];
	}],
	[/^alert (\S+) (.+) recovered (\S+) \.\. (\S+)$/, (seen, attribute, group, from, to) => {
		const marks = events(seen, attribute, group).filter((line) => line.event === 'recovered');

		return [marks.length === 1 && between(marks[0].at, from, to), marks.map((line) => line.at).join(', ') || 'never'];
	}],
	/* the whole life of the first alert of that name, and each (state, event) on its way; tests/unit/alert/lives_test.c reads these
	   lines and wants every row of the table of steps in one of them */
	[/^life of (\S+) ([^:]+): (.+)$/, (seen, attribute, group, events) => {
		const found = seen.steps.find((one) => attribute === 'data' ? one.fault === group : one.attribute === attribute && one.group === group);

		return [found?.events === events, found?.events ?? 'never raised'];
	}],
	[/^alert (\S+) (.+) state (\S+)$/, (seen, attribute, group, state) => {
		const found = seen.alerts.filter((alert) => alert.attribute === attribute && alert.group === group);

		return [found.some((alert) => alert.state === state), found.map((alert) => alert.state).join(', ')];
	}],
	[/^monitor (\S+) (.+) (favourable|adverse) (raw|conditional) at the end n (\d+) \.\. (\d+)$/, (seen, ...about) => {
		const most = Number(about.pop()), least = Number(about.pop());
		const last = verdicts(seen, ...about).at(-1);

		return [last.n_protected >= least && last.n_protected <= most, `${last.n_protected}`];
	}],
	[/^monitor (\S+) (.+) (favourable|adverse) (raw|conditional) at the end (\S+)$/, (seen, ...about) => {
		const verdict = about.pop();
		const last = verdicts(seen, ...about).at(-1);

		return [last.verdict === verdict, last.verdict];
	}],
	[/^monitor (\S+) (.+) (favourable|adverse) (raw|conditional) (always|never) (\S+)$/, (seen, ...about) => {
		const verdict = about.pop();
		const all = about.pop() === 'always';
		const found = verdicts(seen, ...about);
		const odd = found.find((line) => (line.verdict === verdict) !== all);

		return [odd === undefined, `${odd?.verdict} on ${odd?.pane_end}`];
	}],
	[/^groups of (\S+): (.+)$/, (seen, attribute, list) => {
		const groups = [...new Set(seen.verdictLines.filter((line) => line.attribute === attribute).map((line) => line.group))];

		return [groups.sort().join(', ') === list.split(', ').sort().join(', '), groups.join(', ')];
	}],
	[/^imported (\d+), skipped (\d+), set aside (\d+)$/, (seen, ...counts) => {
		const got = [seen.imported.imported, seen.imported.skipped, seen.imported.set_aside];

		return [got.join() === counts.map(Number).join(), got.join(', ')];
	}],
	[/^set aside (\d+): (.+)$/, (seen, n, reason) => {
		const found = seen.setAside.filter((row) => row.reason.startsWith(reason));

		return [found.length === Number(n), seen.setAside.map((row) => row.reason).join(', ')];
	}],
	[/^fates: on time (\d+), early (\d+), late (\d+), set aside (\d+)$/, (seen, ...counts) => {
		const got = [seen.source.rows.on_time, seen.source.rows.early, seen.source.rows.late, seen.source.rows.set_aside];

		return [got.join() === counts.map(Number).join(), got.join(', ')];
	}],
	[/^the clock stands between (\S+) \.\. (\S+)$/, (seen, from, to) => [between(seen.source.clock, from, to), seen.source.clock]],
	[/^missing (\S+) (\d+) of (\d+) in words$/, (seen, attribute, n, all) => {
		const found = seen.figures.missing.find((one) => one.attribute === attribute);
		const share = Number(n) / Number(all);

		return [found?.n_missing === Number(n) && Math.abs(found.share - share) < 1e-6 && typeof found.sentence === 'string',
			JSON.stringify(found)];
	}],
	[/^earlier verdicts unchanged$/, (seen) => {
		const odd = seen.before.lines.findIndex((line, i) => line !== seen.lines[i]);

		return [odd < 0 && seen.before.lines.length > 0, `line ${odd + 1} differs`];
	}],
	[/^tally unchanged$/, (seen) => [seen.before.end.tally_digest === seen.end.tally_digest, seen.end.tally_digest]],
	[/^pack (\S+) periods (.+)$/, (seen, pack, list) => {
		const got = seen.packs.filter((one) => one.pack === pack).map((one) => one.period).join(' ');

		return [got === list, got || 'none'];
	}],
	[/^pack (\S+) (\S+) (\S+) (\S+) (.+) pooled over (\S+) (\S+)( by slicing alone)?$/, (seen, pack, period, line, attribute, group, over, verdict, alone) => {
		const found = packRow(seen, pack, period, line, attribute, group)?.pooled?.find((one) => one.over === over);

		return [found?.verdict === verdict && found.hidden_by_slicing === (alone !== undefined), JSON.stringify(found)];
	}],
	[/^pack (\S+) (\S+) (\S+) (\S+) (.+) (both|practical|statistical|none|not_enough_data|not_applicable)$/, (seen, ...about) => {
		const verdict = about.pop(), row = packRow(seen, ...about);

		return [row?.verdict === verdict, JSON.stringify(row)];
	}],
	[/^no change tested$/, (seen) => [seen.changes.length === 0, seen.changes.map((one) => one.component).join(' ')]],
	[/^change (\S+) (\S+) first seen (\S+)$/, (seen, role, component, first) => {
		const found = seen.changes.find((one) => one.role === role && one.component === component);

		return [found?.first_seen.startsWith(first), found?.first_seen];
	}],
	[/^change (\S+) (\S+) (\S+) (.+) (favourable|adverse) (\S+)$/, (seen, role, component, attribute, group, outcome, verdict) => {
		const found = seen.changes.find((one) => one.role === role && one.component === component);
		const row = found?.rows.find((one) => one.attribute === attribute && one.group === group && one.outcome === outcome);

		return [row?.verdict === verdict, JSON.stringify(row)];
	}],
	[/^draft cannot show a fall to (\S+) of (\S+) (.+)$/, (seen, ratio, attribute, group) => {
		const at = seen.lab.ratios.indexOf(ratio);
		const days = seen.lab.reach.filter((one) => one.attribute === attribute && one.group === group && one.draft !== null).map((one) => one.draft[at]);

		return [days.length > 0 && days.every((one) => one === 'gate' || one === 'never'), days.join(' ')];
	}],
	[/^in force a fall to (\S+) of (\S+) (.+) can be shown$/, (seen, ratio, attribute, group) => {
		const at = seen.lab.ratios.indexOf(ratio);
		const days = seen.lab.reach.filter((one) => one.attribute === attribute && one.group === group && one.in_force !== null).map((one) => one.in_force[at]);

		return [days.some((one) => Number(one) > 0 && Number(one) <= 365), days.join(' ')];
	}],
	[/^no false alert in (\d+) drawn years$/, (seen, least) => {
		const kinds = Object.values(seen.lab.false_alerts);
		const alerts = kinds.flatMap((one) => [one.in_force.review.alerts, one.draft.review.alerts]);

		return [alerts.every((n) => n === 0) && kinds.reduce((sum, one) => sum + Number(one.years), 0) >= Number(least), JSON.stringify(kinds)];
	}],
	[/^the lab says the same on one thread$/, (seen) => [JSON.stringify(seen.lab) === JSON.stringify(seen.labAgain), 'another result']],
	[/^draft (loses|gains|keeps) (\S+) (.+)$/, (seen, what, attribute, group) => {
		const list = seen.lab[{ loses: 'lost', gains: 'gained', keeps: 'both' }[what]];

		return [list.some((one) => one.about === `scenario / ${attribute} / ${group}`), JSON.stringify(list)];
	}],
];

// What does not hold, as sentences; none where all does.
export function check(expectations, seen) {
	const broken = [];

	for (const { text, number } of expectations) {
		const found = patterns.map(([pattern, ask]) => [pattern.exec(text), ask]).find(([match]) => match !== null);

		if (found === undefined) {
			broken.push(`line ${number}: "${text}" is no expectation that the runner knows`);
			continue;
		}
		const [holds, got] = found[1](seen, ...found[0].slice(1));

		if (!holds)
			broken.push(`line ${number}: expected "${text}", got: ${got}`);
	}
	return broken;
}
