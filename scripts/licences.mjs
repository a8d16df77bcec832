// The licences of everything that ships: read from the lock file and from node_modules, at each build of the page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const licenceFile = /^(licen[cs]e|copying|ofl|unlicense)/i;
const noticeFile = /^notice/i;
/** Ships although the lock file has it among the tools: it is what the packaged app runs on. */
const runtimes = ['node_modules/electron'];

/**
 * `packages`: name, version, licence (SPDX), and `text`, which counts in `texts`; sorted by name. A package for another
 * platform is not on this machine: it has the text of the package that it belongs to, or none.
 */
export function collectLicences(folder = root) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  const shipped = Object.entries(packages).filter(
    ([place, entry]) => place !== '' && ((!entry.dev && !entry.devOptional) || runtimes.includes(place)),
  );
  const texts = [];
  const found = new Map();
  for (const [place, entry] of shipped) {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const key = `${name}@${entry.version}`;
    if (found.has(key)) continue;
    const about = readAbout(join(folder, place), entry);
    const text = about.text === undefined ? undefined : indexOf(texts, about.text);
    found.set(key, { name, version: entry.version, licence: about.licence, text });
  }
  const all = [...found.values()];
  for (const one of all.filter(({ text }) => text === undefined)) one.text = textOfKin(one, all);
  all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version.localeCompare(b.version)));
  return { packages: all, texts };
}

function readAbout(place, entry) {
  const declared = existsSync(join(place, 'package.json'))
    ? JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
    : {};
  const licence = entry.license ?? spdxOf(declared) ?? 'unknown';
  if (!existsSync(place)) return { licence };
  const files = readdirSync(place).sort();
  const parts = [
    ...files.filter((file) => licenceFile.test(file)),
    ...files.filter((file) => noticeFile.test(file)),
  ]
    .map((file) => readFileSync(join(place, file), 'utf8').replaceAll('\r\n', '\n').trim())
    .filter(Boolean);
  return { licence, text: parts.length === 0 ? undefined : parts.join('\n\n') };
}

function spdxOf({ license, licenses }) {
  if (typeof license === 'string') return license;
  if (typeof license?.type === 'string') return license.type;
  return Array.isArray(licenses) ? licenses.map((one) => one.type ?? one).join(' OR ') : undefined;
}

/** A package without a file of its own: a build for another platform, or one under the words of Apache that all share. */
function textOfKin({ name, licence }, all) {
  const withText = all.filter((other) => other.text !== undefined);
  const kin = withText.find((other) => familyOf(other.name) === familyOf(name));
  const apache = licence.includes('Apache-2.0') && withText.find((other) => other.licence === 'Apache-2.0');
  return (kin || apache || undefined)?.text;
}

function familyOf(name) {
  return name.replace(/-(darwin|linux|win|win32)-(x64|arm64)$/, '');
}

function indexOf(texts, text) {
  const known = texts.indexOf(text);
  return known >= 0 ? known : texts.push(text) - 1;
}
