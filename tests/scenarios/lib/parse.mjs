// Reads a scenario file into sections; see tests/scenarios/README.md for what it may hold.

const cells = (line) => line.trim().split(/\s{2,}|\t+/);

function fail(file, number, what) {
	throw new Error(`${file}:${number}: ${what}`);
}

// A table whose first line names the columns.
function readTable(lines, file) {
	const names = cells(lines[0].text);

	return lines.slice(1).map((line) => {
		const values = cells(line.text);

		if (values.length !== names.length)
			fail(file, line.number, `${values.length} values for ${names.length} columns`);
		return Object.fromEntries(names.map((name, i) => [name, values[i] === '-' ? '' : values[i]]));
	});
}

// `from A to B, N every hour`, then a table of classes.
function readStretches(lines, file) {
	const stretches = [];

	for (const line of lines) {
		const head = /^from (\S+) to (\S+), (\d+) every (hour|day|month)$/.exec(line.text.trim());

		if (head !== null)
			stretches.push({ from: Date.parse(head[1]), to: Date.parse(head[2]), n: Number(head[3]), every: head[4], lines: [] });
		else if (stretches.length === 0)
			fail(file, line.number, 'a stretch begins as "from DATE to DATE, N every hour"');
		else
			stretches.at(-1).lines.push(line);
	}
	for (const stretch of stretches) {
		stretch.classes = readTable(stretch.lines, file);
		for (const one of stretch.classes)
			if (!(Number(one['of 100']) >= 0) || !(Number(one['favourable of 100']) >= 0))
				fail(file, stretch.lines[0].number, 'the last two columns are "of 100" and "favourable of 100"');
	}
	return stretches;
}

function readSection(section, file) {
	const text = () => section.lines.map((line) => line.text.slice(2)).join('\n') + '\n';
	const seed = /^decisions, seed (\d+)$/.exec(section.title);

	if (seed !== null)
		return { kind: 'decisions', seed: Number(seed[1]), stretches: readStretches(section.lines, file) };
	if (['map', 'draft', 'policy', 'other map'].includes(section.title))
		return { kind: section.title, text: text() };
	if (section.title === 'rows')
		return { kind: 'rows', rows: readTable(section.lines, file) };
	if (section.title === 'load')
		return { kind: 'load' };
	if (section.title === 'people' || section.title === 'expect')
		return { kind: section.title, lines: section.lines.map((line) => ({ ...line, text: line.text.trim() })) };
	return fail(file, section.number, `there is no section "${section.title}"`);
}

export function parse(text, file) {
	const lines = text.split('\n').map((line, i) => ({ text: line.trimEnd(), number: i + 1 }));
	const sections = [];
	const begin = lines.findIndex((line) => line.text === 'map');

	if (begin < 1)
		fail(file, 1, 'the first line is the question, and a section `map` follows');
	for (const line of lines.slice(begin)) {
		if (line.text === '')
			continue;
		if (/^\S/.test(line.text))
			sections.push({ title: line.text, number: line.number, lines: [] });
		else
			sections.at(-1).lines.push(line);
	}
	return { question: lines[0].text, sections: sections.map((section) => readSection(section, file)) };
}
