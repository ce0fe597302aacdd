import { runAction } from '../../lib/runtime/run-action.ts';
import { mainOrPost } from '../../lib/runtime/run-post.ts';
import { parseInputs, secretInputs } from './inputs.ts';
import { post } from './post.ts';
import { report } from './report.ts';
import { backupDb } from './run.ts';
import { wireBackupDb } from './wire.ts';

const action = {
  name: 'backup-db',
  secrets: secretInputs,
  hasPost: true,
  parse: parseInputs,
  run: backupDb,
  report,
};

await mainOrPost(() => runAction(action, wireBackupDb), post);
