import { expect, test } from '@jest/globals';
import { judged, pod, rollOut, see, stopped } from './scene.ts';

const words =
  'Failed to apply default image tag "Shop/Web:2": couldn\'t parse image name "Shop/Web:2": invalid reference format: repository name (library/Shop/Web) must be lowercase';

test('a name that no registry could have is called at once, whatever the preset', () => {
  const about = pod(stopped('InvalidImageName', words), { spec: { image: 'Shop/Web:2' } });
  expect(judged(rollOut(see(2, about)), 'off')).toMatchObject({
    outcome: 'fail',
    at: 2_000,
    reason: 'Deployment shop/web: pod web-a container app: "Shop/Web:2" is not an image name',
    findings: [{ rule: 'InvalidImageName', severity: 'terminal', proof: words }],
  });
});
