/** YAML that an author wrote inside an input. */
import { CORE_SCHEMA, floatCoreTag, intCoreTag, load, mergeTag, NOT_RESOLVED } from 'js-yaml';
import type { ScalarTagDefinition } from 'js-yaml';
import type { Fault } from '../errors.ts';
import { yamlFault } from '../inputs/yaml-fault.ts';

/**
 * A number that would not be written back as it stands stays text: `1.10` is a version, `4120e12` and `0123456` are
 * commits, and an answer is compared with what was written.
 */
const asWritten = (tag: ScalarTagDefinition): ScalarTagDefinition => ({
  ...tag,
  resolve(source, isExplicit, name) {
    const value = tag.resolve(source, isExplicit, name);
    return isExplicit || String(value) === source ? value : NOT_RESOLVED;
  },
});

const schema = CORE_SCHEMA.withTags(asWritten(intCoreTag), asWritten(floatCoreTag), mergeTag);

/** JSON is YAML too. Undefined with a fault where it cannot be read, which tells the line and quotes nothing: it may hold secrets. */
export function readYaml(text: string, input: string, faults: Fault[]): unknown {
  try {
    return load(text, { schema });
  } catch (error) {
    faults.push(yamlFault(error, input));
    return undefined;
  }
}
