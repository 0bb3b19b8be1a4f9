// Draws decisions from stretches, the same for a seed on every machine, and writes them as CSV.

// mulberry32: 32 bits of state are plenty for a few hundred thousand draws that need not be secret.
function generator(seed) {
	let state = seed >>> 0;

	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

function slotEnd(start, every) {
	if (every === 'hour')
		return start + 3600_000;
	if (every === 'day')
		return start + 86400_000;
	const at = new Date(start);
	return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
}

function pick(classes, random) {
	let left = random() * classes.reduce((sum, one) => sum + Number(one['of 100']), 0);

	for (const one of classes) {
		left -= Number(one['of 100']);
		if (left < 0)
			return one;
	}
	return classes.at(-1);
}

export function draw(section, prefix) {
	const random = generator(section.seed);
	const rows = [];

	for (const stretch of section.stretches)
		for (let start = stretch.from; start < stretch.to; start = slotEnd(start, stretch.every)) {
			const length = slotEnd(start, stretch.every) - start;

			for (let i = 0; i < stretch.n; i++) {
				const one = pick(stretch.classes, random);
				const { 'of 100': _share, 'favourable of 100': rate, ...columns } = one;
				const at = new Date(start + Math.floor((length * i) / stretch.n));

				rows.push({ id: `${prefix}${rows.length + 1}`, decided_at: at.toISOString(),
					decision: random() * 100 < Number(rate) ? 'approve' : 'deny', ...columns });
			}
		}
	return rows;
}

const quote = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

export function csv(rows, columns) {
	return columns.join(',') + '\n' + rows.map((row) => columns.map((name) => quote(row[name] ?? '')).join(',') + '\n').join('');
}
