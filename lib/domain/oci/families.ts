/** The registries whose permissions have names of their own, so that an error can say which one is missing. */

import { ecrRegistryOf } from './ecr.ts';

interface Family {
  readonly pull: (repository: string) => string;
  readonly push: (repository: string) => string;
  /** The repository is not there to be pushed to. */
  readonly missing: (repository: string) => string;
  readonly expired: string;
}

const ecr: Family = {
  pull: (repository) =>
    `the AWS identity needs ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on repository ${repository}`,
  push: (repository) =>
    `the AWS identity needs ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, ecr:UploadLayerPart, ` +
    `ecr:CompleteLayerUpload and ecr:PutImage on repository ${repository}`,
  missing: (repository) =>
    `ECR creates no repository on push: aws ecr create-repository --repository-name ${repository}`,
  expired: 'ECR tokens live 12 hours: write `ecr: true` under registries, which fetches one in this step',
};

const anywhere: Family = {
  pull: (repository) => `the login needs the right to pull from ${repository}`,
  push: (repository) => `the login needs the right to push to ${repository}`,
  missing: (repository) => `create ${repository} there first (Harbor: its project), or correct the name`,
  expired: 'the token has expired: log in again right before this step, or give the login under registries',
};

const families: readonly { readonly of: (host: string) => boolean; readonly family: Family }[] = [
  { of: (host) => ecrRegistryOf(host) !== undefined, family: ecr },
  {
    of: (host) => host === 'ghcr.io',
    family: {
      ...anywhere,
      pull: () =>
        'give the job `permissions: packages: read`, and this repository the role Read under "Manage Actions access" of the package',
      push: () =>
        'give the job `permissions: packages: write`, and this repository the role Write under "Manage Actions access" of the package',
    },
  },
  {
    of: (host) => host === 'docker.io',
    family: {
      ...anywhere,
      pull: (repository) => `give a Docker Hub access token of an account that may read ${repository}`,
      push: (repository) =>
        `give a Docker Hub access token with Read & Write, of an account that may push to ${repository}`,
    },
  },
];

export const familyOf = (registry: string): Family =>
  families.find(({ of }) => of(registry))?.family ?? anywhere;
