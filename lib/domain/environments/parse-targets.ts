import { Fields, isMap } from '../checks/fields.ts';
import type { Fault } from '../errors.ts';
import { placeKeys, readPlace } from './parse-place.ts';
import type { Place, Target } from './types.ts';

const keys = ['name', 'wave', ...placeKeys];
const nameForm = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/;
/** GitHub's own limit of a matrix. */
const most = 256;

/** Names, or maps with a name; one after the other unless `wave` says otherwise. Without any, the environment is its own. */
export function readTargets(environment: Fields, name: string, place: Place, faults: Fault[]): Target[] {
  const entries = environment.list('targets');
  if (!environment.has('targets')) return [{ ...place, name, wave: 1 }];
  if (entries.length === 0)
    environment.fault('targets', 'leave it out where there is just one', 'an empty list');
  if (entries.length > most)
    environment.fault('targets', `at most ${most}, as in a matrix`, `${entries.length} targets`);
  const targets = entries.map((entry, at) =>
    readTarget(entry, `${environment.at('targets')}[${at}]`, { ...place, wave: at + 1 }, faults),
  );
  const staged = entries.filter((entry) => isMap(entry) && entry['wave'] !== undefined).length;
  if (staged > 0 && staged < entries.length)
    environment.fault(
      'targets',
      'say wave for every target, or for none: one after the other',
      'some have a wave',
    );
  const names = targets.map((target) => target.name);
  for (const twice of new Set(names.filter((each, at) => names.indexOf(each) !== at)))
    environment.fault('targets', 'two targets have this name', JSON.stringify(twice));
  return targets.toSorted((a, b) => a.wave - b.wave);
}

function readTarget(
  entry: unknown,
  path: string,
  { wave, ...place }: Place & { readonly wave: number },
  faults: Fault[],
): Target {
  const written = isMap(entry) ? entry : { name: entry };
  const fields = new Fields(written, path, keys, faults);
  const name = fields.text('name');
  if (!nameForm.test(name)) {
    const problem = 'needs a name of letters, digits, dots, dashes and _, at most 63';
    faults.push({ input: path, ...(name === '' ? {} : { value: JSON.stringify(name) }), problem });
  }
  return { ...readPlace(fields, place), name, wave: fields.integer('wave', wave, { min: 1, max: most }) };
}
