import { TargetError } from '../errors.ts';
import type { RepositoryRef } from './types.ts';

/** Bytes were damaged on their way. What happens once may have been a cable; what happens twice is somebody's to mend. */
export class DamagedError extends TargetError {}

/** A registry served other bytes than the digest that it was asked for. */
export class WrongBytesError extends DamagedError {
  constructor({ registry, repository }: RepositoryRef, asked: string, served: string) {
    super(`${registry} serves other bytes than asked for`, {
      subject: `${registry}/${repository}`,
      remedy:
        'its storage, or a proxy before it, is damaged: push the image again, or have the registry repaired',
      details: [
        ['asked for', asked],
        ['served', served],
      ],
    });
  }
}

/** A registry received other bytes than were sent. */
export class DamagedUploadError extends DamagedError {
  constructor({ registry, repository }: RepositoryRef, digest: string) {
    super(`${registry} received other bytes than were sent`, {
      subject: `${registry}/${repository}`,
      remedy: 'a proxy before the registry, or its storage, damages uploads: have it repaired',
      details: [['sent', digest]],
    });
  }
}
