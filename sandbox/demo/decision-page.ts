// node sandbox/demo/decision-page.ts [picture.png]: the page that a release manager decides on, as a picture for the README
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { workTree } from '../act/published.ts';
import { isCommand } from '../packages.ts';
import { runCommand } from '../../scripts/run-command.ts';
import { decisionSummary } from './decision.ts';
import { renderSummary } from './page/markdown.ts';

const picture = resolve(process.argv[2] ?? join(workTree, 'docs/images/decision-page.png'));
const size = { width: 1012, height: 1274 };

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(isCommand);
if (browser === undefined) {
  console.error(
    'decision-page: no browser to take the picture with; Debian: apt-get install chromium fonts-noto-color-emoji',
  );
  process.exit(2);
}

const style = readFileSync(join(import.meta.dirname, 'page/style.css'), 'utf8');
const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><style>${style}
main { padding: 20px 24px; } h4 + div { padding: 12px 16px; }</style></head>
<body><main><div class="card"><h4>propose <span class="small">summary</span></h4><div>${renderSummary(await decisionSummary())}</div></div></main></body></html>
`;

const folder = mkdtempSync(join(tmpdir(), 'slipway-picture-'));
try {
  const page = join(folder, 'page.html');
  writeFileSync(page, html);
  mkdirSync(dirname(picture), { recursive: true });
  const { ok, output } = await runCommand(
    [
      browser,
      '--headless',
      '--no-sandbox', // it shows one file of ours, and runs as root in a container
      '--disable-gpu',
      '--hide-scrollbars',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--window-size=${size.width},${size.height}`,
      `--screenshot=${picture}`,
      `file://${page}`,
    ],
    { timeout: 60_000 },
  );
  if (!ok) throw new Error(`${browser} took no picture:\n${output}`);
  console.log(`${picture}: ${Math.round(statSync(picture).size / 1024)} KiB`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
