/** Where one case is played: a namespace, who deploys there, and a GitHub that knows which jobs have ended. */
import { startGitHub } from '../../sandbox/github/server.ts';
import type { GitHub } from '../../sandbox/github/server.ts';
import { serviceImage } from '../../test/e2e/support/release.ts';
import { complete } from '../../test/e2e/support/step.ts';
import { startJob } from '../../test/support/runner.ts';
import type { Job, Running } from '../../test/support/runner.ts';
import type { Major } from '../../test/e2e/support/tools.ts';
import { whileRunning } from '../kit/children.ts';
import { Place } from '../kit/place.ts';
import { root } from '../kit/run-tool.ts';
import { release } from './case.ts';
import type { Ship } from './case.ts';

const repository = 'octo/shop';
/** What `job.check_run_id` says in every step that the emulated runner starts. */
const job = 7001;
const firstRun = 1000;

export interface Deploying {
  readonly job: Job;
  readonly running: Running;
}

export class Stage implements AsyncDisposable {
  readonly place: Place;
  readonly github: GitHub;
  readonly #entry: string;

  private constructor(place: Place, github: GitHub, entry: string) {
    this.place = place;
    this.github = github;
    this.#entry = entry;
  }

  static async open(helm: Major, entry: string): Promise<Stage> {
    return new Stage(await Place.open(helm), await startGitHub(), entry);
  }

  /** Version `n` on its way, as run `n` of the repository. The caller disposes of the job. */
  async start(n: number, { chart, values, inputs }: Ship): Promise<Deploying> {
    const { pinned } = await serviceImage(`v${n}`);
    const opened = await startJob({
      ...this.place.stepEnv,
      GITHUB_WORKSPACE: root,
      GITHUB_API_URL: this.github.url,
      GITHUB_RUN_ID: String(firstRun + n),
    });
    const asked = {
      release,
      chart: `sandbox/charts/${chart}`,
      images: `image=${pinned}`,
      values,
      timeout: '60s',
      environment: 'production',
      'github-token': 'ghs_bench',
      ...inputs,
    };
    const given = await complete('deploy-helm', { ...this.place.stepInputs, ...asked });
    const running = opened.start({ entry: this.#entry, cwd: root, inputs: given });
    void whileRunning(() => running.pid, running.ended).catch(() => undefined);
    return { job: opened, running };
  }

  /**
   * What is true some minutes later of run `n`: GitHub says that its job is over, and what it held was not renewed.
   * A free Lease has no renewal to wait for.
   */
  async minutesLater(n: number): Promise<void> {
    const over = { status: 'completed', conclusion: 'failure' } as const;
    const jobs = [{ id: job, name: 'deploy', ...over }];
    this.github.plant({ repositories: [{ name: repository, runs: [{ id: firstRun + n, ...over, jobs }] }] });
    const { namespace } = this.place;
    const kind = 'coordination.k8s.io/v1 Lease';
    const held = await namespace.get(kind, `slipway-${release}`);
    if (held === undefined) return;
    const renewTime = new Date(Date.now() - 600_000).toISOString().replace('Z', '000Z');
    await namespace.patch(kind, `slipway-${release}`, { spec: { renewTime } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.github.close();
    await this.place[Symbol.asyncDispose]();
  }
}
