/** What is asked of an image while nobody can find it yet. */
import { atLeast, countBySeverity, readSarif } from '../../lib/domain/sarif/read.ts';
import type { SarifFinding } from '../../lib/domain/sarif/read.ts';
import { combineSarif } from '../../lib/domain/sarif/combine.ts';
import { imagesIn, platformName } from '../../lib/domain/build/index-manifest.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Fault } from '../../lib/domain/errors.ts';
import type { RepositoryRef, StoredManifest } from '../../lib/domain/oci/types.ts';
import { contentOf } from '../../lib/domain/promotion/manifest.ts';
import { scanSchema } from '../../lib/domain/promotion/scan-record.ts';
import type { ScanEnd } from '../../lib/ports/scanner.ts';
import { attachScan } from '../../lib/steps/scan-records.ts';
import type { Inputs } from './inputs.ts';
import { formatRepository } from './plan.ts';
import type { Ports } from './ports.ts';

export interface Quarantined {
  readonly repository: RepositoryRef;
  readonly manifest: StoredManifest;
}

export interface Judged {
  readonly outcome: 'pass' | 'fail';
  /** One line. */
  readonly reason: string;
  /** Untrusted; empty where it passed. */
  readonly lines: readonly string[];
}

export interface PlatformScan extends Judged {
  /** Empty for an image of one platform. */
  readonly platform: string;
  /** What the report has; undefined without one. */
  readonly findings: readonly SarifFinding[] | undefined;
}

export interface Scanned extends Judged {
  readonly platforms: readonly PlatformScan[];
  /** Path of the report, all platforms in one; empty without one. */
  readonly report: string;
}

const reference = ({ repository, manifest }: Quarantined, digest = manifest.digest): string =>
  `${formatRepository(repository)}@${digest}`;

/**
 * What is missing on the runner is said before a build, not after it; what the build itself puts out cannot be looked
 * for. Throws ConfigurationError, and ToolError without cosign.
 */
export async function checkTools({ what, quarantine }: Inputs, { scanner, signer }: Ports): Promise<void> {
  const putsOut = what.kind === 'build' && what.intent.outputs.length > 0;
  const asked = [
    ['verify-command', quarantine.verify[0]],
    ['scan-command', quarantine.scan[0]],
  ] as const;
  const faults: Fault[] = [];
  for (const [input, program] of asked) {
    if (program === undefined || (putsOut && program.includes('/')) || (await scanner.has(program))) continue;
    const problem = program.includes('/')
      ? 'is no program in the workspace: is it there, and may it be run (chmod +x)?'
      : 'is not on PATH: install it in a step before this one';
    faults.push({ input, value: program, problem });
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  if (quarantine.sign !== undefined) await signer.version();
}

/** The author's own test of the image. */
export async function verify(image: Quarantined, { quarantine }: Inputs, ports: Ports): Promise<Judged> {
  const { digest } = image.manifest;
  const { exit, lastLines } = await ports.scanner.verify(
    quarantine.verify,
    { image: reference(image), digest, platform: '' },
    { onLine: (line) => ports.log.untrusted([line]), signal: ports.signal },
  );
  return exit === 0
    ? { outcome: 'pass', reason: 'verify-command ended with 0', lines: [] }
    : { outcome: 'fail', reason: `verify-command ended with ${exit}`, lines: lastLines };
}

/** Every platform, also after one has failed: who mends it wants to see all. */
export async function scan(image: Quarantined, inputs: Inputs, ports: Ports): Promise<Scanned> {
  const { scanner, log, signal, files, clock, actor, registry } = ports;
  const scans: PlatformScan[] = [];
  const reports: { platform: string; text: string }[] = [];
  for (const { platform, digest } of platformsOf(image.manifest)) {
    if (platform !== '') log.info(`platform ${platform}`);
    const end = await scanner.scan(
      inputs.quarantine.scan,
      { image: reference(image, digest), digest, platform },
      { onLine: (line) => log.untrusted([line]), signal },
    );
    const judged = judge(end, inputs.quarantine.severity);
    log.info(`${platform === '' ? '' : `${platform}: `}${judged.reason}`);
    scans.push({ ...judged, platform });
    if (end.sarif !== undefined && judged.findings !== undefined) reports.push({ platform, text: end.sarif });
  }
  const failed = scans.filter(({ outcome }) => outcome === 'fail');
  const named = (failed.length > 0 ? failed : scans).map(
    ({ platform, reason }) => `${platform === '' ? '' : `${platform}: `}${reason}`,
  );
  const summed = {
    outcome: failed.length > 0 ? ('fail' as const) : ('pass' as const),
    reason: [...new Set(named)].join('; '),
  };
  const { repository, manifest } = image;
  await attachScan(
    repository,
    { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length },
    {
      schema: scanSchema,
      digest: manifest.digest,
      ...summed,
      scanner: inputs.quarantine.scan[0]?.split('/').at(-1) ?? '',
      platforms: scans.map(({ platform }) => platform).filter((platform) => platform !== ''),
      at: new Date(clock.now()).toISOString(),
      run: `${actor.repository}/${actor.run}/${actor.attempt}`,
    },
    registry,
  );
  return {
    ...summed,
    lines: failed.flatMap(({ lines }) => lines),
    platforms: scans,
    report: reports.length === 0 ? '' : files.keep('scan.sarif', combineSarif(reports)),
  };
}

/** The report decides where there is one; else the exit code. */
function judge(
  { exit, sarif, lastLines }: ScanEnd,
  limit: Inputs['quarantine']['severity'],
): Omit<PlatformScan, 'platform'> {
  const findings = sarif === undefined ? undefined : readSarif(sarif);
  if (typeof findings === 'string')
    return {
      outcome: 'fail',
      reason: `its report is no SARIF: ${findings}`,
      lines: lastLines,
      findings: undefined,
    };
  if (findings === undefined)
    return exit === 0
      ? { outcome: 'pass', reason: 'scan-command ended with 0, without a report', lines: [], findings }
      : {
          outcome: 'fail',
          reason: `scan-command ended with ${exit}, without a report`,
          lines: lastLines,
          findings,
        };
  const bad = atLeast(findings, limit);
  if (bad.length > 0)
    return { outcome: 'fail', reason: `${countBySeverity(bad)}; the limit is ${limit}`, lines: [], findings };
  // A scanner may end with 1 because it found something; one that found nothing has failed.
  if (exit !== 0 && findings.length === 0)
    return {
      outcome: 'fail',
      reason: `scan-command ended with ${exit} and reported nothing`,
      lines: lastLines,
      findings,
    };
  const rest = countBySeverity(findings);
  return {
    outcome: 'pass',
    reason: rest === '' ? 'nothing found' : `${rest}, below ${limit}`,
    lines: [],
    findings,
  };
}

function platformsOf(manifest: StoredManifest): { platform: string; digest: string }[] {
  const content = contentOf(manifest);
  const images = imagesIn(content?.manifests ?? []);
  if (images.length === 0) return [{ platform: '', digest: manifest.digest }];
  return images.map(({ digest, platform }) => ({
    digest,
    platform: platform === undefined ? '' : platformName(platform),
  }));
}
