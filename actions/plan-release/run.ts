import { chooseEnvironment } from '../../lib/domain/environments/choose.ts';
import type { Choice } from '../../lib/domain/environments/choose.ts';
import { readOccasion } from '../../lib/domain/environments/occasion.ts';
import type { Occasion } from '../../lib/domain/environments/occasion.ts';
import { planTags } from '../../lib/domain/environments/plan-tags.ts';
import type { Environment } from '../../lib/domain/environments/types.ts';
import { chooseVersion } from '../../lib/domain/environments/version.ts';
import type { Version } from '../../lib/domain/environments/version.ts';
import { ConfigurationError } from '../../lib/domain/errors.ts';
import type { Result } from '../../lib/domain/report/result.ts';
import { planModules } from './change.ts';
import type { ModulePlan } from './change.ts';
import type { Inputs } from './inputs.ts';
import { readCheckout, readEvent, readPlanFile, checkRun } from './look.ts';
import type { Checkout } from './look.ts';
import type { Ports } from './ports.ts';
import { lookForUpdate } from './update.ts';

export interface PlanResult extends Result {
  /** Whether there is something to release, and where to. */
  readonly deploy: boolean;
  readonly occasion: Occasion;
  /** Undefined: the run is for none. */
  readonly environment: Environment | undefined;
  readonly version: Version | undefined;
  /** Literal, the primary one first. */
  readonly tags: readonly string[];
  /** Of the newer version that was found; empty where none was looked for. */
  readonly digest: string;
  readonly modules: ModulePlan;
  /** What the author should know, though nothing is wrong. */
  readonly notes: readonly string[];
}

/** Ref, event and file → environment, version, tags, targets and changed modules. Changes nothing, asks GitHub nothing. */
export async function planRelease(inputs: Inputs, ports: Ports): Promise<PlanResult> {
  checkRun(inputs.run);
  const checkout = await readCheckout(ports);
  const { file, notes } = await readPlanFile(inputs, checkout, ports);
  const occasion = readOccasion(inputs.run, await readEvent(inputs.eventPath, ports));
  const choice = chooseEnvironment(file.environments, occasion, inputs.environment, inputs.file);
  if (choice.kind === 'fault') throw new ConfigurationError([choice.fault]);
  if (inputs.update !== undefined && choice.kind === 'release')
    return lookForUpdate(inputs.update, choice.environment, { occasion, notes }, ports);

  const environment = choice.kind === 'release' ? choice.environment : undefined;
  const version = versionFor(inputs, occasion, environment, checkout);
  const tags = environment === undefined ? [] : tagsFor(environment, version, occasion, inputs);
  const modules = await planModules(file.modules, inputs, { occasion, checkout }, ports);
  return {
    ...conclude(choice, version, modules),
    occasion,
    environment,
    version,
    tags,
    digest: '',
    modules,
    notes: [
      ...notes,
      ...(environment === undefined ? [] : notesOn(environment, version, occasion, checkout)),
    ],
  };
}

function versionFor(
  { version: asked, run }: Inputs,
  occasion: Occasion,
  environment: Environment | undefined,
  { tags }: Checkout,
): Version {
  const chosen = chooseVersion({
    asked,
    occasion,
    environment: environment?.name ?? '',
    runId: run.runId,
    tags,
  });
  if (chosen.kind === 'fault') throw new ConfigurationError([chosen.fault]);
  return chosen.version;
}

function tagsFor(
  environment: Environment,
  version: Version,
  occasion: Occasion,
  { file, run }: Inputs,
): readonly string[] {
  const { tags, faults } = planTags(environment, version, occasion, run);
  if (faults.length > 0)
    throw new ConfigurationError(faults.map((fault) => ({ ...fault, input: `${file} ${fault.input}` })));
  return tags;
}

function conclude(
  choice: Exclude<Choice, { kind: 'fault' }>,
  { version }: Version,
  { nothingChanged }: ModulePlan,
): Pick<PlanResult, 'result' | 'reason' | 'deploy'> {
  const why = choice.kind === 'stay' ? choice.why : nothingChanged;
  if (why !== undefined) return { result: 'skipped', reason: `nothing to release: ${why}`, deploy: false };
  const name = choice.kind === 'release' ? choice.environment.name : '';
  return { result: 'success', reason: `${version} for ${name}, from ${choice.why}`, deploy: true };
}

function notesOn(
  { name, production }: Environment,
  version: Version,
  { sha, says }: Occasion,
  { head, shallow }: Checkout,
): string[] {
  return [
    ...(head !== undefined && head.sha !== sha
      ? [
          `the commit that is checked out is ${head.sha}, and the run is about ${sha}: the tags name the latter. Check it out where the image is built`,
        ]
      : []),
    ...(production && version.from === 'history'
      ? [`${says} is no version, so ${name} gets no tag vX.Y.Z: run on a version tag, or give version`]
      : []),
    ...(shallow && version.from === 'history' && version.version.startsWith('0.0.0-')
      ? ['the checkout has no history, so the last version is not known: fetch-depth: 0 brings it']
      : []),
  ];
}
