import type { ObjectId, ResourceType } from './kubernetes.ts';

/** One question to the API: may I? (`SelfSubjectAccessReview`) */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface Permissions {
  /** Without these the release cannot be done. */
  readonly required: readonly AccessQuestion[];
  /** Without these it is watched less well, and says so. */
  readonly wished: readonly AccessQuestion[];
}

/** An object that helm will apply: one that is waited for, one that is not, or a hook, which helm deletes too. */
export interface Applied {
  readonly id: ObjectId;
  readonly type: ResourceType;
  readonly role: 'gated' | 'other' | 'hook';
}

const core = (plural: string) => ({ group: '', resource: plural });

/**
 * What a release of these objects needs: Helm's own Secrets, our lock and record, what it applies, and reading
 * what it watches. A dry run only reads.
 */
export function permissionsFor(
  namespace: string,
  objects: readonly Applied[],
  { dryRun }: { dryRun: boolean },
): Permissions {
  const ask = (
    target: Pick<AccessQuestion, 'group' | 'resource' | 'subresource'>,
    verbs: readonly string[],
    where = namespace,
  ): AccessQuestion[] =>
    verbs.map((verb) => ({ ...target, verb, ...(where === '' ? {} : { namespace: where }) }));

  const lease = { group: 'coordination.k8s.io', resource: 'leases' };
  const bookkeeping = dryRun
    ? ask(core('secrets'), ['get', 'list'])
    : [
        ...ask(core('secrets'), ['get', 'list', 'create', 'update', 'delete']),
        ...ask(lease, ['get', 'create', 'update', 'delete']),
      ];

  const byKind = (wanted: typeof objects, verbs: readonly string[]): AccessQuestion[] => {
    const kinds = new Map(
      wanted.map(({ id, type }) => [`${type.group}/${type.plural}/${id.namespace}`, { type, id }]),
    );
    return [...kinds.values()].flatMap(({ type, id }) =>
      ask({ group: type.group, resource: type.plural }, verbs, type.namespaced ? id.namespace : ''),
    );
  };
  if (dryRun) return { required: [...bookkeeping, ...byKind(objects, ['get'])], wished: [] };
  const waitedFor = objects.filter(({ role }) => role === 'gated');
  const hooks = objects.filter(({ role }) => role === 'hook');
  return {
    // Without a list of what it waits for, a release could never be called ready.
    required: [
      ...bookkeeping,
      ...byKind(objects, ['get', 'create', 'patch']),
      ...byKind(waitedFor, ['list']),
      ...byKind(hooks, ['delete']),
    ],
    wished: [
      ...byKind(waitedFor, ['watch']),
      ...ask(core('pods'), ['list', 'watch']),
      ...ask({ group: 'apps', resource: 'replicasets' }, ['list', 'watch']),
      ...ask(core('events'), ['list', 'watch']),
      ...ask({ ...core('pods'), subresource: 'log' }, ['get']),
    ],
  };
}

/** `create deployments.apps in namespace shop`, as a Role would name it. */
export function describeAccess(question: AccessQuestion): string {
  const { verb, group, resource, subresource } = question;
  const of = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verb} ${of}${question.namespace === undefined ? ' (cluster-wide)' : ` in namespace ${question.namespace}`}`;
}
