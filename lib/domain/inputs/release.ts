import type { ReleaseRef } from '../kubernetes.ts';
import type { InputReader } from './reader.ts';

const form = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Reads the inputs `release` and `namespace`, as Helm and Kubernetes would accept them. */
export function readRelease(reader: InputReader): ReleaseRef {
  const [name, namespace] = [reader.required('release'), reader.required('namespace')];
  if (name !== '' && (!form.test(name) || name.length > 53)) {
    reader.fault({
      input: 'release',
      value: JSON.stringify(name),
      problem: 'lower-case letters, digits and dashes, at most 53',
    });
  }
  if (namespace !== '' && (!form.test(namespace) || namespace.length > 63)) {
    reader.fault({
      input: 'namespace',
      value: JSON.stringify(namespace),
      problem: 'lower-case letters, digits and dashes, at most 63',
    });
  }
  return { name, namespace };
}
