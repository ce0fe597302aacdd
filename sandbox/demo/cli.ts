// npm run demo -- [--helm 3|4] [--down] [--quiet]: a chart reaches a real cluster, three times
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxEnv } from '../client.ts';
import { down, up } from '../launch.ts';
import { stateDirectory } from '../layout.ts';
import { ownCluster } from '../own-cluster.ts';
import { startProgress } from '../progress.ts';
import { ensureTools } from '../tools.ts';
import { page } from './page/page.ts';
import { onStage } from './stage.ts';
import { storyImages, tellStory } from './story.ts';
import type { Chapter } from './story.ts';
import { closingTable } from './table.ts';

const { values } = parseArgs({
  options: {
    helm: { type: 'string', default: '4' },
    down: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
});
const reportFile = resolve('demo-report.html');

if (values.helm !== '3' && values.helm !== '4') fail('--helm is 3 or 4');
if (ownCluster(process.env)) fail('the demo needs the sandbox: unset SLIPWAY_KUBECONFIG');
process.exitCode = await demo(values.helm === '3' ? 3 : 4);

function fail(message: string): never {
  console.error(`demo: ${message}`);
  process.exit(2);
}

async function demo(helm: 3 | 4): Promise<number> {
  const progress = startProgress(console.log);
  const parts: [string, number][] = [];
  const timed = async <T>(part: string, work: () => PromiseLike<T>): Promise<T> => {
    const from = Date.now();
    try {
      return await work();
    } finally {
      parts.push([part, Date.now() - from]);
    }
  };
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());

  await timed('sandbox up, tools built', async () => {
    await up(stateDirectory(process.env), progress);
    await ensureTools(['act', 'helm3', 'helm4', 'kubectl', 'buildx', 'buildkitd'], progress);
  });
  const images = await timed('two images', () => storyImages(sandboxEnv().registry));
  for (const { pinned } of Object.values(images)) progress.say('image', pinned);
  const chapters: Chapter[] = [];
  const onLine = (job: string, line: string): void => {
    if (!values.quiet && job !== 'act') progress.say(job, line);
  };
  const before = Date.now();
  await onStage(sandboxEnv(), { helm, onLine, signal: interrupted.signal }, async (stage) => {
    parts.push(['a team and its cluster access', Date.now() - before]);
    for await (const chapter of tellStory(stage, images)) {
      chapters.push(chapter);
      const { title, run, differs } = chapter;
      progress.say('story', `${title}: ${differs.length === 0 ? 'as told' : 'NOT as told'}`);
      for (const difference of differs) progress.say('story', `  ${difference}`);
      parts.push([title, run.endedAt - run.startedAt]);
    }
    // Told before the stage is cleared: nobody needs to wait for that.
    writeFileSync(reportFile, page({ chapters, helm: `Helm ${helm}`, madeAt: new Date() }));
    console.log(`\n${closingTable(parts, chapters)}\n\nrun pages: ${reportFile}\n`);
    progress.say('story', 'clearing the stage');
  });
  if (values.down) await down(stateDirectory(process.env), progress);
  return chapters.length === 3 && chapters.every(({ differs }) => differs.length === 0) ? 0 : 1;
}
