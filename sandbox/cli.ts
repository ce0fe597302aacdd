// npm run sandbox -- up | status | env | logs <part> | exec <command> | tools <name>... | down
import { commands } from './commands.ts';

const [verb = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
if (!command) {
  console.error(`usage: npm run sandbox -- ${Object.keys(commands).join(' | ')}`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command(args);
  } catch (error) {
    const expected = error instanceof Error && error.message.startsWith('sandbox:');
    console.error(expected ? error.message : error);
    process.exitCode = 1;
  }
}
