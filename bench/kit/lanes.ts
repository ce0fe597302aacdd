/** Plays tasks side by side, in their order. Every lane has come to its end before it fails. */
export async function inLanes<Task>(
  tasks: readonly Task[],
  lanes: number,
  play: (task: Task) => Promise<void>,
): Promise<void> {
  const queue = [...tasks];
  const lane = async (): Promise<void> => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) await play(task);
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
}
