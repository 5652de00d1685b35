/** What the probe `embedding` keeps beside its number: the picture itself. */
import { z } from 'zod';

export const embeddingDetail = z.object({
  method: z.string(),
  /** Of trustworthiness. */
  neighbours: z.int(),
  /** In the plane, of each example that is drawn. */
  coordinates: z.array(z.tuple([z.number(), z.number()])),
  /** Its class. */
  labels: z.array(z.int()),
  /** Its cluster, in a graph that has any. */
  clusters: z.array(z.int()).optional(),
});
export type EmbeddingDetail = z.infer<typeof embeddingDetail>;
