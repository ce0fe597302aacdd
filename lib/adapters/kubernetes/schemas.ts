/** Schema facts in Secrets of their own, `slipway-<release>-<seq>-schema`: a list of the records does not bring them along. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { SchemaFacts } from '../../domain/database/schema.ts';
import type { KubeObject } from '../../domain/kubernetes.ts';
import type { RecordKey } from '../../domain/record/id.ts';
import { isRefusal } from '../../domain/refusal.ts';
import type { Kube } from '../../ports/kube.ts';
import type { KeptSchemas } from '../../ports/schemas.ts';
import { secrets } from './resources.ts';

const secretType = 'slipway.dev/schema-facts';
const dataKey = 'schema.json.gz';

/** A Secret holds 1 MiB; a schema of a thousand tables needs a tenth of that. */
const mostBytes = 768 * 1024;
/** What somebody else wrote there must not fill the memory. */
const mostUnpacked = 64 * 1024 * 1024;

type Stored = KubeObject & { readonly data?: Readonly<Record<string, string>> };

export const schemaSecretName = ({ release, seq }: Pick<RecordKey, 'release' | 'seq'>): string =>
  `slipway-${release}-${seq}-schema`;

export function kubeSchemas(kube: Kube): KeptSchemas {
  const read = (record: RecordKey): Promise<Stored | undefined> =>
    kube.get(secrets, record.namespace, schemaSecretName(record));

  return {
    async keep(record, facts) {
      const packed = await promisify(gzip)(JSON.stringify(facts), { level: 9 });
      if (packed.length > mostBytes) return 'too large';
      const secret = secretOf(record, packed);
      try {
        await kube.create(secrets, record.namespace, secret);
      } catch (error) {
        if (!isRefusal(error, 409)) throw error;
        const { resourceVersion = '' } = (await read(record))?.metadata ?? {};
        const metadata = { ...secret.metadata, resourceVersion };
        await kube.replace(secrets, record.namespace, { ...secret, metadata });
      }
      return 'kept';
    },

    async of(record) {
      const packed = (await read(record))?.data?.[dataKey];
      if (packed === undefined) return undefined;
      const options = { maxOutputLength: mostUnpacked };
      const text = await promisify(gunzip)(Buffer.from(packed, 'base64'), options);
      const facts = JSON.parse(text.toString('utf8')) as Partial<SchemaFacts> | null;
      if (facts?.schema !== 'slipway/schema-facts/v1')
        throw new Error(`Secret ${schemaSecretName(record)} holds no schema that this version reads`);
      return facts as SchemaFacts;
    },
  };
}

const secretOf = (record: RecordKey, packed: Uint8Array): Stored => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: schemaSecretName(record),
    namespace: record.namespace,
    // Not the records' own label: a list of them would bring these along.
    labels: {
      'app.kubernetes.io/managed-by': 'slipway',
      'slipway.dev/schema-of': record.release,
    },
  },
  type: secretType,
  data: { [dataKey]: Buffer.from(packed).toString('base64') },
});
