// Jest transformer: Node's own type stripping, so tests run the same code that node runs.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
};
