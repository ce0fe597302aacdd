/** What a registry's "no" means and what to do about it, worded for the person who reads it at night. */
import { TargetError } from '../errors.ts';
import { familyOf } from './families.ts';
import type { RepositoryRef } from './types.ts';

/** One entry of the `errors` that registries answer with. */
export interface RegistryError {
  /** `MANIFEST_UNKNOWN`, `DENIED`, … */
  readonly code: string;
  readonly message: string;
}

export interface Refusal {
  /** What we were about to do: `store tag v1`. */
  readonly doing: string;
  readonly repository: RepositoryRef;
  readonly to: 'pull' | 'push';
  /** The tag that was to be written, if one was. */
  readonly tag?: string | undefined;
  readonly status: number;
  readonly errors: readonly RegistryError[];
  /** Whether a login was given. */
  readonly anonymous: boolean;
  /** It is the user or the password that was refused, not what they ask for. */
  readonly wrongLogin?: boolean;
}

/** The tag stands and the registry does not let it move. The rest of the image may have been stored. */
export class ImmutableTagError extends TargetError {}

/** Reads the body of an error (OCI distribution specification, "Error Codes"); empty where it is no such document. */
export function errorsIn(body: Uint8Array): RegistryError[] {
  try {
    const { errors } = JSON.parse(new TextDecoder().decode(body)) as { errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.map((each: { code?: unknown; message?: unknown } | null) => ({
      code: textOf(each?.code),
      message: textOf(each?.message),
    }));
  } catch {
    return [];
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The error to throw for an answer that nothing can be done with. */
export function refusalError(refusal: Refusal): TargetError {
  const { doing, repository, status, errors } = refusal;
  const subject = `${repository.registry}/${repository.repository}`;
  const said = errors.map(({ code, message }) => `${code} ${message}`.trim()).filter((text) => text !== '');
  // A session's own words begin with it.
  const answered = [...(said[0]?.startsWith(String(status)) === true ? [] : [status]), ...said].join(', ');
  const details: [string, string][] = [['answered', answered]];
  if (isImmutable(refusal)) {
    return new ImmutableTagError(
      `${repository.registry} did not ${doing}: the tag exists and is immutable there`,
      {
        subject,
        remedy: 'what a released tag stands for does not change: release a new version, or promote by digest',
        details,
      },
    );
  }
  return new TargetError(`${repository.registry} did not ${doing}: it answered ${answered}`, {
    subject,
    remedy: remedyFor(refusal),
    details,
  });
}

/**
 * ECR answers 400 TAG_INVALID (`ImageTagAlreadyExistsException` in its own API), Harbor 412 PRECONDITION, others say
 * it in words; 409 has no other meaning where a manifest is stored.
 */
function isImmutable({ tag, status, errors }: Refusal): boolean {
  if (tag === undefined || status < 400 || status > 499) return false;
  const words = errors.map(({ code, message }) => `${code} ${message}`).join(' ');
  return status === 409 || status === 412 || /immutable|overwritten|ImageTagAlreadyExists/i.test(words);
}

function remedyFor({ repository, to, status, errors, anonymous, wrongLogin = false }: Refusal): string {
  const family = familyOf(repository.registry);
  const words = errors.map(({ code, message }) => `${code} ${message}`).join(' ');
  const names = (code: string): boolean => errors.some((each) => each.code === code);
  if (/expired/i.test(words)) return family.expired;
  if (wrongLogin)
    return `check the user and the password for ${repository.registry}: they are wrong, or have expired`;
  if (status === 401 || status === 403 || names('DENIED') || names('UNAUTHORIZED')) {
    return anonymous
      ? `give a login for ${repository.registry} under registries, or log in before this step`
      : family[to](repository.repository);
  }
  if (status === 404 && to === 'push') return family.missing(repository.repository);
  if (status === 404) return 'the repository points at it and does not have it: push the image again';
  if (names('MANIFEST_BLOB_UNKNOWN') || names('MANIFEST_UNKNOWN'))
    return 'what the manifest points at is not in the repository: copy it first, or run this step again';
  if (names('MANIFEST_INVALID') || status === 415)
    return 'this registry does not take manifests of this kind: leave attestations out (provenance: false, sbom: false), or ask its operator';
  if (status === 413)
    return 'the registry, or a proxy before it, bounds the size of uploads: raise that bound';
  if (status === 405) return 'the registry is read-only, or does not offer this: ask its operator';
  if (status >= 300 && status <= 399)
    return 'the address leads elsewhere: write the registry as its operator names it';
  return 'its operator can tell why: the answer above and the time are what to ask with';
}
