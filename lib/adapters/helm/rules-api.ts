import type { Rule } from './rule.ts';

/** What the release, the API or the namespace refuses. */
export const apiRules: readonly Rule[] = [
  [
    /another operation \(install\/upgrade\/rollback\) is in progress/,
    () => ({
      message:
        'Helm says that another operation is in progress: a helm was killed in the middle, or one is still running',
      remedy: 'make sure that no helm works on the release, then run helm rollback to its last good revision',
    }),
  ],
  [
    /"(\S+)" has no deployed releases/,
    (at) => ({
      message: `Helm has a history of ${at(1)}, but no revision in it is deployed`,
      remedy: 'helm rollback to a good revision, or helm uninstall the release when it never ran',
    }),
  ],
  [
    /conflicts? with "([^"]+)"/,
    (at, text) => ({
      message: `${at(1)} owns fields that the chart sets too`,
      remedy:
        'leave those fields out of the chart (an autoscaler owns replicas), or win them once with force-conflicts: true',
      details: conflicts(text),
    }),
  ],
  [
    /(\S+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported into the current release: (.*)/,
    (at) => ({
      message: `${at(1)} ${at(2)} exists and does not belong to this release`,
      remedy: 'adopt it with take-ownership: true, delete it, or give the chart another name for it',
      details: [['helm', at(4)]],
    }),
  ],
  [
    /(\S+) "([^"]+)" is invalid: ([\w.[\]]+): .*(?:field is immutable|updates to statefulset spec|may not change once set|cannot change roleRef)/,
    (at) => ({
      message: `${at(1)} ${at(2)} cannot be changed in place: ${at(3)} is immutable`,
      remedy:
        'keep that field as it is, or delete the object first (a StatefulSet with --cascade=orphan keeps its pods)',
    }),
  ],
  [
    /admission webhook "([^"]+)" denied the request: ?(.*)/,
    (at) => ({
      message: `the admission webhook ${at(1)} refused: ${at(2)}`,
      remedy: 'mend what it names, or ask who runs it',
    }),
  ],
  [
    /failed calling webhook "([^"]+)": (.*)/,
    (at) => ({
      message: `the admission webhook ${at(1)} does not answer: ${at(2)}`,
      remedy: 'repair the webhook; nothing that it guards can be created without it',
    }),
  ],
  [
    /User "([^"]+)" cannot (\w+) resource "([^"]+)"(?: in API group "([^"]*)")?(?: in the namespace "([^"]+)"| at the cluster scope)?/,
    (at) => ({
      message: `${at(1)} may not ${at(2)} ${at(3)}${at(4) === '' ? '' : `.${at(4)}`}${at(5) === '' ? ' in the cluster' : ` in namespace ${at(5)}`}`,
      remedy: 'grant it in a Role (the README has the minimal one)',
    }),
  ],
  [
    /unable to create new content in namespace (\S+) because it is being terminated/,
    (at) => ({
      message: `namespace ${at(1)} is being deleted`,
      remedy: 'wait until it is gone; its finalizers may hold it',
    }),
  ],
  [
    /(\S+ "[^"]+") is forbidden: (exceeded quota: .*|violates PodSecurity .*)/,
    (at) => ({
      message: `the namespace does not allow ${at(1).replaceAll('"', '')}: ${at(2)}`,
      remedy: 'change the chart, or the quota or policy of the namespace',
    }),
  ],
  [
    /namespaces "([^"]+)" not found/,
    (at) => ({
      message: `namespace ${at(1)} does not exist`,
      remedy: 'set create-namespace: true, or create it',
    }),
  ],
  [
    /release has no (\d+) version/,
    (at) => ({
      message: `revision ${at(1)} is no longer in Helm's history`,
      remedy: 'choose another, or raise history-max',
    }),
  ],
  [
    /release: not found/,
    () => ({
      message: 'Helm knows no such release',
      remedy: 'mend release or namespace, or deploy it first',
    }),
  ],
  [
    /((?:pre|post)-(?:install|upgrade|rollback|delete))(?: hooks? failed)?: (?:\d+ errors? occurred:\s+\* )?(.*)/,
    (at) => ({
      message: `a ${at(1)} hook failed: ${at(2)}`,
      remedy: "read the hook's log above; its Job or Pod may still be there",
    }),
  ],
  [
    /(\S+) "([^"]+)" is invalid: (.*)/,
    (at) => ({
      message: `the API refuses ${at(1)} ${at(2)}: ${at(3)}`,
      remedy: 'mend the template, or the value that it reads',
    }),
  ],
  [
    /asked for the client to provide credentials|: Unauthorized/,
    () => ({
      message: 'the cluster does not accept the credentials: they have expired, or are of another cluster',
      remedy: 'renew kubeconfig or server-token',
    }),
  ],
];

/** `manager → fields`, from one line or from Kubernetes' list of several. */
function conflicts(text: string): (readonly [string, string])[] {
  const form =
    /conflicts? with "([^"]+)"(?: with subresource "([^"]+)")?(?: using [^\s:]+)?:((?:\s+(?:- )?\.\S+)+)/g;
  return [...text.matchAll(form)].map(
    ([, manager = '', subresource, fields = '']) =>
      [
        subresource === undefined ? manager : `${manager} (${subresource})`,
        fields.replaceAll('- ', '').trim().split(/\s+/).join(', '),
      ] as const,
  );
}
