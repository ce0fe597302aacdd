/** The generated parts of the READMEs: text in, text out. */
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
