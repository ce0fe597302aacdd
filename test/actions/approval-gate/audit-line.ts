import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from '@jest/globals';
import type { KeptDecision } from '../../../actions/approval-gate/audit.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);

/** Says whether a value is what docs/schemas/<name>.json describes; its `errors` say why not. */
export const schemaOf = (name: string): ReturnType<typeof ajv.compile> =>
  ajv.compile(
    JSON.parse(
      readFileSync(new URL(`../../../docs/schemas/${name}.json`, import.meta.url), 'utf8'),
    ) as object,
  );

const isDecision = schemaOf('gate-decision');

/** Of any decision, whoever made it: the line for the auditor is one of the published form. */
export function expectAuditLine({ auditFile }: KeptDecision): void {
  expect(isDecision(JSON.parse(readFileSync(auditFile, 'utf8'))) || isDecision.errors).toBe(true);
}
