/** The generated parts of the READMEs: text in, text out. */
import type { Milliseconds } from '../lib/domain/duration.ts';
import type { Rule } from '../lib/domain/verdict/rules/rule.ts';
import type { Kind } from '../lib/domain/workloads/kind.ts';
import { podKinds } from '../lib/domain/workloads/newest-pods.ts';
import type { ActionFile } from './action-file.ts';

/** A cell in which nothing of the text can end the table. */
const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replace(/\s*\n\s*/g, ' ')
    .trim();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

export const inputsTable = ({ inputs }: ActionFile): string =>
  table(
    ['Input', 'What it is', 'Default'],
    inputs.map(({ name, description, required, default: value }) => [
      `\`${name}\``,
      description,
      required ? '**required**' : value === '' ? '' : `\`${value}\``,
    ]),
  );

export const outputsTable = ({ outputs }: ActionFile): string =>
  table(
    ['Output', 'What it is'],
    outputs.map(({ name, description }) => [`\`${name}\``, description]),
  );

export const actionsTable = (actions: readonly ActionFile[]): string =>
  table(
    ['Action', 'What it does'],
    actions.map(({ folder, description }) => [`[\`${folder}\`](actions/${folder}/README.md)`, description]),
  );

export const kindsTable = (kinds: readonly Kind[]): string =>
  table(
    ['Kind', 'Gates', 'Ready when', 'Trap'],
    kinds.map(({ name, gates, ready, trap }) => [withoutCore(name), gates, ready, trap]),
  );

export const rulesTable = (rules: readonly Rule[]): string =>
  table(
    ['Finding', 'Severity', 'Grace: `strict` / `balanced`', 'Of', 'When', 'Trap that it avoids'],
    rules.map((rule) => [rule.name, rule.severity, gracesOf(rule), kindsOf(rule), rule.when, rule.trap]),
  );

/** `30s / 120s`, or one line for each cause that it knows: `15s / 60s: exceeded quota`. */
const gracesOf = ({ graces = {} }: Rule): string =>
  Object.entries(graces)
    .map(([cause, { strict, balanced }]) => {
      const presets = `${sayGrace(strict)} / ${sayGrace(balanced)}`;
      return cause === '' ? presets : `${presets}: ${cause}`;
    })
    .join('<br>');

const sayGrace = (grace: Milliseconds | undefined): string =>
  grace === undefined ? 'never' : `${grace / 1_000}s`;

/** `every kind with pods but batch/Job`: seven names in half of the rows would hide what differs. */
function kindsOf({ kinds }: Rule): string {
  const missing = podKinds.filter((kind) => !kinds.includes(kind));
  if (missing.length > 1) return kinds.map(withoutCore).join(', ');
  const but = missing.length === 0 ? '' : ` but ${missing.map(withoutCore).join()}`;
  const others = kinds.filter((kind) => !podKinds.includes(kind)).map(withoutCore);
  return [...others, `every kind with pods${but}`].join(', ');
}

const withoutCore = (name: string): string => name.replace(/^\//, '');

/** Puts `content` between `<!-- name -->` and `<!-- /name -->`; throws when the markers are not there once. */
export function fill(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest, ...more] = text.split(open);
  const after = rest?.split(close);
  if (before === undefined || after?.length !== 2 || more.length > 0) {
    throw new Error(`needs ${open} and ${close}, once each`);
  }
  return `${before}${open}\n${content}\n${close}${after[1]}`;
}
