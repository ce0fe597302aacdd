import { expect, test } from '@jest/globals';
import { parseInputs } from '../../../actions/approval-gate/inputs.ts';

const verify = { mode: 'verify', environment: 'production' };

test.each([{}, { proposal: '' }, { proposal: ' \n' }])(
  'a proposal that got lost on its way is a fault: %j',
  (given) => {
    expect(() => parseInputs({ ...verify, ...given }, {})).toThrow(
      /proposal.*outputs must name it, and needs that job; or none/,
    );
  },
);

test('that the gate alone is meant must be said', () => {
  expect(parseInputs({ ...verify, proposal: 'none' }, {})).toMatchObject({ proposal: undefined });
});

test('what is no proposal is a fault', () => {
  expect(() => parseInputs({ ...verify, proposal: 'nothing' }, {})).toThrow(/is no proposal/);
});
