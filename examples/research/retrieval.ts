// Retrieval for /query/rag: the contents nearest to a question among the newest that have an embedding.
import type { Queries } from '../shared/postgres.ts'
import { queries } from './queries.ts'

export const dimensions = 16
const candidates = 500

interface Embedded {
  readonly id: number
  readonly title: string
  readonly embedding: readonly number[]
}

export interface Match {
  readonly id: number
  readonly title: string
  readonly similarity: number
}

/** The best matches first. */
export async function retrieve(
  database: Queries,
  question: string,
  limit: number,
): Promise<readonly Match[]> {
  const asked = embed(question)
  const embedded = await database.rows<Embedded>(queries.embedded, [candidates])
  return embedded
    .map(({ id, title, embedding }) => ({ id, title, similarity: cosine(asked, embedding) }))
    .toSorted((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, limit)
}

/** Stands in for a language model's: the same text always gives the same vector, and that is all that is needed here. */
function embed(text: string): readonly number[] {
  const vector = Array.from({ length: dimensions }, () => 0)
  for (const [index, letter] of Array.from(text).entries()) {
    vector[(letter.codePointAt(0)! + index) % dimensions]! += 1
  }
  return vector
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0)
  const lengths = Math.sqrt(dot(a, a) * dot(b, b))
  return lengths === 0 ? 0 : dot(a, b) / lengths
}
