import { expect, test } from '@jest/globals';
import { explain } from '../../../lib/adapters/helm/explain.ts';
import { explainFetch } from '../../../lib/adapters/helm/explain-fetch.ts';
import { complaint, redact } from '../../../lib/adapters/helm/redact.ts';
import { TargetError, UnreachableError } from '../../../lib/domain/errors.ts';

/** What Helm 3.22 and 4.3 wrote against Kubernetes 1.34. */
const said: readonly (readonly [about: string, stderr: string, message: string, details?: unknown])[] = [
  [
    'required',
    'Error: execution error at (c/templates/x.yaml:1:3): image is needed',
    "the chart's template says: image is needed (c/templates/x.yaml:1:3)",
  ],
  [
    'parse',
    'Error: parse error at (c/templates/x.yaml:1): missing value for if',
    "the chart's template says: missing value for if (c/templates/x.yaml:1)",
  ],
  [
    'nil pointer, 3',
    'Error: template: c/templates/x.yaml:1:13: executing "c/templates/x.yaml" at <.Values.a.b.c>: nil pointer evaluating interface {}.b',
    'the chart does not render: nil pointer evaluating interface {}.b (c/templates/x.yaml:1:13)',
  ],
  [
    'nil pointer, 4',
    'Error: c/templates/x.yaml:1:13\n  executing "c/templates/x.yaml" at <.Values.a.b.c>:\n    nil pointer evaluating interface {}.b',
    'the chart does not render: nil pointer evaluating interface {}.b (c/templates/x.yaml:1:13)',
  ],
  [
    'include, 3',
    'Error: template: c/templates/x.yaml:1:3: executing "c/templates/x.yaml" at <include "nothing.here" .>: error calling include: template: no template "nothing.here" associated with template "gotpl"',
    'the chart does not render: template: no template "nothing.here" associated with template "gotpl" (c/templates/x.yaml:1:3)',
  ],
  [
    'include, 4',
    'Error: c/templates/x.yaml:1:3\n  executing "c/templates/x.yaml" at <include "nothing.here" .>:\n    error calling include:\ntemplate: no template "nothing.here" associated with template "gotpl"',
    'the chart does not render: template: no template "nothing.here" associated with template "gotpl" (c/templates/x.yaml:1:3)',
  ],
  [
    'not YAML',
    'Error: YAML parse error on c/templates/x.yaml: error converting YAML to JSON: yaml: line 4: did not find expected key',
    'c/templates/x.yaml renders to something that is not YAML: yaml: line 4: did not find expected key',
  ],
  [
    'values file, 4',
    'Error: failed to parse /tmp/v.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected node content',
    'the values file /tmp/v.yaml is not YAML: yaml: line 1: did not find expected node content',
  ],
  ['no values file', 'Error: open nofile.yaml: no such file or directory', 'there is no file nofile.yaml'],
  [
    'kubeVersion',
    'Error: chart requires kubeVersion: >=99.0.0 which is incompatible with Kubernetes v1.34.4',
    'the chart needs Kubernetes >=99.0.0; the cluster is v1.34.4',
  ],
  [
    'no such kind',
    'Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "Foo" in version "foo.example/v1"\nensure CRDs are installed first',
    'the cluster does not know Foo in foo.example/v1',
    [['unknown', 'Foo in foo.example/v1']],
  ],
  [
    'wrong type',
    'Error: 1 error occurred:\n\t* Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32\n\n',
    'an object does not fit the API\'s schema: Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [
    'schema',
    "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nschema:\n- at '': missing property 'image'\n- at '/replicas': got string, want integer\n",
    "the values do not fit the chart's schema",
    [
      ['schema', "at '': missing property 'image'"],
      ['schema', "at '/replicas': got string, want integer"],
    ],
  ],
  [
    'dependencies',
    'Error: An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: redis',
    'the chart lacks dependencies: redis',
  ],
  [
    'too large',
    'Error: create: failed to create: Secret "sh.helm.release.v1.b1.v1" is invalid: data: Too long: may not be more than 1048576 bytes',
    'the release is larger than the 1 MiB that Helm can store in one Secret',
  ],
  [
    'pending',
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    'Helm says that another operation is in progress: a helm was killed in the middle, or one is still running',
  ],
  [
    'nothing deployed',
    'Error: UPGRADE FAILED: "shop" has no deployed releases',
    'Helm has a history of shop, but no revision in it is deployed',
  ],
  [
    'immutable, 3',
    'Error: UPGRADE FAILED: cannot patch "d1" with kind Deployment: Deployment.apps "d1" is invalid: spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
    'Deployment.apps d1 cannot be changed in place: spec.selector is immutable',
  ],
  [
    'StatefulSet, 4',
    'level=WARN msg="upgrade failed" name=s1 error="…"\nError: UPGRADE FAILED: server-side apply failed for object helm-probe/s1 apps/v1, Kind=StatefulSet: StatefulSet.apps "s1" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \'replicas\' and \'minReadySeconds\' are forbidden',
    'StatefulSet.apps s1 cannot be changed in place: spec is immutable',
  ],
  [
    'conflicts of several managers',
    'Error: UPGRADE FAILED: conflict occurred while applying object helm-probe/d1 apps/v1, Kind=Deployment: Apply failed with 2 conflicts: conflicts with "kubectl" with subresource "scale" using apps/v1:\n- .spec.replicas\nconflicts with "kubectl-edit" using apps/v1:\n- .spec.paused\n- .spec.template.spec.containers[name="c"].image',
    'kubectl owns fields that the chart sets too',
    [
      ['kubectl (scale)', '.spec.replicas'],
      ['kubectl-edit', '.spec.paused, .spec.template.spec.containers[name="c"].image'],
    ],
  ],
  [
    'one conflict',
    'Error: UPGRADE FAILED: conflict occurred while applying object ns/web apps/v1, Kind=Deployment: Apply failed with 1 conflict: conflict with "kube-controller-manager" with subresource "scale" using apps/v1: .spec.replicas',
    'kube-controller-manager owns fields that the chart sets too',
    [['kube-controller-manager (scale)', '.spec.replicas']],
  ],
  [
    'ownership',
    'Error: Unable to continue with install: ConfigMap "foreign" in namespace "x" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"',
    'ConfigMap foreign exists and does not belong to this release',
    [
      [
        'helm',
        'invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"',
      ],
    ],
  ],
  [
    'forbidden',
    'Error: query: failed to query with labels: secrets is forbidden: User "system:serviceaccount:a:b" cannot list resource "secrets" in API group "" in the namespace "shop"',
    'system:serviceaccount:a:b may not list secrets in namespace shop',
  ],
  [
    'forbidden, cluster-wide',
    'Error: customresourcedefinitions.apiextensions.k8s.io is forbidden: User "a" cannot create resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope',
    'a may not create customresourcedefinitions.apiextensions.k8s.io in the cluster',
  ],
  [
    'quota',
    'Error: 1 error occurred:\n\t* configmaps "q1-cm" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1\n',
    'the namespace does not allow configmaps q1-cm: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1',
  ],
  [
    'pod security, 4',
    'Error: server-side apply failed for object x/psp /v1, Kind=Pod: pods "psp" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
    'the namespace does not allow pods psp: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
  ],
  [
    'no namespace',
    'Error: create: failed to create: namespaces "shop" not found',
    'namespace shop does not exist',
  ],
  [
    'hook, 3',
    'Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred:\n\t* job migrate failed: BackoffLimitExceeded\n\n\n',
    'a pre-upgrade hook failed: job migrate failed: BackoffLimitExceeded',
  ],
  [
    'hook, 4',
    'Error: failed pre-install: resource Job/x/migrate not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded',
    'a pre-install hook failed: resource Job/x/migrate not ready. status: InProgress, message: Job in progress',
  ],
  [
    'refused by validation',
    'Error: UPGRADE FAILED: failed to create resource: Deployment.apps "inv" is invalid: spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
    'the API refuses Deployment.apps inv: spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
  [
    'timeout',
    'Error: UPGRADE FAILED: context deadline exceeded',
    'helm waited for readiness until its timeout',
  ],
  ['revision gone', 'Error: release has no 7 version', "revision 7 is no longer in Helm's history"],
  ['no release', 'Error: release: not found', 'Helm knows no such release'],
  [
    'credentials',
    'Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials',
    'the cluster does not accept the credentials: they have expired, or are of another cluster',
  ],
];

test.each(said)('%s', (_, stderr, message, details = []) => {
  const error = explain(stderr, 'release shop in namespace prod');
  expect(error).toBeInstanceOf(TargetError);
  expect(error).toMatchObject({ message, subject: 'release shop in namespace prod', details });
  expect((error as TargetError).remedy).not.toBe('');
});

test.each([
  'Error: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused',
  'Error: kubernetes cluster unreachable: Get "https://x.invalid/version": dial tcp: lookup x.invalid: no such host',
  'Error: UPGRADE FAILED: Get "https://10.0.0.1/api": net/http: TLS handshake timeout',
  'Error: Kubernetes cluster unreachable: Get "https://10.0.0.1/version": context deadline exceeded',
  'Error: Get "https://10.0.0.1/api": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
  'Error: UPGRADE FAILED: cannot patch "web" with kind Deployment: the server is currently unable to handle the request (patch deployments.apps web)',
  'Error: UPGRADE FAILED: the server has received too many requests and has asked us to try again later (get secrets)',
  'Error: UPGRADE FAILED: create: failed to create: etcdserver: request timed out',
  'Error: UPGRADE FAILED: an error on the server ("Internal Server Error") has prevented the request from succeeding (patch services web)',
  'Error: UPGRADE FAILED: Get "https://10.0.0.1/api": read tcp 10.0.0.2:1->10.0.0.1:443: read: connection reset by peer',
])('%s: never a proof of anything', (stderr) => {
  expect(explain(stderr, 'x')).toBeInstanceOf(UnreachableError);
});

test('what nobody knows is not explained', () => {
  expect(explain('Error: something new', 'x')).toBeUndefined();
});

test('what the API quotes does not reach a log', () => {
  const template =
    'Error: UPGRADE FAILED: cannot patch "j1" with kind Job: Job.batch "j1" is invalid: spec.template: Invalid value: {"labels":{"a":"b"},"Spec":{"Containers":[{"Name":"c","Env":[{"Name":"P","Value":"secret-env-value"}]}]}}: field is immutable';
  expect(complaint(template)).toBe(
    'Error: UPGRADE FAILED: cannot patch "j1" with kind Job: Job.batch "j1" is invalid: spec.template: Invalid value: (not shown): field is immutable',
  );
  expect(explain(template, 'x')?.message).toBe(
    'Job.batch j1 cannot be changed in place: spec.template is immutable',
  );
  const log =
    'level=WARN msg="upgrade failed" error="Job.batch \\"j1\\" is invalid: spec.template: Invalid value: {\\"Env\\":[{\\"Name\\":\\"P\\",\\"Value\\":\\"secret-env-value, of some length that is beyond all reason\\"}]}: field is immutable"';
  expect(redact(log)).not.toContain('secret-env-value');
  const patch =
    '"" is invalid: patch: Invalid value: "{\\"spec\\":{\\"env\\":[{\\"value\\":\\"secret-env-value, of some length that is beyond all reason\\"}]}}": json: cannot unmarshal';
  expect(redact(patch)).toBe('"" is invalid: patch: Invalid value: (not shown): json: cannot unmarshal');
});

test.each([
  [
    'Error: chart "nope" matching 9.9.9 not found in slipway index. (try \'helm repo update\'): no chart version found for nope-9.9.9',
    'the repository has no version 9.9.9 of nope',
  ],
  [
    'Error: chart "nope" matching  not found in slipway index. (try \'helm repo update\'): no chart name found',
    'the repository has no chart of that name',
  ],
  [
    '...Unable to get an update from the "slipway" chart repository (http://x):\n\tfailed to fetch http://x/index.yaml : 401 Unauthorized',
    'the chart source refuses the credentials (401)',
  ],
  [
    'looks like "https://x" is not a valid chart repository: Get "https://x/index.yaml": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'the certificate of the chart source is not trusted: certificate signed by unknown authority',
  ],
  ['failed to fetch http://x/index.yaml : 404 Not Found', 'the chart source has no such chart or version'],
  [
    'Error: the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies',
    'Chart.lock is out of sync with Chart.yaml',
  ],
  [
    'dial tcp 127.0.0.1:1: connect: connection refused',
    'the chart source cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused',
  ],
])('%s', (output, message) => {
  expect(explainFetch(output, 'chart x')).toMatchObject({ message, subject: 'chart x' });
});

test.each([
  [
    'the schema checker, a pattern',
    "Error: values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n- at '/password': 'hunter2 does' does not match pattern '^[0-9]+$'\n",
    "- at '/password': (not shown) does not match pattern '^[0-9]+$'",
  ],
  [
    'the schema checker, a format',
    "- at '/url': 'hunter2 ::' is not valid uri: parse \"hunter2 ::\": missing protocol scheme\n- at '/mode': value must be one of 'a', 'b'",
    "- at '/url': (not shown)\n- at '/mode': value must be one of 'a', 'b'",
  ],
  [
    'server-side apply of a number, Helm 4',
    'Error: failed to create typed patch object (default/s; /v1, Kind=Secret): .stringData.password: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":"hunter2"}}',
    '.stringData.password: expected string, got (not shown)',
  ],
])('what is quoted of a value is not shown: %s', (_, stderr, shown) => {
  expect(complaint(stderr)).toContain(shown);
  expect(complaint(stderr)).not.toContain('hunter2');
});
