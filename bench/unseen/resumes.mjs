// Renders each person with each theme: node resumes.mjs PACKAGES OUT PEOPLE.json THEME...
// Writes OUT/<theme>.<person>.html. A theme that throws is told on stderr and left out. Called by ../unseen.py.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, out, people, ...themes] = process.argv.slice(2);
const require = createRequire(join(packages, 'package.json'));
const read = () => JSON.parse(readFileSync(people, 'utf8'));
mkdirSync(out, { recursive: true });

// Some themes read their templates from where they are started, and some write to the console.
console.log = () => {};
for (const theme of themes) {
	for (const person of Object.keys(read())) {
		try {
			const loaded = await load(`jsonresume-theme-${theme}`);
			const render = loaded.render ?? loaded.default?.render;
			const html = await render(complete(read()[person]));
			writeFileSync(join(out, `${theme}.${person}.html`), html);
		} catch (error) {
			process.stderr.write(`${theme}.${person}: ${error.message}\n`);
		}
	}
}
process.exit(0);

// A theme that is a module of the newer kind says where in its manifest.
async function load(name) {
	const folder = join(packages, 'node_modules', name);
	const { exports: { import: module } = {}, module: field } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	return module ?? field ? import(pathToFileURL(join(folder, module ?? field))) : require(name);
}

// Older themes know the names that the schema had before 1.0, and trip over lists that are absent.
function complete(resume) {
	const lists = ['work', 'volunteer', 'education', 'awards', 'publications', 'skills', 'languages', 'interests', 'references', 'projects', 'certificates'];
	for (const list of lists) resume[list] ??= [];
	resume.basics.profiles ??= [];
	resume.basics.website ??= resume.basics.url;
	for (const work of resume.work) {
		work.company ??= work.name;
		work.website ??= work.url;
		work.highlights ??= [];
	}
	for (const school of resume.education) {
		school.gpa ??= school.score;
		school.courses ??= [];
	}
	for (const list of [resume.skills, resume.interests]) for (const entry of list) entry.keywords ??= [];
	for (const skill of resume.skills) skill.level ??= '';
	for (const entry of resume.volunteer) entry.highlights ??= [];
	for (const entry of resume.publications) entry.website ??= entry.url;
	return resume;
}
