import type { ChartAccess, ChartSource } from '../chart.ts';
import { isDigest } from '../image-ref.ts';
import type { InputReader } from './reader.ts';

/** Reads `chart`, `repo`, `version`: a folder or archive, a name in a classic repository, or an OCI reference. */
export function readChartSource(reader: InputReader): ChartSource {
  const chart = reader.required('chart');
  const [url, version] = [reader.text('repo'), reader.text('version')];
  const pinned = version === '' ? {} : { version };

  if (chart.startsWith('oci://')) {
    if (url !== '')
      reader.fault({
        input: 'repo',
        value: JSON.stringify(url),
        problem: 'leave it out: an oci:// chart names its registry itself',
      });
    const [ref = chart, digest] = chart.split('@');
    if (digest === undefined) return { kind: 'oci', ref, ...pinned };
    if (!isDigest(digest))
      reader.fault({
        input: 'chart',
        value: JSON.stringify(chart),
        problem: 'the digest must be sha256: and 64 hex digits',
      });
    return { kind: 'oci', ref, digest, ...pinned };
  }
  if (url !== '') {
    if (!/^https?:\/\//.test(url))
      reader.fault({
        input: 'repo',
        value: JSON.stringify(url),
        problem: 'must be an http(s) URL; for a registry write chart: oci://…',
      });
    return { kind: 'repository', url, name: chart.slice(chart.lastIndexOf('/') + 1), ...pinned };
  }
  if (version !== '')
    reader.fault({
      input: 'version',
      value: JSON.stringify(version),
      problem: 'a chart from a path has its own version; give repo or an oci:// chart',
    });
  return { kind: 'path', path: chart };
}

/** Reads `chart-username`, `chart-password`, `chart-ca`. */
export function readChartAccess(reader: InputReader): ChartAccess {
  const [username, password, ca] = [
    reader.text('chart-username'),
    reader.text('chart-password'),
    reader.text('chart-ca'),
  ];
  if ((username === '') !== (password === '')) {
    reader.fault({
      input: username === '' ? 'chart-username' : 'chart-password',
      value: 'empty',
      problem: 'user and password go together',
    });
  }
  if (ca !== '' && !ca.includes('-----BEGIN CERTIFICATE-----'))
    reader.fault({ input: 'chart-ca', problem: 'must be PEM text: -----BEGIN CERTIFICATE-----' });
  return {
    ...(username === '' ? {} : { username, password }),
    ...(ca === '' ? {} : { ca }),
  };
}
