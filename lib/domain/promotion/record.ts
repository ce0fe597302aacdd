/** What a promotion leaves behind for whoever asks later: which bytes went where, on whose word. */
import type { Actor } from '../record/types.ts';
import type { ImageFacts } from '../tags/facts.ts';

export const promotionSchema = 'slipway/promotion/v1';

/** Schema: docs/schemas/promotion.json. */
export interface PromotionRecord {
  readonly schema: typeof promotionSchema;
  /** As the workflow named it. */
  readonly asked: string;
  /** `registry/name@sha256:…`: what that stood for when the step began. */
  readonly source: string;
  readonly digest: string;
  /** `registry/name`, in order. */
  readonly destinations: readonly string[];
  readonly tags: readonly {
    readonly ref: string;
    readonly outcome: 'written' | 'already' | 'stayed';
    readonly digest?: string;
    readonly before?: string;
    readonly why?: string;
  }[];
  /** What was required of it, and what met that. */
  readonly requirements: readonly { readonly requirement: string; readonly evidence: string }[];
  /** What the image says of itself. */
  readonly facts: ImageFacts;
  readonly by: Actor;
  /** ISO 8601. */
  readonly at: string;
}
