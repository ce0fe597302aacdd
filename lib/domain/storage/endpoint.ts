/** Where the S3 interface of a storage answers, and the region that requests to it are signed for. */
import type { Fault } from '../errors.ts';
import type { BucketPlace, Read } from './destination.ts';

export interface Service {
  /** Without a path. */
  readonly endpoint: URL;
  readonly region: string;
  /** `https://endpoint/bucket/key`, as everyone but AWS wants it; else `https://bucket.endpoint/key`. */
  readonly pathStyle: boolean;
}

/** What may be given of it; empty where nothing was. */
export interface ServiceInputs {
  readonly endpoint: string;
  readonly region: string;
}

/** Reads endpoint and region; faults name the inputs `endpoint` and `region`. */
export function readService(place: BucketPlace, { endpoint, region }: ServiceInputs): Read<Service> {
  const fault = endpointFault(endpoint) ?? regionFault(place, endpoint, region);
  if (fault !== undefined) return { kind: 'wrong', fault };
  if (endpoint !== '')
    return read({ endpoint: new URL(endpoint), region: region || standIn(place), pathStyle: true });
  if (place.kind === 'gs')
    return read({
      endpoint: new URL('https://storage.googleapis.com'),
      region: region || standIn(place),
      pathStyle: true,
    });
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // A dot in a bucket's name is a level more than the certificate of its virtual host covers.
  const pathStyle = place.bucket.includes('.');
  return read({ endpoint: new URL(`https://s3.${region}.${domain}`), region, pathStyle });
}

const read = (value: Service): Read<Service> => ({ kind: 'read', value });

/** Storages that have no regions take this one; Google takes `auto`. */
const standIn = ({ kind }: BucketPlace): string => (kind === 'gs' ? 'auto' : 'us-east-1');

function endpointFault(text: string): Fault | undefined {
  if (text === '') return undefined;
  const wrong = (problem: string, quoted = true): Fault => ({
    input: 'endpoint',
    ...(quoted ? { value: text } : {}),
    problem,
  });
  if (!/^[a-z]+:\/\//i.test(text)) return wrong(`give its scheme: https://${text}`);
  if (!URL.canParse(text)) return wrong('is no address: https://storage.example.org');
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  if (username !== '' || password !== '')
    return wrong('holds a name or a password: give credentials as inputs of their own instead', false);
  if (protocol !== 'https:' && protocol !== 'http:') return wrong('must be https:// or http://');
  if (pathname !== '/' || search !== '' || hash !== '')
    return wrong('is scheme, host and port only: bucket and prefix belong to the destination');
  return undefined;
}

function regionFault({ kind }: BucketPlace, endpoint: string, region: string): Fault | undefined {
  if (region === '' && (kind === 'gs' || endpoint !== '')) return undefined;
  if (region === '')
    return {
      input: 'region',
      value: 'empty',
      problem: 'is required where no endpoint is given: the region of the bucket, such as eu-central-1',
    };
  if (/^[a-z0-9][a-z0-9-]*$/.test(region)) return undefined;
  return { input: 'region', value: region, problem: 'must be a region such as eu-central-1' };
}
