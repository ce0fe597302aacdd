import { expect, test } from '@jest/globals';
import { dockerArgv, kubectlArgv, podsArgv } from '../../../lib/adapters/database-place/argv.ts';

test('a container', () => {
  expect(dockerArgv({ kind: 'docker', container: 'db' }, ['psql', '-X'])).toEqual(
    'docker exec --interactive db psql -X'.split(' '),
  );
});

test('a pod', () => {
  const order = { namespace: 'db', pod: 'pg-0' };
  expect(kubectlArgv(order, ['psql', '-X'])).toEqual(
    'kubectl --namespace db exec --stdin pg-0 -- psql -X'.split(' '),
  );
  expect(kubectlArgv({ ...order, context: 'prod', container: 'main' }, ['true'])).toEqual(
    'kubectl --context prod --namespace db exec --stdin pg-0 --container main -- true'.split(' '),
  );
  expect(podsArgv(order, 'app=pg')).toEqual(
    'kubectl --namespace db get pods --selector app=pg --output json'.split(' '),
  );
});
