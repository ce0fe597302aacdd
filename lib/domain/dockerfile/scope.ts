import { expand } from './expand.ts';
import { splitWords } from './words.ts';

/** What one platform's build knows by name before the first FROM. */
export interface BuildScope {
  /** os/arch[/variant]. */
  readonly platform: string;
  readonly buildPlatform: string;
  readonly target: string | undefined;
  readonly buildArgs: ReadonlyMap<string, string>;
}

export type Values = ReadonlyMap<string, string>;

/** BUILDPLATFORM, TARGETARCH and the like, which FROM may use without declaring them; `--build-arg` overrides them. */
export function platformValues({
  platform,
  buildPlatform,
  target,
  buildArgs,
}: BuildScope): Map<string, string> {
  const of = (prefix: string, text: string): [string, string][] => {
    const [os = '', architecture = '', variant = ''] = text.split('/');
    return [
      [`${prefix}PLATFORM`, text],
      [`${prefix}OS`, os],
      [`${prefix}ARCH`, architecture],
      [`${prefix}VARIANT`, variant],
      [`${prefix}OSVERSION`, ''],
    ];
  };
  const given = [
    ...of('BUILD', buildPlatform),
    ...of('TARGET', platform),
    ['TARGETSTAGE', target ?? 'default'] as const,
  ];
  return new Map(given.map(([name, value]) => [name, buildArgs.get(name) ?? value]));
}

/** Names with a value, or alone: what ARG declares. */
export function readArg(
  rest: string,
  escape: string,
): { readonly name: string; readonly value: string | undefined }[] {
  return splitWords(rest, escape).map((word) => {
    const equals = word.indexOf('=');
    return equals === -1
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** `ENV a=b c=d`, or the old `ENV a b`. */
export function readEnv(rest: string, escape: string): { readonly name: string; readonly value: string }[] {
  if (splitWords(rest, escape)[0]?.includes('=') === true) {
    return readArg(rest, escape).map(({ name, value = '' }) => ({ name, value }));
  }
  const [, name = '', value = ''] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
  return name === '' ? [] : [{ name, value }];
}

/** ARG before the first FROM. What has neither a default nor a value keeps what the platform gave it. */
export function declareGlobal(
  scope: Map<string, string>,
  rest: string,
  escape: string,
  buildArgs: Values,
): void {
  for (const { name, value } of readArg(rest, escape)) {
    const text = buildArgs.get(name) ?? (value === undefined ? undefined : expand(value, scope, escape).text);
    if (text !== undefined) scope.set(name, text);
  }
}

/**
 * ARG and ENV within a stage. A value that leans on a name nobody here knows (the base image may set it) is forgotten:
 * it is unknown, too.
 */
export function assign(
  scope: Map<string, string>,
  name: string,
  value: string | undefined,
  escape: string,
): void {
  const expanded = value === undefined ? undefined : expand(value, scope, escape);
  if (expanded === undefined || expanded.unknown.length > 0) scope.delete(name);
  else scope.set(name, expanded.text);
}
