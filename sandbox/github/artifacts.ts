import { ok, page } from './call.ts';
import type { Answer, Call } from './call.ts';
import { idOf, nodeId } from './people.ts';
import type { ArtifactSeed } from './seed.ts';
import type { Run } from './world.ts';

/** Artifacts of all runs, newest first, as GitHub lists them. */
export function listArtifacts(call: Call): Answer {
  const { repository, query } = call;
  const all = repository.runs
    .flatMap((run) => (run.artifacts ?? []).map((artifact) => ({ run, artifact })))
    .filter(({ artifact }) => query['name'] === undefined || query['name'] === artifact.name)
    .sort((a, b) => (a.artifact.createdAt < b.artifact.createdAt ? 1 : -1));
  const { items, headers } = page(call, all);
  const artifacts = items.map(({ run, artifact }) => showArtifact(call, run, artifact));
  return { ...ok({ total_count: all.length, artifacts }), headers };
}

function showArtifact({ base, repository }: Call, run: Run, artifact: ArtifactSeed): object {
  const id = idOf(`artifact ${run.id} ${artifact.name}`);
  const url = `${base}/repos/${repository.name}/actions/artifacts/${id}`;
  return {
    id,
    node_id: nodeId('Artifact', id),
    name: artifact.name,
    size_in_bytes: 1_000,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired ?? false,
    created_at: artifact.createdAt,
    expires_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    workflow_run: {
      id: run.id,
      repository_id: idOf(repository.name),
      head_repository_id: idOf(run.headRepository ?? repository.name),
      head_branch: run.headBranch ?? 'main',
      head_sha: run.headSha ?? '0'.repeat(40),
    },
  };
}
