/** What the API said when it refused: `reason` is the API's word (`NotFound`, `Forbidden`, `Conflict`, …). */
export interface KubeRefusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** Whether an error is the API's refusal with this HTTP status. */
export const isRefusal = (
  error: unknown,
  status: number,
): error is Error & { readonly refusal: KubeRefusal } =>
  error instanceof Error && (error as { refusal?: KubeRefusal }).refusal?.status === status;
