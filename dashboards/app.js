/*
 * app.js - what a browser with scripts adds to pages that are complete without:
 * they refresh themselves, and charts can be read value by value.
 *
 * Nothing is computed here; every text comes from the server.  A page is asked
 * for again with the mark (ETag) of the one shown, so an unchanged page costs an
 * answer of a few bytes.
 */

const EVERY_MS = 15000;

/* ---- charts: a line that arrows, mouse and finger move, and its value in words ---- */

function visiblePlot(chart) {
	return [...chart.querySelectorAll("svg.plot")].find((svg) => svg.getClientRects().length > 0);
}

function plotEdges(svg) {
	const axis = svg.querySelector("line.axis");
	const grid = [...svg.querySelectorAll("line.grid")].map((line) => Number(line.getAttribute("y1")));
	const number = (name) => Number(axis.getAttribute(name));
	return { left: number("x1"), right: number("x2"), bottom: number("y1"), top: Math.min(...grid, number("y1")) - 8 };
}

class Crosshair {
	constructor(chart) {
		this.chart = chart;
		this.at = chart.dataset.at.split(",").map((minutes) => Number(minutes) * 60);
		this.texts = chart.dataset.read.split("|");
		this.from = Number(chart.dataset.from);
		this.span = Math.max(Number(chart.dataset.until) - this.from, 1);
		this.index = -1;
		this.reading = document.createElement("p");
		this.reading.className = "reading";
		this.reading.setAttribute("aria-live", "polite");
		chart.append(this.reading);
		chart.tabIndex = 0;
		chart.setAttribute("role", "group");
		chart.setAttribute("aria-label", "Chart; the left and right arrow keys read its values");
		chart.addEventListener("keydown", (event) => this.onKey(event));
		chart.addEventListener("pointermove", (event) => this.onPointer(event));
		chart.addEventListener("pointerleave", () => this.clear());
		chart.addEventListener("blur", () => this.clear());
	}

	onKey(event) {
		const last = this.at.length - 1;
		const from = this.index < 0 ? last + 1 : this.index;
		const jump = event.shiftKey ? 10 : 1;
		const to = { ArrowLeft: from - jump, ArrowRight: from + jump, Home: 0, End: last }[event.key];
		if (event.key === "Escape")
			this.clear();
		if (to === undefined)
			return;
		event.preventDefault();
		this.show(Math.min(Math.max(to, 0), last));
	}

	onPointer(event) {
		const svg = visiblePlot(this.chart);
		if (svg === undefined || !svg.contains(event.target))
			return;
		const edges = plotEdges(svg), box = svg.getBoundingClientRect();
		const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
		const second = (x - edges.left) / (edges.right - edges.left) * this.span;
		let nearest = 0;
		for (let i = 1; i < this.at.length; i++)
			if (Math.abs(this.at[i] - second) < Math.abs(this.at[nearest] - second))
				nearest = i;
		this.show(nearest);
	}

	show(index) {
		if (index === this.index)
			return;
		this.clear();
		this.index = index;
		const svg = visiblePlot(this.chart), edges = plotEdges(svg);
		const x = edges.left + this.at[index] / this.span * (edges.right - edges.left);
		this.line = document.createElementNS("http://www.w3.org/2000/svg", "line");
		for (const [name, value] of Object.entries({ class: "cursor", x1: x, x2: x, y1: edges.top, y2: edges.bottom }))
			this.line.setAttribute(name, value);
		svg.append(this.line);
		this.reading.textContent = `${this.when(index)}: ${this.texts[index]}`;
	}

	when(index) {
		const iso = new Date((this.from + this.at[index]) * 1000).toISOString();
		return iso.endsWith("T00:00:00.000Z") ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
	}

	clear() {
		this.index = -1;
		this.line?.remove();
		this.reading.textContent = "";
	}
}

function readyCharts(root) {
	for (const chart of root.querySelectorAll(".chart[data-at]"))
		new Crosshair(chart);
}

/* ---- refresh ---- */

const policy = globalThis.trustedTypes?.createPolicy("evenhand", { createHTML: (text) => text }) ??
	{ createHTML: (text) => text };

class Refresher {
	constructor(button) {
		this.button = button;
		this.paused = false;
		this.mark = "";
		button.hidden = false;
		button.addEventListener("click", () => this.toggle());
		setInterval(() => this.tick(), EVERY_MS);
	}

	toggle() {
		this.paused = !this.paused;
		this.button.textContent = this.paused ? "Resume updates" : "Pause updates";
		say(this.paused ? "Updates are paused" : "Updates go on");
	}

	/* Nothing moves under someone who reads a chart, marks text or fills in a form. */
	busy() {
		const focus = document.activeElement;
		return this.paused || document.hidden || !getSelection().isCollapsed ||
			focus?.matches("input, select, textarea, .chart") || document.querySelector(".cursor") !== null;
	}

	async tick() {
		if (this.busy())
			return;
		try {
			const answer = await fetch(location.href, { headers: this.mark ? { "If-None-Match": this.mark } : {}, cache: "no-store" });
			if (answer.redirected)
				location.reload(); /* signed out meanwhile */
			if (answer.status !== 200)
				return;
			const text = await answer.text();
			const known = this.mark !== "";
			this.mark = answer.headers.get("ETag") ?? "";
			if (!this.busy())
				this.replace(new DOMParser().parseFromString(policy.createHTML(text), "text/html"), known);
		} catch {
			say("The server does not answer; what is shown may be old");
		}
	}

	replace(page, known) {
		for (const id of ["ribbon", "main"]) {
			const old = document.getElementById(id), fresh = page.getElementById(id);
			if (old === null || fresh === null)
				continue;
			const open = [...old.querySelectorAll("details")].map((details) => details.open);
			const focused = old.contains(document.activeElement) ? pathTo(document.activeElement, old) : null;
			[...fresh.querySelectorAll("details")].forEach((details, i) => { details.open = open[i] ?? details.open; });
			old.replaceWith(document.adoptNode(fresh));
			readyCharts(fresh);
			focused?.reduce((node, place) => node?.children[place], fresh)?.focus({ preventScroll: true });
		}
		if (known)
			say("The page was brought up to date");
	}
}

/* Where an element stands below another, as places among siblings. */
function pathTo(element, root) {
	const path = [];
	for (; element !== root; element = element.parentElement)
		path.unshift([...element.parentElement.children].indexOf(element));
	return path;
}

let saying;
function say(text) {
	const place = document.getElementById("said");
	clearTimeout(saying);
	if (place !== null)
		saying = setTimeout(() => { place.textContent = text; }, 500);
}

readyCharts(document);
const pause = document.getElementById("pause");
if (pause !== null && document.querySelector("main[data-live]") !== null)
	new Refresher(pause);
for (const button of document.querySelectorAll("[data-print]")) {
	button.hidden = false;
	button.addEventListener("click", () => print());
}
