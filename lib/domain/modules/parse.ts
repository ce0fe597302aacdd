import { Fields } from '../checks/fields.ts';
import type { Fault } from '../errors.ts';
import { readFilter } from '../environments/parse-environment.ts';
import { closest } from '../suggest.ts';
import { circleIn } from './order.ts';
import type { Module } from './types.ts';

const nameForm = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;
/** GitHub's own limit of a matrix. */
const most = 256;

/** Reads `modules` of the file: a map from name to paths. */
export function readModules(file: Fields, faults: Fault[]): Module[] {
  const entries = file.entries('modules');
  if (entries.length > most)
    file.fault('modules', `at most ${most}, as in a matrix`, `${entries.length} modules`);
  const modules = entries.map(([name, value]) =>
    readModule(name, value, `${file.at('modules')}.${name}`, faults),
  );
  const names = modules.map(({ name }) => name);
  for (const { name, dependsOn } of modules)
    for (const unknown of dependsOn.filter((each) => !names.includes(each))) {
      const near = closest(unknown, names);
      const problem =
        near === undefined ? 'is no module of this file' : `is no module; did you mean ${near}?`;
      faults.push({
        input: `${file.at('modules')}.${name}.depends-on`,
        value: JSON.stringify(unknown),
        problem,
      });
    }
  const circle = circleIn(modules);
  if (circle !== undefined)
    file.fault(
      'modules',
      'they depend on each other in a circle, so none can be built first',
      circle.join(' → '),
    );
  return modules;
}

function readModule(name: string, value: unknown, path: string, faults: Fault[]): Module {
  const fields = new Fields(value, path, ['paths', 'depends-on'], faults);
  if (!nameForm.test(name))
    faults.push({
      input: path,
      value: JSON.stringify(name),
      problem: 'letters, digits, dots, dashes and _, at most 100',
    });
  const paths = readFilter(fields, 'paths', 'path');
  if (!fields.has('paths') || fields.list('paths').length === 0)
    fields.fault('paths', `which files belong to it? for example ${name}/**`);
  return { name, paths, dependsOn: fields.texts('depends-on') };
}
