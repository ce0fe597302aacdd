import { TargetError } from '../../domain/errors.ts';

/** Reads what helm wrote while packing; undefined when it is nothing that we know. */
export function explainPackage(stderr: string, subject: string): TargetError | undefined {
  const [, missing] = /found in Chart\.yaml, but missing in charts\/ directory: (.+)/.exec(stderr) ?? [];
  if (missing !== undefined)
    return new TargetError(`dependencies are not in charts/: ${missing.trim()}`, {
      subject,
      remedy: 'leave dependency-update on, or run helm dependency build before this step',
    });
  const [, why] = /(?:chart\.metadata\.\S+|validation:.*) (.+)/.exec(stderr) ?? [];
  if (why === undefined) return undefined;
  return new TargetError(`Chart.yaml is refused by helm: ${lastLine(stderr)}`, {
    subject,
    remedy: 'mend Chart.yaml; helm lint says the same on your machine',
  });
}

const lastLine = (text: string): string => (text.trim().split('\n').at(-1) ?? '').replace(/^Error: /, '');
